// Relations as JSON lists of sentences with marked entities ("[GENE]x[\GENE]"), as COSINE has ChemProt. Knows no disk.

import type { RelationExample } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import { readMarks } from "./clingen/relation-marks.ts";
import type { At, Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { jsonRows } from "./reading/json.ts";
import { labelAt } from "./reading/labels.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { relationLabels } from "./reading/relation-labels.ts";
import { malformed, readText } from "./reading/text-file.ts";
import { isType } from "./reading/types.ts";

const marks = ["CHEMICAL", "GENE", "DISEASE", "PROTEIN"];

export const markedRelations: Format = {
  id: "marked-relations",
  name: "COSINE's JSON",
  files: "{train,dev,test}_data.json, lists of texts with marked entities and a label",
  extensions: ["json"],
  serves: (task) => relationLabels(task) !== undefined,
  fits: (heads) =>
    [...heads]
      .filter(
        ([path, head]) =>
          extensionOf(path) === "json" && /^\uFEFF?\s*\[\s*\{/.test(head) && /\[(?:CHEMICAL|GENE|DISEASE|PROTEIN)\]/.test(head),
      )
      .map(([path]) => path),
  claims: (path) => /_data\.json$/.test(path),
  async read(tree, task) {
    const rows = new Collection(task);
    const { names = {}, others = [] } = relationLabels(task) ?? {};
    for (const file of tree.keys()) {
      if (/unlabell?ed/i.test(file)) {
        rows.remark(`${file} carries no labels and was left out.`);
        continue;
      }
      const split = splitOf(file);
      rows.open(split, file);
      for (const { value, line } of jsonRows(await readText(tree, file), file)) {
        const at = { file, line };
        const { text, label } = value;
        if (typeof text !== "string") malformed(file, line, 'field "text" must be text');
        if (typeof label !== "number" && typeof label !== "string") malformed(file, line, 'field "label" must be a number');
        if (others.includes(String(label)) && !(String(label) in names)) {
          rows.count("other-label", String(label));
          continue;
        }
        const id = labelAt(task, names, String(label), at);
        rows.add(split, { kind: "relation", ...markedPair(task, text as string, at), label: id });
      }
    }
    return rows.finish();
  },
};

/** The text without its marks, and what they marked. Throws `file-malformed`. */
export function markedPair(task: Task, marked: string, { file, line }: At): Pick<RelationExample, "text" | "head" | "tail"> {
  if (task.shape !== "relation") throw new Error(`markedPair: ${task.id} has no relations`);
  const { head, tail } = task;
  const found = readMarks(marked, markOf(marked, head.type), markOf(marked, tail.type));
  if (typeof found === "string") return malformed(file, line, `field "text": ${found}`);
  return {
    text: found.text,
    head: { ...found.head, label: head.type },
    tail: { ...found.tail, label: tail.type },
  };
}

/** Name by which the text marks a type. */
const markOf = (text: string, type: string): string =>
  marks.find((name) => isType(type, name) && text.includes(`[${name}]`)) ??
  marks.find((name) => isType(type, name)) ??
  type.toUpperCase();
