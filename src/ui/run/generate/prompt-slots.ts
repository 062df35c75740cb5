// A prompt cut at the words that its slots were filled with. Knows no listing: the words are looked for.

export type Slot = "topic" | "style";

export interface Part {
  readonly text: string;
  /** Absent: words of the listing itself, or of demonstrations. */
  readonly slot?: Slot;
}

export interface Filled {
  readonly slot: Slot;
  readonly words: string;
}

const escaped = (words: string): string => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Parts whose texts make up `prompt`. Words are found whatever their case, whole, the longest first. */
export function slotParts(prompt: string, filled: readonly Filled[]): readonly Part[] {
  const words = filled.filter((one) => one.words.trim() !== "").toSorted((a, b) => b.words.length - a.words.length);
  if (words.length === 0) return [{ text: prompt }];
  const found = new RegExp(`(?<![\\p{L}\\d])(${words.map((one) => escaped(one.words)).join("|")})(?![\\p{L}\\d])`, "giu");
  const slotOf = new Map(words.map(({ words: text, slot }) => [text.toLowerCase(), slot]));
  // `split` with one group puts the found words at the odd places.
  const parts = prompt.split(found).map((text, i): Part => {
    const slot = i % 2 === 1 ? slotOf.get(text.toLowerCase()) : undefined;
    return slot ? { text, slot } : { text };
  });
  return parts.filter(({ text }) => text !== "");
}
