// A text cut into sentences by Intl.Segmenter, with corrections for abbreviations. Knows no mention.

import { type Extent, visibleExtent } from "../../tasks/words.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Ends after which a sentence goes on: abbreviations of medical prose, and a single capital, as in "E. coli". */
const goesOn =
  /(?:^|[\s(])(?:vs|e\.g|i\.e|et al|al|figs?|drs?|mrs?|ms|prof|st|no|nos|approx|ca|cf|resp|refs?|eqs?|spp?|subsp|var|i\.v|i\.p|s\.c|p\.o|i\.m|[A-Z])\.\s*$/i;

/** Visible extents of the sentences between two offsets, in order. */
export function sentencesOf(text: string, from: number, to: number): Extent[] {
  const pieces: { start: number; end: number }[] = [];
  for (const { segment, index } of segmenter.segment(text.slice(from, to))) {
    const [start, end] = [from + index, from + index + segment.length];
    const last = pieces.at(-1);
    if (last && goesOn.test(text.slice(last.start, last.end))) last.end = end;
    else pieces.push({ start, end });
  }
  return pieces.flatMap(({ start, end }) => visibleExtent(text, start, end) ?? []);
}
