// PUBHEALTH as Parquet from the Hugging Face hub: labels are numbers that the footer names. Knows no disk.

import type { Format } from "./format.ts";
import { addVerdict, hasVerdicts, servesTruths } from "./pubhealth.ts";
import { Collection } from "./reading/collection.ts";
import { readParquet } from "./reading/parquet.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { malformed } from "./reading/text-file.ts";

export const pubhealthParquet: Format = {
  id: "pubhealth-parquet",
  name: "Parquet",
  files: "train, validation and test as .parquet with PUBHEALTH's columns claim, explanation and label",
  extensions: ["parquet"],
  serves: servesTruths,
  fits: (heads) =>
    [...heads].filter(([path, head]) => extensionOf(path) === "parquet" && head.startsWith("PAR1")).map(([path]) => path),
  claims: (path) => extensionOf(path) === "parquet" && splitOf(path) !== "pool",
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const table = await readParquet(tree, file);
      if (!hasVerdicts(table.columns)) {
        const missing = ["claim", "explanation", "label"].filter((column) => !table.columns.includes(column));
        malformed(file, undefined, `it lacks the column ${missing.join(", ")}; it has ${table.columns.join(", ")}`);
      }
      const names = table.classes("label");
      for (const [i, row] of table.rows.entries()) {
        const { label } = row;
        const at = { file, line: i + 1 };
        const named = typeof label === "string" ? label : nameOf(label, names, at);
        addVerdict(rows, split, at, (column) => (column === "label" ? named : String(row[column] ?? "")));
      }
    }
    return rows.finish();
  },
};

/** Numbers differ between copies of the corpus, so only the footer's names are believed. */
function nameOf(label: unknown, names: readonly string[] | undefined, { file, line }: { file: string; line: number }): string {
  if (label === null || label === undefined || Number(label) === -1) return "";
  if (!names)
    return malformed(
      file,
      line,
      `the label is the number ${label}, and the footer names no classes: copies of PUBHEALTH number them differently`,
    );
  return names[Number(label)] ?? malformed(file, line, `the label ${label} has no name among ${names.join(", ")}`);
}
