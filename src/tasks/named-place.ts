// A name's place in a text, beside another's. Knows no task.

import type { Extent } from "./words.ts";

const letterBefore = /[\p{L}\p{N}]\p{M}*$/u;
const letterAfter = /^[\p{L}\p{M}\p{N}]/u;

/** Code units before a place that tell whether a word stands there: a letter with its accents. */
const looksBack = 16;

const begins = (text: string, { start }: Extent): boolean =>
  !letterAfter.test(text.slice(start)) || !letterBefore.test(text.slice(Math.max(0, start - looksBack), start));
const ends = (text: string, { end }: Extent): boolean =>
  !letterBefore.test(text.slice(Math.max(0, end - looksBack), end)) || !letterAfter.test(text.slice(end));

/** Fits of a name to the words around it, the best first: "ACE" stands in PLACEBO only where it stands nowhere else. */
const fits: readonly ((text: string, found: Extent) => boolean)[] = [
  (text, found) => begins(text, found) && ends(text, found),
  begins,
  () => true,
];

/**
 * The first of the places that fit best: whole words, else the beginning of a word, else a part of one; each as the name is written, else in other
 * case. Undefined where the text does not hold the name, or holds it only where `besides` lies.
 */
export function namedPlace(text: string, name: string, besides?: Extent): Extent | undefined {
  const [lowerText, lowerName] = [text.toLowerCase(), name.toLowerCase()];
  const keepsPlaces = lowerText.length === text.length && lowerName.length === name.length;
  const places = [placesOf(text, name, besides), keepsPlaces ? placesOf(lowerText, lowerName, besides) : []];
  for (const suits of fits) {
    for (const found of places) {
      const best = found.find((place) => suits(text, place));
      if (best) return best;
    }
  }
  return undefined;
}

function placesOf(text: string, name: string, besides: Extent | undefined): Extent[] {
  const found: Extent[] = [];
  if (name === "") return found;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const place = { start: at, end: at + name.length };
    if (!besides || place.end <= besides.start || besides.end <= place.start) found.push(place);
  }
  return found;
}
