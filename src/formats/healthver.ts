// HealthVer's csv: evidence, claim and label under a header. Knows no disk.

import type { Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { coversLabels, labelAt } from "./reading/labels.ts";
import { addPair, RowIds } from "./reading/pairs.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { columnsIn, delimiterOf, headedRows, headerOf, rowsBetween } from "./reading/table.ts";
import { readText } from "./reading/text-file.ts";

export const verdicts = { supports: "Support", neutral: "Unproven", refutes: "Refute" };
const columns = ["evidence", "claim", "label"] as const;

export const healthver: Format = {
  id: "healthver",
  name: "HealthVer's csv",
  files: "healthver_{train,dev,test}.csv with the columns id, evidence, claim, label, topic_ip, question",
  extensions: ["csv"],
  serves: (task) => task.shape === "pair" && coversLabels(task, verdicts),
  fits: (heads) =>
    [...heads]
      .filter(
        ([path, head]) =>
          ["csv", "tsv"].includes(extensionOf(path)) && columnsIn(headerOf(head, delimiterOf(path, head)), columns),
      )
      .map(([path]) => path),
  claims: (path) => extensionOf(path) === "csv" && /healthver/i.test(path),
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const text = await readText(tree, file);
      const table = rowsBetween(delimiterOf(file, text), text, file);
      const named = columnsIn(table[0]?.cells ?? [], ["id"]) !== undefined;
      const ids = new RowIds();
      for (const { of, line } of headedRows(table, file, named ? [...columns, "id"] : columns)) {
        const { evidence, claim, label, id } = of as Readonly<Record<(typeof columns)[number] | "id", string>>;
        const at = { file, line };
        if (named && !ids.add(at, id, [evidence, claim, label])) rows.count("repeated-row", file);
        else if (label.trim() === "") rows.count("no-label", file);
        else addPair(rows, split, at, claim, evidence, labelAt(task, verdicts, label, at));
      }
    }
    rows.remark("The claim is the first text and the evidence the second, as the task's listings have them.");
    return rows.finish();
  },
};
