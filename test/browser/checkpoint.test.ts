// A training of a BERT, left and taken up again through OPFS: the same weights to the bit, on each device.

import { describe, expect, it } from "vitest";
import type { TrainRunEvent } from "../../src/experiment/steps.ts";
import { trainAndScore } from "../../src/experiment/train-and-score.ts";
import { bits, keeper, never, patience, request, start, unbroken } from "./kept-training.ts";

// A killed worker and a GPU that goes away take most of a minute each: they are in test/slow/checkpoint.test.ts.
describe.each(["wasm", "webgpu"] as const)("on %s", (device) => {
  it.each([
    ["few", 1],
    ["synthetic", 3],
  ] as const)(
    "left after step %s %i, it ends with the same weights",
    async (stage, step) => {
      const expected = await unbroken(device);
      for await (const event of trainAndScore(await start(device), request, never, { training: keeper() })) {
        if (event.type === "step" && event.stage === stage && event.step === step) break;
      }
      const again = await start(device);
      const events: TrainRunEvent[] = [];
      for await (const event of trainAndScore(again, request, never, { training: keeper() })) events.push(event);
      expect(events.find((e) => e.type === "resumed")).toEqual({ type: "resumed", stage, step });
      expect(bits(await again.trainer.read())).toEqual(expected);
    },
    patience,
  );
});
