// MQP's csv: two questions and whether they mean the same, without a header. Knows no disk.

import type { Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { coversLabels, labelAt } from "./reading/labels.ts";
import { addPair } from "./reading/pairs.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { delimiterOf, headerOf, ofWidth, rowsBetween, type TableRow } from "./reading/table.ts";
import { malformed, readText } from "./reading/text-file.ts";

export const labels = { "0": "not_equivalent", "1": "equivalent" };
/** Cells of a row without a header: doctor, two questions, label. */
const bareWidth = 4;

export const mqp: Format = {
  id: "mqp",
  name: "MQP's csv",
  files: "mqp.csv: doctor, question, question and 0 or 1, without a header",
  extensions: ["csv"],
  serves: (task) => task.shape === "pair" && coversLabels(task, labels),
  fits: (heads) =>
    [...heads]
      .filter(
        ([path, head]) =>
          ["csv", "tsv"].includes(extensionOf(path)) &&
          (looksRight(head) || headerPlaces(headerOf(head, delimiterOf(path, head)))),
      )
      .map(([path]) => path),
  claims: (path) => ["csv", "tsv"].includes(extensionOf(path)) && /mqp/i.test(path),
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const text = await readText(tree, file);
      const delimiter = /^\s*"?\d{1,4}"?;/.test(text) ? ";" : delimiterOf(file, text);
      const isNamed = headerPlaces(headerOf(text, delimiter)) !== undefined;
      const table = rowsBetween(delimiter, text, file, isNamed ? undefined : bareWidth);
      const header = headerPlaces(table[0]?.cells ?? []);
      const width = header ? (table.shift() as TableRow).cells.length : bareWidth;
      if (header) rows.remark(`The first line of ${file} is a header: the columns were read by their names.`);
      for (const { cells, line } of ofWidth(
        table,
        file,
        [width],
        header ? "as the header has" : "doctor, question, question and label",
      )) {
        const [first = "", second = "", label = "", doctor = ""] = (header ?? [1, 2, 3, 0]).map((place) => cells[place]);
        const at = { file, line };
        if (!header && !/^\s*\d+\s*$/.test(doctor))
          malformed(file, line, `column 1 is ${JSON.stringify(doctor.slice(0, 40))}, expected the doctor's number`);
        if (label.trim() === "") rows.count("no-label", file);
        else addPair(rows, split, at, first, second, labelAt(task, labels, label, at));
      }
    }
    return rows.finish();
  },
};

/** Places of both questions and of the label in a header, as copies of the corpus have one; undefined where the row is none. */
function headerPlaces(cells: readonly string[]): readonly number[] | undefined {
  const names = cells.map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, ""),
  );
  const places = ["question1", "question2", "label"].map((name) => names.indexOf(name));
  return places.includes(-1) ? undefined : places;
}

/** The first line begins with a doctor's number and a question, and is no line of another table. */
const looksRight = (head: string): boolean =>
  /^\uFEFF?\s*"?\d{1,4}"?([,;\t])(?:(?:"(?:[^"]|"")*"|(?:(?!\1)[^"\n])*)\1){2}\s*"?[01]"?\s*(?:\r|\n|$)/.test(head);
