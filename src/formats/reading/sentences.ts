// A text cut into sentences by Intl.Segmenter, with corrections for abbreviations. Knows no mention.

import { type Extent, visibleExtent } from "../../tasks/words.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Ends after which a sentence goes on: abbreviations of medical prose, and a single capital, as in "E. coli". */
const goesOn =
  /(?:^|[\s(])(?:vs|e\.g|i\.e|et al|al|figs?|drs?|mrs?|ms|prof|st|no|nos|approx|ca|cf|resp|refs?|eqs?|spp?|subsp|var|i\.v|i\.p|s\.c|p\.o|i\.m|[A-Z])\.\s*$/i;

/** Visible extents of the sentences between two offsets, in order. */
export function sentencesOf(text: string, from: number, to: number): Extent[] {
  const pieces: { start: number; end: number }[] = [];
  for (const { start, end } of segmentsOf(text, from, to)) {
    const last = pieces.at(-1);
    if (last && goesOn.test(text.slice(last.start, last.end))) last.end = end;
    else pieces.push({ start, end });
  }
  return pieces.flatMap(({ start, end }) => visibleExtent(text, start, end) ?? []);
}

/** Characters that the segmenter is given at once: its time grows with the square of their number. */
const windowLength = 4000;

/** The segmenter's pieces, found in windows: each window but the last leaves its last two pieces to the next one, which sees what follows them. */
function* segmentsOf(text: string, from: number, to: number): Generator<Extent> {
  for (let [at, length] = [from, windowLength]; at < to; ) {
    const end = Math.min(at + length, to);
    const found = [...segmenter.segment(text.slice(at, end))].map(({ segment, index }) => ({
      start: at + index,
      end: at + index + segment.length,
    }));
    const whole = end === to ? found : found.slice(0, -2);
    yield* whole;
    length = whole.length === 0 ? 2 * length : windowLength;
    at = whole.at(-1)?.end ?? at;
  }
}
