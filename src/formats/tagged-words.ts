// Words with tags, one a line as CoNLL files have them, or in lists: sentences of words and the tag of each. Knows no task.

import { ClinfuseError } from "../base/errors.ts";
import type { Table } from "./columns.ts";

export interface TaggedSentence {
  readonly line: number; // of its first word, from 1
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** Type of tags that name none, as files of one type alone have them. */
export const onlyType = "mention";

/** A row is a word, blanks or a tab, and in the last column its tag. An empty line ends a sentence. */
export function looksTagged(text: string): boolean {
  const lines = text
    .slice(0, 4096)
    .split(/\r\n|\n|\r/)
    .slice(0, -1)
    .filter((line) => line.trim() !== "" && !isHead(line));
  return lines.length > 1 && lines.every((line) => /^\S+([ \t]\S+)*[ \t]+([BIESLU](-\S+)?|O)\s*$/.test(line));
}

const isHead = (line: string): boolean => line.startsWith("-DOCSTART-") || /^#\s/.test(line);

/** Throws `file-malformed` with the line of a row that has no tag. */
export function readTaggedWords(text: string, file: string): TaggedSentence[] {
  const sentences: TaggedSentence[] = [];
  let open: { line: number; words: string[]; tags: string[] } | undefined;
  for (const [i, row] of text.split(/\r\n|\n|\r/).entries()) {
    if (row.trim() === "" || isHead(row)) {
      open = undefined;
      continue;
    }
    const cells = row.trim().split(/[ \t]+/);
    const [word, tag] = [cells[0], cells.at(-1)];
    if (word === undefined || tag === undefined || cells.length < 2) {
      const what = "the row has one column, and a word needs its tag";
      throw new ClinfuseError("file-malformed", `${file}, line ${i + 1}: ${what}`, { file, line: i + 1, what });
    }
    if (!open) sentences.push((open = { line: i + 1, words: [], tags: [] }));
    open.words.push(word);
    open.tags.push(tag);
  }
  if (sentences.length === 0) throw new ClinfuseError("file-empty", `${file} holds no words`, { file });
  return sentences;
}

const wordColumns = /^(?:tokens?|words?)$/i;
const tagColumns = /^(?:ner_?tags|tags|bio(?:_?tags)?|iob(?:_?tags)?|ner|labels)$/i;

/**
 * Rows that hold lists: "tokens", and the tag of each word, or "spans" of [first word, last word, type]. Undefined for another table. Throws
 * `file-malformed` with the line of a row whose lists do not fit together. A table with texts has its marks by offsets.
 */
export function taggedInTable({ columns, rows }: Table, file: string): TaggedSentence[] | undefined {
  const listed = (name: RegExp) => columns.find((column) => name.test(column) && Array.isArray(rows[0]?.cells[column]));
  const [words, tags, spans] = [listed(wordColumns), listed(tagColumns), listed(/^spans$/i)];
  const hasText = columns.some((column) => /^text$/i.test(column));
  if (hasText || words === undefined || (tags === undefined && spans === undefined)) return undefined;
  return rows.map(({ line, cells }) => {
    const malformed = (what: string): never => {
      throw new ClinfuseError("file-malformed", `${file}, line ${line}: ${what}`, { file, line, what });
    };
    const texts = (column: string): readonly string[] => {
      const list = cells[column];
      const found = Array.isArray(list) ? list.filter((item): item is string => typeof item === "string") : [];
      return Array.isArray(list) && found.length === list.length ? found : malformed(`"${column}" is no list of texts`);
    };
    const own = texts(words);
    if (tags === undefined) return { line, words: own, tags: tagsOf(cells[spans as string], own.length, malformed) };
    const given = texts(tags);
    if (given.length !== own.length) malformed(`"${words}" has ${own.length} words and "${tags}" ${given.length} tags`);
    return { line, words: own, tags: given };
  });
}

function tagsOf(spans: unknown, words: number, malformed: (what: string) => never): readonly string[] {
  const tags: string[] = new Array<string>(words).fill("O");
  for (const span of Array.isArray(spans) ? (spans as readonly unknown[]) : malformed('"spans" is no list')) {
    const [first, last, type]: unknown[] = Array.isArray(span) ? span : [];
    const inside = [first, last].every((at) => Number.isInteger(at) && (at as number) >= 0 && (at as number) < words);
    if (!inside || (first as number) > (last as number) || typeof type !== "string")
      malformed(`the span ${JSON.stringify(span)} is no first word, last word and type among ${words} words`);
    for (let at = first as number; at <= (last as number); at++) {
      if (tags[at] !== "O") malformed(`the span ${JSON.stringify(span)} overlaps another`);
      tags[at] = `${at === first ? "B" : "I"}-${String(type)}`;
    }
  }
  return tags;
}

/** Types that the tags name, with how many marks each has. */
export function tagTypes(sentences: readonly TaggedSentence[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const sentence of sentences) for (const { type } of marksOf(sentence)) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** Runs of words of one type: `first` and `last` are positions of words. */
export function marksOf({
  tags,
}: TaggedSentence): readonly { readonly first: number; readonly last: number; readonly type: string }[] {
  const marks: { first: number; last: number; type: string }[] = [];
  for (const [i, tag] of tags.entries()) {
    if (tag === "O") continue;
    const [, prefix, named = ""] = /^(?:([BIESLU])(?:-|$))?(.*)$/.exec(tag) ?? [];
    const type = named || onlyType;
    const before = marks.at(-1);
    const begins = prefix === "B" || prefix === "S" || prefix === "U";
    if (before && !begins && before.last === i - 1 && before.type === type) before.last = i;
    else marks.push({ first: i, last: i, type });
  }
  return marks;
}
