import { describe, expect, it } from "vitest";
import { type Beginning, beginningOf, remaining } from "../../../../src/ui/parts/remaining.ts";

/** Tells one after another; the last one's time left. */
function leftAfter(tellings: readonly (readonly [now: string, done: number, total: number, at: number])[]): number | undefined {
  let begun: Beginning | undefined;
  let left: number | undefined;
  for (const [now, done, total, at] of tellings) {
    const told = { now, done, total, at };
    begun = beginningOf(begun, told);
    left = remaining(begun, told);
  }
  return left;
}

describe("time left of an activity", () => {
  it("is the rest at the mean pace since it was first told", () => {
    const tellings = [
      ["Reading text 1 of 1,000", 0, 1000, 10_000],
      ["Reading text 101 of 1,000", 100, 1000, 15_000],
      ["Reading text 201 of 1,000", 200, 1000, 20_000],
    ] as const;
    expect(leftAfter(tellings)).toBe(40_000);
  });

  it("does not count what stood there before it was first told", () => {
    expect(
      leftAfter([
        ["Writing examples", 150, 200, 0],
        ["Writing examples", 160, 200, 5000],
      ]),
    ).toBe(20_000);
  });

  it("is unknown in the first seconds, and while nothing goes on", () => {
    expect(
      leftAfter([
        ["a", 0, 10, 0],
        ["a", 5, 10, 2999],
      ]),
    ).toBeUndefined();
    expect(
      leftAfter([
        ["a", 3, 10, 0],
        ["a", 3, 10, 60_000],
      ]),
    ).toBeUndefined();
  });

  it("begins anew with another activity, and with a count that goes back", () => {
    expect(
      leftAfter([
        ["Opening the encoder", 0, 10, 0],
        ["Opening the encoder", 9, 10, 9000],
        ["Reading text 1 of 10", 0, 10, 10_000],
        ["Reading text 3 of 10", 2, 10, 14_000],
      ]),
    ).toBe(16_000);
    expect(
      leftAfter([
        ["kg.csv: 5.5 MB", 5, 10, 0],
        ["kg.csv: 0.5 MB", 1, 10, 5000],
        ["kg.csv: 1.5 MB", 2, 10, 10_000],
      ]),
    ).toBe(40_000);
  });
});
