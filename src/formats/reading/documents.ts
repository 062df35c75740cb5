// A document with mentions and relations as examples: its sentences with spans, or its pairs of mentions. Knows no file format.

import { ClinfuseError } from "../../base/errors.ts";
import type { Span } from "../../tasks/example.ts";
import type { Task } from "../../tasks/task.ts";
import { type Extent, visibleExtent } from "../../tasks/words.ts";
import type { At, Split } from "../format.ts";
import type { Collection } from "./collection.ts";
import { type Placed, placed, type StatedMention } from "./offsets.ts";
import { sentencesOf } from "./sentences.ts";
import { misspelt, typeAmong } from "./types.ts";

export interface Mention extends StatedMention {
  readonly type: string;
  /** Names by which relations call it: its own id, or its concepts'. */
  readonly keys: readonly string[];
}

/** A relation between two ends, in either order, each under one key or several. */
export interface Relation extends At {
  /** Undefined where the task has no label for it: its pairs are left out, for they are neither this label's nor unrelated. */
  readonly label: string | undefined;
  readonly ends: readonly [readonly string[], readonly string[]];
}

export interface CorpusDocument extends At {
  readonly text: string;
  /** Parts that no sentence crosses: title and abstract. */
  readonly sections: readonly Extent[];
  /** Each section is one example, however many sentences it has. */
  readonly whole?: boolean;
  readonly mentions: readonly Mention[];
  readonly relations: readonly Relation[];
  /** The corpus states every relation, so that a pair without one carries the negative label. */
  readonly closed: boolean;
}

export const cutRemark = ({ shape }: Task): string =>
  `Documents were cut into sentences; ${shape === "relation" ? "each pair of mentions in one sentence is an example" : "each sentence is an example"}.`;

interface Marked extends Extent {
  readonly type: string;
  readonly mention: Mention;
}

/** Adds a document's examples to a set. Throws for mentions out of place. */
export function addDocument(rows: Collection, split: Split, document: CorpusDocument): void {
  const shape = byShape[rows.task.shape as keyof typeof byShape];
  if (!shape) throw new Error(`addDocument: a task of ${rows.task.shape} examples has no document`);
  shape(rows, split, document);
}

const byShape = { token: addSentences, relation: addPairs } as const;
export const documentShapes: readonly string[] = Object.keys(byShape);

/** Types of mentions that the task marks. */
export function typesOf(task: Task): readonly string[] {
  return task.shape === "relation" ? [task.head.type, task.tail.type] : task.labels.map((label) => label.id);
}

/** The task's type for a corpus's; undefined, and counted, where the task has none. Throws `unknown-label` for a misspelling. */
export function typeFor(rows: Collection, raw: string, { file, line }: At): string | undefined {
  const wanted = typesOf(rows.task);
  const type = typeAmong(wanted, raw, rows.corpora);
  if (type !== undefined) return type;
  const meant = misspelt(wanted, raw, rows.corpora);
  if (meant !== undefined) {
    const message = `${file}, line ${line}: ${JSON.stringify(raw)} is no type of entity; did it mean ${JSON.stringify(meant)}?`;
    throw new ClinfuseError("unknown-label", message, { file, line, got: raw, expected: meant });
  }
  rows.count("other-type", raw);
  return undefined;
}

/** Mentions of the task's types in their places, in order, without invisible characters at their ends. */
function markedIn(rows: Collection, { text, mentions }: CorpusDocument): Marked[] {
  const found = placed(text, mentions).flatMap(({ start, end, stated }: Placed<Mention>): Marked[] => {
    const type = typeFor(rows, stated.type, stated);
    if (type === undefined) return [];
    const extent = visibleExtent(text, start, end);
    if (!extent) rows.count("blank");
    return extent ? [{ ...extent, type, mention: stated }] : [];
  });
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** Sentences of the document; those that a mention reaches over are one. Counts what none of them holds. */
function sentencesWith(rows: Collection, document: CorpusDocument, marked: readonly Marked[]): Extent[] {
  const { text, sections, whole } = document;
  const all = sections.flatMap(({ start, end }) =>
    whole ? (visibleExtent(text, start, end) ?? []) : sentencesOf(text, start, end),
  );
  const joined: { start: number; end: number }[] = [];
  const reach: number[] = []; // how far the mentions up to each one reach
  for (const { end } of marked) reach.push(Math.max(end, reach.at(-1) ?? 0));
  for (const sentence of all) {
    const last = joined.at(-1);
    if (last && (reach[firstFrom(marked, last.end) - 1] ?? 0) > sentence.start) {
      last.end = sentence.end;
      rows.count("crossing");
    } else joined.push({ ...sentence });
  }
  const inside = new Set(joined.flatMap((sentence) => markedWithin(marked, sentence)));
  for (const one of marked) if (!inside.has(one)) rows.countAt("outside", one.mention);
  rows.count("gap", "", gapsIn(document).length);
  return joined;
}

/** Visible text that no section holds. */
function gapsIn({ text, sections }: CorpusDocument): Extent[] {
  const edges = [...sections].sort((a, b) => a.start - b.start);
  let from = 0;
  return [...edges, { start: text.length, end: text.length }].flatMap(({ start, end }) => {
    const gap = from < start ? visibleExtent(text, from, start) : undefined;
    from = Math.max(from, end);
    return gap ?? [];
  });
}

/** Mentions of one sentence that do not overlap, as a text's tags can hold them: the longest first, of two as long the first. The others are counted. */
export function apart<M extends Extent & { readonly type: string; readonly mention: At }>(
  rows: Collection,
  marked: readonly M[],
): M[] {
  const kept: M[] = [];
  for (const m of [...marked].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start)) {
    const other = kept.find((k) => k.start < m.end && m.start < k.end);
    if (!other) kept.push(m);
    else if (other.start === m.start && other.end === m.end && other.type === m.type) rows.count("repeated");
    else rows.countAt("overlap", m.mention);
  }
  return kept.sort((a, b) => a.start - b.start);
}

/** Count of the mentions, in order of their starts, that begin before an offset. */
function firstFrom(marked: readonly Marked[], offset: number): number {
  let [low, high] = [0, marked.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marked[middle] as Marked).start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The mentions, in order of their starts, that an extent holds whole: found without a look at each, for a document may be long. */
const markedWithin = (marked: readonly Marked[], { start, end }: Extent): Marked[] =>
  marked.slice(firstFrom(marked, start), firstFrom(marked, end)).filter((m) => m.end <= end);

function addSentences(rows: Collection, split: Split, document: CorpusDocument): void {
  const marked = markedIn(rows, document);
  for (const sentence of sentencesWith(rows, document, marked)) {
    const spans = apart(rows, markedWithin(marked, sentence)).map(
      ({ start, end, type }): Span => ({ start: start - sentence.start, end: end - sentence.start, label: type }),
    );
    rows.add(split, { kind: "token", text: document.text.slice(sentence.start, sentence.end), spans });
  }
}

/** One example for each pair of a head's and a tail's mention in one sentence. */
function addPairs(rows: Collection, split: Split, document: CorpusDocument): void {
  const { task } = rows;
  if (task.shape !== "relation") throw new Error(`addPairs: ${task.id} has no relations`);
  const marked = markedIn(rows, document);
  const seen = new Set<Relation>();
  const unstated = document.closed ? task.labels.find((label) => label.negative)?.id : undefined;
  for (const sentence of sentencesWith(rows, document, marked)) {
    const there = markedWithin(marked, sentence);
    const span = ({ start, end, type }: Marked): Span => ({
      start: start - sentence.start,
      end: end - sentence.start,
      label: type,
    });
    for (const head of there.filter((m) => m.type === task.head.type)) {
      for (const tail of there.filter((m) => m.type === task.tail.type)) {
        const stated = document.relations.filter((relation) => joins(relation, head.mention, tail.mention));
        for (const relation of stated) seen.add(relation);
        const [first, second] = new Set(stated.flatMap(({ label }) => label ?? []));
        rows.count("second-label", "", second === undefined ? 0 : 1);
        const label = stated.length === 0 ? unstated : first;
        if (label === undefined) rows.count(stated.length === 0 ? "unstated" : "pair-left-out");
        else {
          const text = document.text.slice(sentence.start, sentence.end);
          rows.add(split, { kind: "relation", text, head: span(head), tail: span(tail), label });
        }
      }
    }
  }
  countUnseen(
    rows,
    document.relations.filter((relation) => !seen.has(relation)),
    marked,
  );
}

/** Counts relations of the task's labels that joined no pair; those of other labels are counted where they are read. */
function countUnseen(rows: Collection, relations: readonly Relation[], marked: readonly Marked[]): void {
  for (const relation of relations.filter(({ label }) => label !== undefined)) {
    const named = relation.ends.every((end) => marked.some(({ mention }) => isAt(mention, end)));
    if (named) rows.count("apart");
    else rows.countAt("no-mention", relation);
  }
}

const isAt = ({ keys }: Mention, end: readonly string[]): boolean => end.some((key) => keys.includes(key));

const joins = ({ ends: [a, b] }: Relation, head: Mention, tail: Mention): boolean =>
  (isAt(head, a) && isAt(tail, b)) || (isAt(head, b) && isAt(tail, a));

/** The mentions and relations of a document, without where its file has them. */
const marksOf = ({ mentions, relations }: CorpusDocument): string =>
  JSON.stringify([
    mentions.map(({ base = 0, start, end, type }) => [base + start, base + end, type]),
    relations.map(({ label, ends }) => [label, ...ends]),
  ]);

/** Documents by id, within a set: a second one of the same text is read once and counted. Throws `file-malformed` for one id with two texts. */
export class DocumentIds {
  readonly #texts = new Map<string, CorpusDocument>();

  constructor(private readonly rows: Collection) {}

  /** Tells whether the document is new to its set. */
  add(id: string, document: CorpusDocument, set = ""): boolean {
    const key = `${set} ${id}`;
    const before = this.#texts.get(key);
    this.#texts.set(key, before ?? document);
    if (!before) return true;
    if (before.text !== document.text) {
      const { file, line } = document;
      const where = `${before.file === file ? "" : `${before.file}, `}line ${before.line}`;
      throw new ClinfuseError(
        "file-malformed",
        `${file}, line ${line}: the document ${id} stands at ${where} already, with another text`,
        { file, line, what: id },
      );
    }
    const bare = document.mentions.length + document.relations.length === 0;
    this.rows.count(bare || marksOf(before) === marksOf(document) ? "repeated-document" : "repeated-otherwise");
    return false;
  }
}
