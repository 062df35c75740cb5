// Texts with pieces replaced: every other character stays, and spans are carried along. Knows no model.

import type { Example, Span } from "../../tasks/example.ts";
import type { MaskPlace } from "../../tasks/mask-place.ts";

/** A piece of a text and what stands there instead. */
export interface Filling extends Pick<MaskPlace, "text" | "start" | "end" | "begins" | "ends"> {
  readonly filling: string;
}

interface Moved {
  readonly start: number;
  readonly end: number;
  /** The filling in the new text, and the end of the space after it, if any. */
  readonly from: number;
  readonly to: number;
  readonly after: number;
}

interface FilledText {
  readonly text: string;
  /** Where a span's edge is in the new text: an edge inside a piece moves to the piece's own. */
  startOf(at: number): number;
  endOf(at: number): number;
}

/** The example with the pieces replaced. Fillings are of different places. */
export function withFillings(example: Example, fillings: readonly Filling[]): Example {
  const of = (text: string, index: number) =>
    filledText(
      text,
      fillings.filter((filling) => filling.text === index),
    );
  switch (example.kind) {
    case "sentence":
      return { ...example, text: of(example.text, 0).text };
    case "pair":
      return { ...example, first: of(example.first, 0).text, second: of(example.second, 1).text };
    case "token": {
      const filled = of(example.text, 0);
      return { ...example, text: filled.text, spans: example.spans.map((span) => moved(span, filled)) };
    }
    case "relation": {
      const filled = of(example.text, 0);
      return { ...example, text: filled.text, head: moved(example.head, filled), tail: moved(example.tail, filled) };
    }
    default:
      return example satisfies never;
  }
}

const moved = (span: Span, { startOf, endOf }: FilledText): Span => ({
  ...span,
  start: startOf(span.start),
  end: endOf(span.end),
});

/** A filling that begins or ends a word gets a space where it would run into the next word: an "and" in the place of a hyphen. */
function filledText(text: string, fillings: readonly Filling[]): FilledText {
  const sorted = [...fillings].sort((a, b) => a.start - b.start);
  const places: Moved[] = [];
  let out = "";
  let at = 0;
  for (const [i, { start, end, begins, ends, filling }] of sorted.entries()) {
    out += text.slice(at, start);
    if (begins && runsInto(out, filling)) out += " ";
    const from = out.length;
    out += begins ? inCaseOf(text.slice(start, end), filling) : filling;
    const to = out.length;
    const next = sorted[i + 1];
    if (ends && next?.start !== end && runsInto(out, text.slice(end))) out += " ";
    places.push({ start, end, from, to, after: out.length });
    at = end;
  }
  out += text.slice(at);
  const shift = (edge: number) => {
    const before = places.findLast(({ end }) => end <= edge);
    return before ? edge - before.end + before.after : edge;
  };
  return {
    text: out,
    startOf: (edge) => places.find(({ start, end }) => start <= edge && edge < end)?.from ?? shift(edge),
    endOf: (edge) => places.find(({ start, end }) => start < edge && edge <= end)?.to ?? shift(edge),
  };
}

/** Neither white space nor BERT's punctuation. */
const letter = "[^\\s\\p{P}!-/:-@[-`{-~]";
const endsInLetter = new RegExp(`${letter}$`, "u");
const beginsWithLetter = new RegExp(`^${letter}`, "u");

const runsInto = (left: string, right: string): boolean =>
  endsInLetter.test(left.slice(-2)) && beginsWithLetter.test(right.slice(0, 2));

/** Capitalised where the piece was: a vocabulary without capitals forgets the case. */
const inCaseOf = (model: string, text: string) =>
  /^\p{Lu}(?!\p{Lu})/u.test(model) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
