import { expect, it } from "vitest";
import { cmdTerms } from "../../../src/analyse/moments.ts";
import { vectorsOf } from "../../../src/analyse/vectors.ts";
import { cmdWorking } from "../../../src/report/cmd-working.ts";

it("works CMD out: the distance of two means, over the interval's width, and nothing from spread where there is none", () => {
  const lines = cmdWorking(cmdTerms(vectorsOf([[1, 0]]), vectorsOf([[0, 1]])));
  expect(lines).toHaveLength(6);
  expect(lines[0]).toBe("means: distance 1.4142, divided by 2: 0.7071"); // the root of 2
  expect(lines.slice(1, 5).every((line) => line.endsWith(": 0.0000"))).toBe(true);
  expect(lines[5]).toBe("together: 0.7071 + 0.0000 + 0.0000 + 0.0000 + 0.0000 = 0.7071");
});

it("scales a moment of order k by the k-th power of the width", () => {
  // Spread of 1 around the mean 0 against none: variance 1, and a fourth moment of 1.
  const lines = cmdWorking(cmdTerms(vectorsOf([[1], [-1]]), vectorsOf([[0], [0]])));
  expect(lines[1]).toBe("variances: distance 1.0000, divided by 4: 0.2500");
  expect(lines[3]).toBe("fourth central moments: distance 1.0000, divided by 16: 0.0625");
  expect(lines[5]).toContain("= 0.3125");
});

it("has no line for measures that were kept without their terms", () => {
  expect(cmdWorking(undefined)).toEqual([]);
});
