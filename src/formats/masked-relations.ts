// Relations as tables of sentences whose entities are masked (@GENE$): GAD, and BLURB's ChemProt. Knows no disk.

import type { Span } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import type { At, Format, Tree } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { labelAt } from "./reading/labels.ts";
import { RowIds } from "./reading/pairs.ts";
import { extensionOf, folderOf, nameOf, splitOf } from "./reading/paths.ts";
import { relationLabels } from "./reading/relation-labels.ts";
import { severalCorpora } from "./reading/several-corpora.ts";
import { columnsIn, delimiterOf, type HeadedRow, headedRows, ofWidth, rowsBetween } from "./reading/table.ts";
import { malformed, readText } from "./reading/text-file.ts";
import { isType } from "./reading/types.ts";

export const maskPattern = /@([A-Z]+(?:-[A-Z]+)?)\$/;
const everyMask = new RegExp(maskPattern, "g");

export const maskedRelations: Format = {
  id: "masked-relations",
  name: "sentences with masked entities",
  files: "{train,dev,test}.tsv with a sentence and its label, entities masked as @GENE$ and @DISEASE$ (GAD, BLURB)",
  folders: /^\d+$/,
  extensions: ["tsv", "csv"],
  serves: (task) => relationLabels(task) !== undefined,
  fits: (heads) =>
    [...heads]
      .filter(([path, head]) => ["tsv", "csv", "txt"].includes(extensionOf(path)) && maskPattern.test(head))
      .map(([path]) => path),
  claims: (path) => ["tsv", "csv"].includes(extensionOf(path)) && splitOf(path) !== "pool",
  async read(tree, task) {
    const rows = new Collection(task);
    const masks = new Set<string>();
    for (const file of firstFold(tree, rows)) {
      const split = splitOf(file);
      rows.open(split, file);
      const ids = new RowIds();
      for (const { of, line } of rowsOf(await readText(tree, file), file)) {
        const at = { file, line };
        const label = labelOf(rows, task, of.label, at);
        if (of.index !== undefined && !ids.add(at, of.index, [of.sentence, of.label])) rows.count("repeated-row", file);
        else if (label !== undefined)
          rows.add(split, { kind: "relation", text: of.sentence, ...maskedPair(task, of.sentence, at, masks), label });
      }
    }
    rows.remark(`The corpus masks the entities of a pair: ${[...masks].join(" and ")} stand for their names.`);
    return rows.finish();
  },
};

/** Files of a corpus that comes ten times, as folds in numbered folders: those of the lowest number. Throws `format-several` for folds of two corpora. */
function firstFold(tree: Tree, rows: Collection): readonly string[] {
  const folds = [...tree.keys()].filter((path) => /^\d+$/.test(nameOf(folderOf(path))));
  const [one, other] = [...new Map(folds.map((path) => [folderOf(folderOf(path)), path]))];
  if (one && other) throw severalCorpora([folderOf(one[1]), folderOf(other[1])], other[1], maskedRelations.name);
  const numbers = [...new Set([...tree.keys()].map((path) => nameOf(folderOf(path))))].filter((name) => /^\d+$/.test(name));
  if (numbers.length < 2) return [...tree.keys()];
  const first = String(Math.min(...numbers.map(Number)));
  rows.remark(`The folder holds ${numbers.length} folds; the fold ${first} was read.`);
  return [...tree.keys()].filter((path) => nameOf(folderOf(path)) === first);
}

type Cells = Readonly<{ sentence: string; label: string; index?: string }>;

/** Under a header, or else: sentence and label, or id, sentence and label. */
function rowsOf(text: string, file: string): readonly { readonly of: Cells; readonly line: number }[] {
  const table = rowsBetween(delimiterOf(file, text), text, file);
  const header = table[0]?.cells ?? [];
  const headed = columnsIn(header, ["index"]) ? (["index", "sentence", "label"] as const) : (["sentence", "label"] as const);
  if (header.every((cell) => !cell.includes("@")) && header.length > 1)
    return headedRows(table, file, headed) as HeadedRow<keyof Cells>[];
  const width = header.length === 2 ? 2 : 3;
  return ofWidth(table, file, [width], "sentence and label, or id, sentence and label").map(({ cells, line }) => ({
    line,
    of: { sentence: cells[width - 2] as string, label: cells[width - 1] as string },
  }));
}

function labelOf(rows: Collection, task: Task, raw: string, at: At): string | undefined {
  const { names = {}, others = [] } = relationLabels(task) ?? {};
  if (raw.trim() === "") rows.count("no-label", at.file);
  else if (others.includes(raw.trim().toLowerCase()) && !(raw.trim().toLowerCase() in names))
    rows.count("other-label", raw.trim());
  else {
    const label = labelAt(task, names, raw, at);
    if (raw.trim() === "false") rows.remark(`"false", a pair without an evaluated relation, was read as ${label}.`);
    return label;
  }
  return undefined;
}

/** Both masks as spans; one mask of two types (@CHEM-GENE$) is both ends. */
export function maskedPair(task: Task, text: string, { file, line }: At, masks: Set<string>): { head: Span; tail: Span } {
  if (task.shape !== "relation") throw new Error(`maskedPair: ${task.id} has no relations`);
  const found = [...text.matchAll(everyMask)].map(({ 0: whole, 1: types, index }) => ({
    whole,
    types: (types as string).split("-"),
    start: index,
  }));
  const end = ({ type }: { readonly type: string }): Span => {
    const own = found.filter(({ types }) => types.some((name) => isType(type, name)));
    const [one] = own;
    if (!one || own.length > 1)
      return malformed(
        file,
        line,
        `${own.length} masks of a ${type.toLowerCase()}, expected one such as @${type.toUpperCase()}$`,
      );
    masks.add(one.whole);
    return { start: one.start, end: one.start + one.whole.length, label: type };
  };
  return { head: end(task.head), tail: end(task.tail) };
}
