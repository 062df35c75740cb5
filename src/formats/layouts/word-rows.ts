// A word a row with its tag and its sentence in columns, as spreadsheets of tagged words have them. Knows no file format.

import { addTagged, type TaggedWord, tagForm, tagWritten } from "../reading/tags.ts";
import { malformed } from "../reading/text-file.ts";
import { columnOf, type LabelledTable, type Layout } from "./layout.ts";

const sentenceColumns = ["sentence #", "sentence_id", "sentence id", "sent_id", "sentence"];
const wordColumns = ["word", "token"];
const tagColumns = ["tag", "ner_tag", "ner", "label", "bio", "iob"];

/** Tells a table of words by its columns. */
export const hasWordRows = (columns: readonly string[]): boolean =>
  [sentenceColumns, wordColumns, tagColumns].every((names) => columnOf({ columns }, names) !== undefined);

export const wordRows: Layout = {
  columns: "sentence_id, word and tag, a word a row",
  serves: (task) => task.shape === "token",
  fits: ({ columns }) => hasWordRows(columns),
  add(rows, tables) {
    for (const table of tables) for (const words of sentencesIn(table)) addTagged(rows, table.split, table.file, words);
  },
};

/** A sentence goes on while its column stays as it is, or empty. */
function sentencesIn(table: LabelledTable): TaggedWord[][] {
  const [sentence, word, tag] = [sentenceColumns, wordColumns, tagColumns].map((names) => columnOf(table, names) as string) as [
    string,
    string,
    string,
  ];
  const sentences: TaggedWord[][] = [];
  let before: string | undefined;
  for (const { line, value } of table.rows) {
    const id = String(value[sentence] ?? "").trim();
    if (sentences.length === 0 || (id !== "" && id !== before)) sentences.push([]);
    if (id !== "") before = id;
    const written = tagWritten(String(value[tag] ?? "").trim());
    if (!tagForm.test(written))
      malformed(table.file, line, `the tag ${JSON.stringify(written)} is none of O, B-TYPE, I-TYPE and their like`);
    sentences.at(-1)?.push({ word: String(value[word] ?? ""), tag: written, line });
  }
  return sentences;
}
