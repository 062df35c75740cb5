// Edits of an example's texts that move its spans along. Knows no perturbation.

import type { Example, Span } from "../../tasks/example.ts";

/** Offsets count UTF-16 code units; `end` is exclusive. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export const edited = (text: string, { start, end, text: other }: Edit): string => text.slice(0, start) + other + text.slice(end);

/** The span after the edit; undefined where the edit takes a part of it alone. An edit of the whole span is the span's new name. */
function moved(span: Span, { start, end, text }: Edit): Span | undefined {
  const by = text.length - (end - start);
  if (start === span.start && end === span.end) return { ...span, end: span.end + by };
  if (end <= span.start) return { ...span, start: span.start + by, end: span.end + by };
  return start >= span.end ? span : undefined;
}

/** The example with the edit made in its text `of`; undefined where that would cut a span in two. */
export function withEdit(example: Example, edit: Edit, of = 0): Example | undefined {
  switch (example.kind) {
    case "token": {
      const spans = example.spans.map((span) => moved(span, edit));
      return spans.includes(undefined) ? undefined : { ...example, text: edited(example.text, edit), spans: spans as Span[] };
    }
    case "relation": {
      const [head, tail] = [moved(example.head, edit), moved(example.tail, edit)];
      return head && tail ? { ...example, text: edited(example.text, edit), head, tail } : undefined;
    }
    case "sentence":
      return { ...example, text: edited(example.text, edit) };
    case "pair":
      return of === 0 ? { ...example, first: edited(example.first, edit) } : { ...example, second: edited(example.second, edit) };
    default:
      return example satisfies never;
  }
}

/** Places that an edit must leave alone: entities of the example. */
export function heldSpans(example: Example): readonly Span[] {
  if (example.kind === "token") return example.spans;
  return example.kind === "relation" ? [example.head, example.tail] : [];
}
