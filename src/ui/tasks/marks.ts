// Marks of a text as they are made and removed by selections. Pure.

import type { Span } from "../../tasks/example.ts";
import { visibleExtent } from "../../tasks/words.ts";

/** The marks with one more; those that it overlaps go. Unchanged where the selection holds nothing visible. */
export function withMark(text: string, spans: readonly Span[], start: number, end: number, label: string): readonly Span[] {
  const extent = visibleExtent(text, Math.min(start, end), Math.max(start, end));
  if (!extent) return spans;
  const apart = spans.filter((span) => span.end <= extent.start || extent.end <= span.start);
  return [...apart, { ...extent, label }].sort((a, b) => a.start - b.start);
}

/** The marks without those that the selection touches; a caret touches the mark that it stands in or at. */
export function withoutMarks(spans: readonly Span[], start: number, end: number): readonly Span[] {
  return spans.filter((span) =>
    start === end ? start < span.start || span.end < start : span.end <= start || end <= span.start,
  );
}

/** A text as a textarea shows it: each of its lines ends by one line feed. */
export const inTextarea = (text: string): string => text.replace(/\r\n?/g, "\n");

/** Place in a text for a place in the textarea that shows it, in UTF-16 units. */
export function placeInText(text: string, place: number): number {
  let pairs = 0; // CR LF before the place: two units of the text, one of the textarea
  for (const { index } of text.matchAll(/\r\n/g)) {
    if (index - pairs >= place) break;
    pairs++;
  }
  return place + pairs;
}
