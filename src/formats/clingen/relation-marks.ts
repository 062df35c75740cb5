// The two entities of a relation in a text: as marks in it ("[CHEMICAL]x[\CHEMICAL]"), or found by their names. Knows no row.

import type { RelationExample, Span } from "../../tasks/example.ts";
import { type Extent, visibleExtent } from "../../tasks/words.ts";

export interface Entities {
  readonly text: string;
  readonly head: Extent;
  readonly tail: Extent;
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
const opening = (type: string): string => `[${type.toUpperCase()}]`;
const closing = (type: string): string => `[\\${type.toUpperCase()}]`;

export function hasMarks(text: string, types: readonly string[]): boolean {
  return types.some((type) => text.includes(opening(type)) || text.includes(closing(type)));
}

/** The text without its marks, and what they marked; a sentence that says what is wrong with them. */
export function readMarks(marked: string, headType: string, tailType: string): Entities | string {
  const types = [headType, tailType].map((type) => escaped(type.toUpperCase())).join("|");
  const mark = new RegExp(`\\[([\\\\/]?)(${types})\\]`, "g");
  let text = "";
  let from = 0;
  const edges = new Map<string, number[]>(); // "CHEMICAL" -> where it opens, "\CHEMICAL" -> where it closes
  for (const { 0: whole, 1: close, 2: type, index } of marked.matchAll(mark)) {
    text += marked.slice(from, index);
    const key = `${close ? "\\" : ""}${type}`;
    edges.set(key, [...(edges.get(key) ?? []), text.length]);
    from = index + whole.length;
  }
  text += marked.slice(from);
  const extents = [headType, tailType].map((type): Extent | string => {
    const [starts, ends] = [edges.get(type.toUpperCase()) ?? [], edges.get(`\\${type.toUpperCase()}`) ?? []];
    if (starts.length !== 1 || ends.length !== 1) {
      return `expected one ${opening(type)} and one ${closing(type)}, got ${starts.length} and ${ends.length}`;
    }
    return visibleExtent(text, starts[0] as number, ends[0] as number) ?? `${opening(type)} marks nothing`;
  });
  const [head, tail] = extents as [Extent | string, Extent | string];
  if (typeof head === "string") return head;
  if (typeof tail === "string") return tail;
  return { text, head, tail };
}

/** The text with marks around both entities. Those of one place: what closes stands before what opens. */
export function writeMarks({ text, head, tail }: RelationExample): string {
  const marks = [head, tail].flatMap(({ start, end, label }: Span) => [
    { at: start, order: 1, mark: opening(label) },
    { at: end, order: 0, mark: closing(label) },
  ]);
  marks.sort((a, b) => a.at - b.at || a.order - b.order);
  let [marked, from] = ["", 0];
  for (const { at, mark } of marks) {
    marked += text.slice(from, at) + mark;
    from = at;
  }
  return marked + text.slice(from);
}

/** Places of a name: as it is written and between word borders, else inside words, else in another case. */
export function mentionsOf(text: string, name: string): Extent[] {
  const [before, after] = ["(?<![\\p{L}\\p{N}])", "(?![\\p{L}\\p{N}])"];
  const word = `${before}${escaped(name)}${after}`;
  for (const [pattern, flags] of [
    [word, "gu"],
    [escaped(name), "gu"],
    [word, "giu"],
  ] as const) {
    const found = [...text.matchAll(new RegExp(pattern, flags))];
    if (found.length > 0) return found.map((m) => ({ start: m.index, end: m.index + m[0].length }));
  }
  return [];
}

/** The first head and tail that lie apart, or the first of each where none do; and whether there was a choice. */
export function firstApart(
  heads: readonly Extent[],
  tails: readonly Extent[],
): { head: Extent; tail: Extent; chosen: boolean } | undefined {
  const all = heads.flatMap((head) => tails.map((tail) => ({ head, tail })));
  const apart = all.filter(({ head, tail }) => head.end <= tail.start || tail.end <= head.start);
  const candidates = apart.length > 0 ? apart : all;
  const first = candidates[0];
  return first && { ...first, chosen: candidates.length > 1 };
}
