// Training measured where it runs: a number of the right size, told step by step, and ended when it is stopped.

import { expect, it } from "vitest";
import { measuredSteps, measureTraining } from "../../src/train/measure-training.ts";

it("measures training on the processor", async () => {
  const told: number[] = [];
  const gflops = await measureTraining("wasm", new AbortController().signal, (done) => told.push(done));
  expect(told[0]).toBe(1);
  expect(told.length).toBeLessThanOrEqual(measuredSteps);
  // From a phone beside other work to a workstation: three orders of magnitude, and no more.
  expect(gflops).toBeGreaterThan(0.1);
  expect(gflops).toBeLessThan(2000);
});

it("stops between two steps", async () => {
  const controller = new AbortController();
  const running = measureTraining("wasm", controller.signal, () => controller.abort());
  await expect(running).rejects.toMatchObject({ code: "aborted" });
});
