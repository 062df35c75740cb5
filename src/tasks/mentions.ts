// Where a text mentions a name, as whole words and whatever the case. Knows no shape.

import type { Span } from "./example.ts";

type Place = Omit<Span, "label">;

/** Places in code units, in order. `plural`: with an s at its end too. */
export function mentions(text: string, name: string, { plural = false } = {}): Place[] {
  if (name === "") return [];
  const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${pattern}${plural ? "s?" : ""}(?![\\p{L}\\p{N}])`, "giu");
  return [...text.matchAll(whole)].map((m) => ({ start: m.index, end: m.index + m[0].length }));
}

/** The first mention of each of two names that does not lie in the other's; undefined where there is none. */
export function mentionsOfBoth(
  text: string,
  [first, second]: readonly [string, string],
  options: { plural?: boolean } = {},
): readonly [Place, Place] | undefined {
  const others = mentions(text, second, options);
  for (const a of mentions(text, first, options)) {
    const b = others.find(({ start, end }) => end <= a.start || a.end <= start);
    if (b) return [a, b];
  }
  return undefined;
}
