// A name's place in a text: its first occurrence, beside another's. Knows no task.

import type { Extent } from "./words.ts";

/** The name as it is written, else in other case. Undefined where the text does not hold it, or holds it only where `besides` lies. */
export function namedPlace(text: string, name: string, besides?: Extent): Extent | undefined {
  const [lowerText, lowerName] = [text.toLowerCase(), name.toLowerCase()];
  const keepsPlaces = lowerText.length === text.length && lowerName.length === name.length;
  return placeOf(text, name, besides) ?? (keepsPlaces ? placeOf(lowerText, lowerName, besides) : undefined);
}

function placeOf(text: string, name: string, besides?: Extent): Extent | undefined {
  if (name === "") return undefined;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const found = { start: at, end: at + name.length };
    if (!besides || found.end <= besides.start || besides.end <= found.start) return found;
  }
  return undefined;
}
