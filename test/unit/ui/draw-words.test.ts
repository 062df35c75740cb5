// How often topics are drawn, in words.

import { describe, expect, it } from "vitest";
import type { LabelDraws } from "../../../src/generate/planned-draws.ts";
import { mostDrawn, oftenWords } from "../../../src/ui/run/knowledge/draw-words.ts";

const draws = (...times: readonly number[]): LabelDraws => ({
  label: "yes",
  attempts: times.reduce((a, b) => a + b, 0),
  topics: 400,
  drawn: times.map((n, i) => ({ topic: { entities: [{ name: `disease ${i}`, type: "Disease" }], source: "kg" }, times: n })),
});

describe("words for draws", () => {
  it("tell the long tail first, and many different counts by their range", () => {
    expect(oftenWords(draws(2, 2, ...Array.from({ length: 187 }, () => 1)))).toBe("187 topics once, 2 twice");
    expect(oftenWords(draws(3))).toBe("1 topic three times");
    expect(oftenWords(draws(12, 1))).toBe("1 topic once, 1 topic 12 times");
    expect(oftenWords(draws(9, 7, 5, 4, 3))).toBe("5 topics 3 to 9 times, 5.6 on average");
    expect(oftenWords(draws())).toBe("none");
  });

  it("name those that come most often", () => {
    expect(mostDrawn(draws(3, 1))).toBe("disease 0 (3), disease 1 (1)");
    expect(mostDrawn(draws(3, 2, 1, 1, 1))).toBe("disease 0 (3), disease 1 (2), disease 2 (1) and 2 more");
  });
});
