// Time left of a grid: told by the cells that computed, and not by those that were there already.

import { expect, it } from "vitest";
import { paceOf } from "../../../scripts/experiment-pace.ts";
import type { HeadlessEvent } from "../../../src/headless.ts";

const minute = 60_000;

/** What is told of cells that take so long each; those of no length are found from before. */
function told(minutes: readonly number[], failing: readonly number[] = []): (string | undefined)[] {
  let time = 1000;
  const pace = paceOf(minutes.length, () => time);
  return minutes.map((of, cell) => {
    const began = { type: "cell", cell, cells: minutes.length } satisfies HeadlessEvent;
    const first = [began, ...(of > 0 ? [{ type: "step", cell, step: "train" } satisfies HeadlessEvent] : [])];
    expect(first.map((event) => pace(event)).filter(Boolean)).toEqual([]);
    time += of * minute;
    const failure = { code: "failed", message: "" } as const;
    if (failing.includes(cell)) return pace({ type: "failed", cell, failure });
    return pace({ type: "result", cell } as HeadlessEvent);
  });
}

it("takes the mean of the cells that computed, and is silent before the first and after the last", () => {
  expect(told([0, 4, 8, 0])).toEqual([
    undefined,
    "2 of 4 cells done; about 8 min left if the others are like those before",
    "3 of 4 cells done; about 6 min left if the others are like those before",
    undefined,
  ]);
});

it("does not take a cell that failed for a short one", () => {
  expect(told([10, 0.01, 10, 10], [1])).toEqual([
    expect.stringContaining("about 30 min left"),
    expect.stringContaining("about 20 min left"),
    expect.stringContaining("about 10 min left"),
    undefined,
  ]);
});
