// Words and a tag each in columns, by number or by name, as the Hugging Face hub has BC5CDR, NCBI and CHEMDNER. Knows no file format.

import { addTagged, tagForm } from "../reading/tags.ts";
import { malformed } from "../reading/text-file.ts";
import { columnOf, type Layout } from "./layout.ts";

const wordColumns = ["tokens", "words"];
const tagColumns = ["ner_tags", "tags", "labels"];

export const tagged: Layout = {
  columns: "tokens and ner_tags",
  serves: (task) => task.shape === "token",
  fits: (table) => columnOf(table, wordColumns) !== undefined && columnOf(table, tagColumns) !== undefined,
  add(rows, tables) {
    for (const table of tables) {
      const { file, split } = table;
      const [words, column] = [columnOf(table, wordColumns) as string, columnOf(table, tagColumns) as string];
      const names = table.classes(column);
      for (const { line, value } of table.rows) {
        const [tokens, tags] = [value[words], value[column]];
        if (!Array.isArray(tokens) || !Array.isArray(tags)) return malformed(file, line, "tokens and tags must be lists");
        if (tokens.length !== tags.length) malformed(file, line, `${tokens.length} tokens and ${tags.length} tags`);
        const read = tokens.map((word, n) => ({ word: String(word), tag: tagOf(tags[n], names, file, line), line }));
        addTagged(rows, split, file, read);
      }
    }
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
