// Tags of words as spans, in whatever scheme: IOB, IOBES, BILOU. Knows no file format.

import type { Span } from "../../tasks/example.ts";
import type { Extent } from "../../tasks/words.ts";
import type { Split } from "../format.ts";
import { joinWords } from "../words.ts";
import type { Collection } from "./collection.ts";
import { typeFor, typesOf } from "./documents.ts";
import { malformed } from "./text-file.ts";

export const tagForm = /^(?:O|[BIESLUM](?:[-_].+)?)$/;

/** A tag whose letter may be small. */
export const tagWritten = (raw: string): string =>
  /^[bieslumo](?:[-_].+)?$/.test(raw) ? (raw[0] as string).toUpperCase() + raw.slice(1) : raw;

export interface TaggedWord {
  readonly word: string;
  readonly tag: string;
  readonly line: number;
}

interface OpenSpan {
  readonly type: string;
  readonly first: number;
  last: number;
  readonly line: number;
}

/** Spans of the tags, in whatever scheme: what neither begins nor goes on with a mention of its type begins one. */
function tagSpans(rows: Collection, file: string, words: readonly TaggedWord[], places: readonly (Extent | undefined)[]): Span[] {
  const found: OpenSpan[] = [];
  let open: OpenSpan | undefined;
  for (const [i, { tag, line }] of words.entries()) {
    const [letter, type] = [tag[0] as string, tag.slice(2) || bareType(rows, file, line, tag)];
    if (letter === "O") open = undefined;
    else if (open?.type === type && "IELM".includes(letter)) open.last = i;
    else {
      open = { type, first: i, last: i, line };
      found.push(open);
    }
    if ("ELSU".includes(letter)) open = undefined;
  }
  return found.flatMap(({ type, first, last, line }): Span[] => {
    const label = typeFor(rows, type, { file, line });
    const visible = places.slice(first, last + 1).filter((place) => place !== undefined);
    if (label === undefined) return [];
    const [start, end] = [visible[0]?.start, visible.at(-1)?.end];
    if (start !== undefined && end !== undefined) return [{ start, end, label }];
    rows.count("blank");
    return [];
  });
}

/** Adds a text of these words, whose spaces are guessed; one that shows nothing is counted. */
export function addTagged(rows: Collection, split: Split, file: string, words: readonly TaggedWord[]): void {
  const { text, places } = joinWords(words.map(({ word }) => word));
  if (places.every((place) => place === undefined)) rows.count("empty-text");
  else rows.add(split, { kind: "token", text, spans: tagSpans(rows, file, words, places) });
}

/** The task's only type, for tags without one. */
function bareType(rows: Collection, file: string, line: number, tag: string): string {
  const [type, more] = typesOf(rows.task);
  if (tag === "O" || (type !== undefined && more === undefined)) return type ?? "";
  return malformed(file, line, `the tag ${JSON.stringify(tag)} names no type, and ${rows.task.name} has several`);
}
