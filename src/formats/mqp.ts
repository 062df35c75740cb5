// MQP's csv: two questions and whether they mean the same, without a header. Knows no disk.

import type { Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { coversLabels, labelAt } from "./reading/labels.ts";
import { addPair } from "./reading/pairs.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { csvRows, delimiterOf, ofWidth } from "./reading/table.ts";
import { malformed, readText } from "./reading/text-file.ts";

const labels = { "0": "not_equivalent", "1": "equivalent" };

export const mqp: Format = {
  id: "mqp",
  name: "MQP's csv",
  files: "mqp.csv: doctor, question, question and 0 or 1, without a header",
  extensions: ["csv"],
  serves: (task) => task.shape === "pair" && coversLabels(task, labels),
  fits: (heads) => [...heads].filter(([path, head]) => extensionOf(path) === "csv" && looksRight(head)).map(([path]) => path),
  claims: (path) => extensionOf(path) === "csv" && /mqp/i.test(path),
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const text = await readText(tree, file);
      const table = csvRows(text, file, /^\s*"?\d{1,4}"?;/.test(text) ? ";" : delimiterOf(file, text));
      if (/question/i.test(table[0]?.cells[1] ?? "") && /label/i.test(table[0]?.cells[3] ?? "")) {
        table.shift();
        rows.remark(`The first line of ${file} is a header and was passed over.`);
      }
      for (const { cells, line } of ofWidth(table, file, [4], "doctor, question, question and label")) {
        const [doctor = "", first = "", second = "", label = ""] = cells;
        const at = { file, line };
        if (!/^\s*\d+\s*$/.test(doctor))
          malformed(file, line, `column 1 is ${JSON.stringify(doctor.slice(0, 40))}, expected the doctor's number`);
        addPair(rows, split, at, first, second, labelAt(task, labels, label, at));
      }
    }
    return rows.finish();
  },
};

/** The first line begins with a doctor's number and a question, and is no line of another table. */
const looksRight = (head: string): boolean =>
  /^\uFEFF?\s*"?\d{1,4}"?([,;])(?:(?:"(?:[^"]|"")*"|(?:(?!\1)[^"\n])*)\1){2}\s*"?[01]"?\s*(?:\r|\n|$)/.test(head);
