// Words and tags as Parquet from the Hugging Face hub: tokens, and ner_tags by number or by name. Knows no disk.

import type { Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { readParquet } from "./reading/parquet.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { addTagged, tagForm } from "./reading/tags.ts";
import { malformed } from "./reading/text-file.ts";

const tagColumns = ["ner_tags", "tags", "labels"];

export const taggedParquet: Format = {
  id: "tagged-parquet",
  name: "words and tags as Parquet",
  files: "train, validation and test as .parquet with the columns tokens and ner_tags",
  extensions: ["parquet"],
  serves: (task) => task.shape === "token",
  fits: (heads) =>
    [...heads].filter(([path, head]) => extensionOf(path) === "parquet" && head.startsWith("PAR1")).map(([path]) => path),
  claims: (path) => extensionOf(path) === "parquet" && splitOf(path) !== "pool",
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const table = await readParquet(tree, file);
      const column = tagColumns.find((name) => table.columns.includes(name));
      if (!table.columns.includes("tokens") || column === undefined) {
        malformed(file, undefined, `it needs the columns tokens and ner_tags; it has ${table.columns.join(", ")}`);
      }
      const names = table.classes(column as string);
      for (const [i, row] of table.rows.entries()) {
        const line = i + 1;
        const [tokens, tags] = [row.tokens, row[column as string]];
        if (!Array.isArray(tokens) || !Array.isArray(tags)) return malformed(file, line, "tokens and tags must be lists");
        if (tokens.length !== tags.length) malformed(file, line, `${tokens.length} tokens and ${tags.length} tags`);
        const words = tokens.map((word, n) => ({ word: String(word), tag: tagOf(tags[n], names, file, line), line }));
        addTagged(rows, split, file, words);
      }
    }
    return rows.finish();
  },
};

function tagOf(raw: unknown, names: readonly string[] | undefined, file: string, line: number): string {
  const named = typeof raw === "string" ? raw : names?.[Number(raw)];
  // Classes without a prefix are types: neighbours of one type are one mention.
  const isType = named !== undefined && named !== "O" && names?.every((name) => name === "O" || !tagForm.test(name));
  const tag = isType ? `I-${named}` : named;
  if (tag !== undefined && tagForm.test(tag)) return tag;
  const why = names ? `none of ${names.join(", ")}` : "a number, and the footer names no classes";
  return malformed(file, line, `the tag ${JSON.stringify(tag ?? String(raw))} is ${why}`);
}
