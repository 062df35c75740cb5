// Entities of a set: how many different ones, and how often each (the paper's Figures 2b, 2c, 7b, 7c, 9, 13). Knows no graph and no marks.

/** Mentions of each entity, by its key, the most frequent first. */
export interface EntityCounts {
  readonly unique: number;
  readonly mentions: number;
  /** Count over all mentions, by rank: the curve of Figures 2c, 7c, 9 and 13. */
  readonly frequencies: readonly number[];
  readonly most: readonly { readonly name: string; readonly count: number }[];
}

const keyOf = (name: string): string => name.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();

/** `mentions`: the entities of each text, as written; letters' case and spaces make no other entity. */
export function entityCounts(mentions: readonly (readonly string[])[], shown = 20): EntityCounts {
  const counts = new Map<string, { name: string; count: number }>();
  let total = 0;
  for (const name of mentions.flat()) {
    const key = keyOf(name);
    const entry = counts.get(key) ?? { name, count: 0 };
    entry.count++;
    total++;
    counts.set(key, entry);
  }
  const ranked = [...counts.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  return {
    unique: ranked.length,
    mentions: total,
    frequencies: ranked.map(({ count }) => count / total),
    most: ranked.slice(0, shown),
  };
}

/** Different entities that a sample of so many texts has on average, so that sets of unequal size compare: exact, by rarefaction (Hurlbert 1971). */
export function rarefied(mentions: readonly (readonly string[])[], texts: number): number {
  const n = mentions.length;
  if (texts >= n) return entityCounts(mentions, 0).unique;
  const holding = new Map<string, number>();
  for (const own of mentions) {
    const keys = new Set(own.map(keyOf));
    for (const key of keys) holding.set(key, (holding.get(key) ?? 0) + 1);
  }
  // Chance that none of the texts with the entity is drawn: C(n - k, texts) / C(n, texts).
  let expected = 0;
  for (const k of holding.values()) {
    let none = 1;
    for (let i = 0; i < k; i++) none *= Math.max(0, (n - texts - i) / (n - i));
    expected += 1 - none;
  }
  return expected;
}
