// Parquet, as the Hugging Face hub has corpora: which columns make examples, the layouts say. Knows no disk.

import type { Format } from "./format.ts";
import { addTables } from "./layouts/choice.ts";
import type { LabelledTable } from "./layouts/layout.ts";
import { Collection } from "./reading/collection.ts";
import { readParquet } from "./reading/parquet.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";

export const parquet: Format = {
  id: "parquet",
  name: "Parquet",
  files: "train, validation and test as .parquet, as the Hugging Face hub has them",
  extensions: ["parquet"],
  serves: () => true,
  fits: (heads) =>
    [...heads].filter(([path, head]) => extensionOf(path) === "parquet" && head.startsWith("PAR1")).map(([path]) => path),
  claims: (path) => extensionOf(path) === "parquet",
  async read(tree, task) {
    const rows = new Collection(task);
    const tables: LabelledTable[] = [];
    for (const file of tree.keys()) {
      const table = await readParquet(tree, file);
      const lines = table.rows.map((value, i) => ({ value, line: i + 1 }));
      tables.push({ file, split: splitOf(file), columns: table.columns, rows: lines, classes: table.classes });
    }
    addTables(rows, tables);
    return rows.finish();
  },
};
