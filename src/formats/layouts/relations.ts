// A text with a marked pair and its label in columns: masks (@GENE$), marks ([GENE]x[\GENE]), or places of head and tail. Knows no file format.

import type { RelationExample, Span } from "../../tasks/example.ts";
import type { Task } from "../../tasks/task.ts";
import type { At } from "../format.ts";
import { markedPair } from "../marked-relations.ts";
import { maskedPair, maskPattern } from "../masked-relations.ts";
import type { Collection } from "../reading/collection.ts";
import { isNumber } from "../reading/labels.ts";
import { placed } from "../reading/offsets.ts";
import { relationLabels } from "../reading/relation-labels.ts";
import { malformed } from "../reading/text-file.ts";
import { isType } from "../reading/types.ts";
import { labelIn } from "./cell-labels.ts";
import { columnOf, type LabelledTable, type Layout, labelColumns, textIn, type Values } from "./layout.ts";

const textColumns = ["text", "sentence"];
const hasPlaces = (table: LabelledTable): boolean =>
  ["head", "head_start", "head_end", "tail", "tail_start", "tail_end"].every((name) => table.columns.includes(name));

export const relations: Layout = {
  columns: "text (or sentence) with its pair masked, as @GENE$ and @DISEASE$, and label",
  serves: (task) => task.shape === "relation",
  fits: (table) => columnOf(table, textColumns) !== undefined && columnOf(table, labelColumns) !== undefined,
  add(rows, tables) {
    const masks = new Set<string>();
    for (const table of tables) {
      const { file, split } = table;
      const [text, label] = [columnOf(table, textColumns) as string, columnOf(table, labelColumns) as string];
      const [places, classes] = [hasPlaces(table), table.classes(label)];
      for (const { line, value } of table.rows) {
        const at = { file, line };
        const id = labelOf(rows, value[label], classes, at);
        if (id === undefined) continue;
        const whole = textIn(value[text]) ?? malformed(file, line, `"${text}" holds no text`);
        const pair = places ? statedPair(rows.task, whole, value, at) : pairIn(rows.task, whole, at, masks);
        rows.add(split, { kind: "relation", ...pair, label: id });
      }
    }
    if (masks.size > 0)
      rows.remark(`The corpus masks the entities of a pair: ${[...masks].join(" and ")} stand for their names.`);
  },
};

/** The label of a row; undefined, and counted, where it has none or one that the task has not. */
function labelOf(rows: Collection, value: unknown, classes: readonly string[] | undefined, at: At): string | undefined {
  const [one, another] = Array.isArray(value) ? value : [value];
  if (another !== undefined) malformed(at.file, at.line, "the row has several labels, and a pair has one");
  const { names = {}, others = [] } = relationLabels(rows.task) ?? {};
  const raw = String(one ?? "").trim();
  if (!classes && others.includes(raw.toLowerCase()) && !(raw.toLowerCase() in names)) rows.count("other-label", raw);
  else {
    const id = labelIn(rows.task, one, classes, at);
    if (id === undefined) rows.count("no-label", at.file);
    return id;
  }
  return undefined;
}

type Pair = Pick<RelationExample, "text" | "head" | "tail">;

function pairIn(task: Task, text: string, at: At, masks: Set<string>): Pair {
  if (text.search(maskPattern) >= 0) return { text, ...maskedPair(task, text, at, masks) };
  if (/\[[A-Z]+\]/.test(text)) return markedPair(task, text, at);
  return malformed(at.file, at.line, "the text marks no pair: its entities must be masked, as @GENE$ and @DISEASE$");
}

/** Head and tail by their offsets. */
function statedPair(task: Task, text: string, row: Values, at: At): Pair {
  if (task.shape !== "relation") throw new Error(`statedPair: ${task.id} has no relations`);
  const stated = (["head", "tail"] as const).map((end) => {
    const [from, to] = [row[`${end}_start`], row[`${end}_end`]];
    if (!isNumber(from) || !isNumber(to)) return malformed(at.file, at.line, `"${end}_start" and "${end}_end" must be numbers`);
    const [said, type] = [row[end], row[`${end}_type`]];
    if (typeof said !== "string")
      return malformed(at.file, at.line, `"${end}" must be the text from "${end}_start" to "${end}_end"`);
    if (typeof type === "string" && !isType(task[end].type, type))
      malformed(
        at.file,
        at.line,
        `the ${end} is of the type ${JSON.stringify(type)}, and ${task.name} has ${task[end].type} there`,
      );
    return { ...at, start: Number(from), end: Number(to), said };
  });
  const [head, tail] = placed(text, stated).map(({ start, end }) => ({ start, end })) as [
    Omit<Span, "label">,
    Omit<Span, "label">,
  ];
  return { text, head: { ...head, label: task.head.type }, tail: { ...tail, label: task.tail.type } };
}
