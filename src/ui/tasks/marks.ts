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
