// Near copies inside one set: texts that share most of their runs of three words with an earlier one. Knows no model.

import { countedWords } from "./text-words.ts";

export interface NearCopy {
  /** Position of the earlier text; -1 for none. */
  readonly of: number;
  /** Jaccard index of their runs of three words. */
  readonly share: number;
}

/** Shares from which on two texts are near copies (Lee et al. 2022 call 0.8 a copy; short texts change more of their runs with one word). */
export const nearCopyShare = 0.5;

/** Runs of three words, each once; the whole text where it is shorter. */
function runsOf(text: string): ReadonlySet<string> {
  const words = countedWords(text);
  if (words.length < 3) return new Set(words.length === 0 ? [] : [words.join(" ")]);
  return new Set(words.slice(2).map((word, i) => `${words[i]} ${words[i + 1]} ${word}`));
}

/** For each text the earlier one that it shares most with. A run is looked up in the first `common` texts that have it. */
export function nearCopies(texts: readonly string[], common = 200): NearCopy[] {
  const owners = new Map<string, number[]>();
  const sizes: number[] = [];
  return texts.map((text, i) => {
    const runs = runsOf(text);
    sizes.push(runs.size);
    const shared = new Map<number, number>();
    for (const run of runs) {
      const having = owners.get(run);
      if (!having) owners.set(run, [i]);
      else {
        for (const owner of having) shared.set(owner, (shared.get(owner) ?? 0) + 1);
        if (having.length < common) having.push(i);
      }
    }
    let best: NearCopy = { of: -1, share: 0 };
    for (const [of, n] of shared) {
      const share = n / (runs.size + (sizes[of] as number) - n);
      if (share > best.share) best = { of, share };
    }
    return best;
  });
}
