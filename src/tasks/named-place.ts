// A name's place in a text: its first occurrence, beside another's. Knows no task.

import type { Extent } from "./words.ts";

/** Undefined where the text does not hold the name, or holds it only where `besides` lies. */
export function namedPlace(text: string, name: string, besides?: Extent): Extent | undefined {
  if (name === "") return undefined;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const found = { start: at, end: at + name.length };
    if (!besides || found.end <= besides.start || besides.end <= found.start) return found;
  }
  return undefined;
}
