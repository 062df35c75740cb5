// A text cut at its spans, for drawing. Knows no page: the app and the report both draw from it.

import type { Span } from "../tasks/example.ts";

/** Meaning of a mark: an entity; beside a gold standard, one that was found, missed or made up. */
export type Tone = "entity" | "found" | "missed" | "wrong";

export interface Segment {
  readonly text: string;
  /** Absent for text between spans. */
  readonly label?: string;
  readonly tone?: Tone;
}

/** In order, without gaps: their texts joined are `text`. Spans are in order and do not overlap. */
export function segmentsOf(text: string, spans: readonly Span[], toneOf: (span: Span) => Tone = () => "entity"): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  for (const span of spans) {
    if (span.start > at) segments.push({ text: text.slice(at, span.start) });
    segments.push({ text: text.slice(span.start, span.end), label: span.label, tone: toneOf(span) });
    at = span.end;
  }
  if (at < text.length) segments.push({ text: text.slice(at) });
  return segments;
}

/** Spans as `segmentsOf` takes them. One that shares characters with the one before is left out. */
export function inOrder(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  return sorted.filter((span, i) => sorted.slice(0, i).every((before) => before.end <= span.start));
}

const same = (a: Span) => (b: Span) => a.start === b.start && a.end === b.end && a.label === b.label;

/** Gold spans as found or missed, predicted ones as found or wrong: exact spans, as they are scored. */
export function comparedTones(
  gold: readonly Span[],
  predicted: readonly Span[],
): { gold: (s: Span) => Tone; predicted: (s: Span) => Tone } {
  return {
    gold: (span) => (predicted.some(same(span)) ? "found" : "missed"),
    predicted: (span) => (gold.some(same(span)) ? "found" : "wrong"),
  };
}
