// Differences and p-values as text.

import { expect, it } from "vitest";
import { pInText, pWords, signed } from "../../../src/report/difference-words.ts";

it("signs a difference, and never a zero below zero", () => {
  expect([0.12, -0.031, -0.0001, 0].map(signed)).toEqual(["+0.120", "−0.031", "+0.000", "+0.000"]);
});

it("never says that p is 0", () => {
  expect([0, 0.0002, 0.004, 0.2].map(pWords)).toEqual(["< 0.001", "< 0.001", "0.004", "0.200"]);
  expect([0, 0.0002, 0.004, 0.2].map(pInText)).toEqual(["below 0.001", "below 0.001", "0.004", "0.20"]);
});
