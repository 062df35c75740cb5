// Masks of training: so many of the places, at these rates, with these signs in their stead, and never another token.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { MaskedInput } from "../../../src/classifier/masked-input.ts";
import { masked } from "../../../src/classifier/masking.ts";
import { ignoredLabel } from "../../../src/text/bio.ts";

const mask = 4;

/** [CLS], `condition` pieces of a label, `places` pieces of a text, [SEP]; ids follow each other. */
function inputOf(condition: number, places: number): MaskedInput {
  const length = condition + places + 2;
  const zeros = new Array<number>(length).fill(0);
  const ids = Array.from({ length }, (_, i) => 100 + i);
  const at = (i: number) => ({ at: 1 + condition + i, text: 0, start: i, end: i + 1, word: i, begins: true, ends: true });
  return {
    encoding: { ids, types: zeros, starts: zeros, ends: zeros, words: zeros },
    condition,
    places: Array.from({ length: places }, (_, i) => at(i)),
  };
}

const hidden = (targets: readonly number[]) => targets.flatMap((target, i) => (target === ignoredLabel ? [] : [i]));

describe("a share of the places", () => {
  const scheme = { kind: "share", share: 0.15, most: 20 } as const;

  it("is 15 % of them, one at least and twenty at most, and never a label or a special token", () => {
    const wrong: string[] = [];
    for (const [places, expected] of [
      [1, 1],
      [3, 1],
      [20, 3],
      [60, 9],
      [400, 20],
    ] as const) {
      for (let i = 0; i < 2000; i++) {
        const input = inputOf(3, places);
        const { targets } = masked(input, scheme, mask, rng("share", places, i));
        const found = hidden(targets);
        const right = found.every((at) => at >= 4 && at < 4 + places && targets[at] === input.encoding.ids[at]);
        if (found.length !== expected || !right) wrong.push(`${places} places, draw ${i}: ${found}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 30_000);

  it("shows [MASK] for 80 %, another piece of the same text for 10 %, and the piece itself for 10 %", () => {
    const input = inputOf(2, 100);
    const shares = { mask: 0, other: 0, same: 0 };
    let all = 0;
    for (let i = 0; i < 1500; i++) {
      const { encoding, targets } = masked(input, scheme, mask, rng("signs", i));
      for (const at of hidden(targets)) {
        const shown = encoding.ids[at] as number;
        shares[shown === mask ? "mask" : shown === targets[at] ? "same" : "other"]++;
        if (shown !== mask) expect(shown).toBeGreaterThanOrEqual(103); // never of the label
        all++;
      }
      const untouched = encoding.ids.filter((_, at) => targets[at] === ignoredLabel);
      expect(untouched).toEqual(input.encoding.ids.filter((_, at) => targets[at] === ignoredLabel));
    }
    expect(shares.mask / all).toBeCloseTo(0.8, 1.5);
    expect(shares.same / all).toBeCloseTo(0.1 + 0.1 / 100, 1.5); // a hundredth of the random ones is the piece itself
    expect(shares.other / all).toBeCloseTo(0.099, 1.5);
  });
});

describe("each place by itself", () => {
  it("is masked at the rate, always as [MASK], and the rest is never masked", () => {
    const input = inputOf(2, 50);
    let found = 0;
    for (let i = 0; i < 400; i++) {
      const { encoding, targets } = masked(input, { kind: "each", rate: 0.7 }, mask, rng("each", i));
      for (const at of hidden(targets)) expect(encoding.ids[at]).toBe(mask);
      expect(encoding.ids.filter((id) => id === mask)).toHaveLength(hidden(targets).length);
      expect(hidden(targets).every((at) => at >= 3 && at < 53)).toBe(true);
      found += hidden(targets).length;
    }
    expect(Math.abs(found / (400 * 50) - 0.7)).toBeLessThan(0.02);
  });

  it("masks nothing where there is no place", () => {
    for (const scheme of [
      { kind: "each", rate: 1 },
      { kind: "share", share: 0.15, most: 20 },
    ] as const) {
      const { encoding, targets } = masked(inputOf(2, 0), scheme, mask, rng("none"));
      expect([encoding.ids, hidden(targets)]).toEqual([inputOf(2, 0).encoding.ids, []]);
    }
  });
});
