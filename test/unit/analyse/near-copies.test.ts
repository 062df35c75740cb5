// Near copies by runs of three words.

import { expect, it } from "vitest";
import { nearCopies } from "../../../src/analyse/near-copies.ts";

it("names the earlier text, and by how much, against sets counted by hand", () => {
  const found = nearCopies([
    "a b c d e", // abc bcd cde
    "x y z",
    "A, b c d f!", // abc bcd cdf: 2 of 4
    "a b c d e", // 3 of 3
  ]);
  expect(found).toEqual([
    { of: -1, share: 0 },
    { of: -1, share: 0 },
    { of: 0, share: 0.5 },
    { of: 0, share: 1 },
  ]);
});

it("takes texts without three words, and without any, as they are", () => {
  expect(nearCopies(["gout", "...", "Gout.", "..."]).map(({ of }) => of)).toEqual([-1, -1, 0, -1]);
});

it("finds a copy among many texts that share a run with it", () => {
  const texts = Array.from({ length: 500 }, (_, i) => `the patient was ${i} and ${i} and more`);
  expect(nearCopies([...texts, texts[7] as string]).at(-1)).toEqual({ of: 7, share: 1 });
});
