// The hallmarks of cancer as BLURB's tsv: ten flags, a sentence and its document. Knows no disk.

import type { Task } from "../tasks/task.ts";
import { isVisible } from "../tasks/words.ts";
import type { At, Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { coversLabels, labelAt } from "./reading/labels.ts";
import { RowIds } from "./reading/pairs.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { columnsIn, delimiterOf, headedRows, headerOf, rowsBetween } from "./reading/table.ts";
import { malformed, readText } from "./reading/text-file.ts";

/** The classes 0 to 9: the hallmarks in alphabetical order. */
const hallmarks = [
  "activating invasion and metastasis",
  "avoiding immune destruction",
  "cellular energetics",
  "enabling replicative immortality",
  "evading growth suppressors",
  "genomic instability and mutation",
  "inducing angiogenesis",
  "resisting cell death",
  "sustaining proliferative signaling",
  "tumor promoting inflammation",
] as const;

const columns = ["labels", "sentence", "index"] as const;

export const servesHallmarks = (task: Task): boolean =>
  task.shape === "sentence" &&
  task.carries !== "one" &&
  coversLabels(task, Object.fromEntries(hallmarks.map((name) => [name, name])));

export const hocTable: Format = {
  id: "hoc-table",
  name: "HoC's tsv",
  files: "{train,dev,test}.tsv with the columns labels (0_0,1_1,...), sentence and index",
  extensions: ["tsv"],
  serves: servesHallmarks,
  fits: (heads) =>
    [...heads].filter(([path, head]) => columnsIn(headerOf(head, delimiterOf(path, head)), columns)).map(([path]) => path),
  claims: (path) => extensionOf(path) === "tsv" && splitOf(path) !== "pool",
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const ids = new RowIds();
      const text = await readText(tree, file);
      for (const { of, line } of headedRows(rowsBetween(delimiterOf(file, text), text, file), file, columns)) {
        const at = { file, line };
        const carried = hallmarksOf(of.labels, at).map((name) => labelAt(task, {}, name, at));
        const labels = task.labels.map((label) => label.id).filter((id) => carried.includes(id));
        if (!ids.add(at, of.index, [of.sentence, labels])) rows.count("repeated-row", file);
        else if (!isVisible(of.sentence)) rows.count("empty-text", file);
        else if (labels.length === 0) rows.count("no-hallmark");
        else rows.add(split, { kind: "sentence", text: of.sentence, labels });
      }
    }
    return rows.finish();
  },
};

/** "0_0,1_1,...,9_0": a class and its flag each. */
function hallmarksOf(flags: string, { file, line }: At): string[] {
  const parts = flags.split(",");
  const expected = `ten flags, 0_0 to 9_1, got ${JSON.stringify(flags.slice(0, 60))}`;
  if (parts.length !== hallmarks.length) return malformed(file, line, `the column labels must have ${expected}`);
  return parts.flatMap((part, i) => {
    const [, place, flag] = /^\s*(\d+)_([01])\s*$/.exec(part) ?? malformed(file, line, `the column labels must have ${expected}`);
    if (Number(place) !== i) malformed(file, line, `the column labels must have ${expected}`);
    return flag === "1" ? [hallmarks[i] as string] : [];
  });
}
