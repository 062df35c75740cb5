// A training whose trainer takes steps ahead: the same events, the same weights, checkpoints that fit the progress. Knows no runtime.

import { describe, expect, it, vi } from "vitest";
import type { Classifier } from "../../../src/classifier/classifier.ts";
import type { Trainer } from "../../../src/runtime/trainer.ts";
import type { Checkpoint } from "../../../src/train/checkpoint.ts";
import { StepsAhead } from "../../../src/train/steps-ahead.ts";
import { train } from "../../../src/train/train.ts";
import type { Stage, TrainConfig, TrainEvent } from "../../../src/train/train-config.ts";
import { linearClassifier, tokenExamples } from "./toy.ts";

const config: TrainConfig = { learningRate: 4, batchSize: 4, maxTokens: 64, warmup: 0.05, weightDecay: 0, clipNorm: 0, seed: 1 };
const stage: Stage = { id: "synthetic", examples: tokenExamples(43, 2), epochs: 2 };
const validation = tokenExamples(5, 3);
const never = new AbortController().signal;

interface Slow {
  readonly classifier: Classifier;
  /** Most steps that were under way at once. */
  readonly most: () => number;
}

/** Steps are computed as they are asked for, and told some turns later. `fails`: the step whose numbers never come. */
function slow(ahead: number, fails?: number): Slow {
  const classifier = linearClassifier();
  const { trainer } = classifier;
  let [underWay, most, steps] = [0, 0, 0];
  const later: Trainer = {
    ...trainer,
    ahead,
    async step(batch, options) {
      most = Math.max(most, ++underWay);
      const own = ++steps;
      const found = await trainer.step(batch, options);
      for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
      underWay--;
      if (own === fails) throw new Error(`step ${own} failed`);
      return found;
    },
  };
  return { classifier: { ...classifier, trainer: later }, most: () => most };
}

/** Events as far as they do not depend on the clock. */
const lasting = (events: readonly TrainEvent[]) =>
  events.map((event) => (event.type === "step" ? { ...event, milliseconds: 0 } : event));

const table = async ({ trainer }: Classifier) => (await trainer.read()).get("table")!.data;

interface Kept {
  checkpoint: Checkpoint | undefined;
  saves: number;
}

/** Trains; leaves after so many steps where told. */
async function run({ classifier }: Slow, kept?: Kept, leaveAfter = Number.POSITIVE_INFINITY, everySteps = 0, signal = never) {
  const events: TrainEvent[] = [];
  let steps = 0;
  const checkpoints = {
    due: (after: string) => after === "step" && everySteps > 0 && ++steps % everySteps === 0,
    save: async (checkpoint: Checkpoint) => {
      if (!kept) return;
      const tensors = await Promise.all(
        checkpoint.trainer.tensors.map(async ({ name, shape, read }) => {
          const data = (await read()).slice();
          return { name, shape, read: async () => data };
        }),
      );
      kept.checkpoint = asStored({ ...checkpoint, trainer: { ...checkpoint.trainer, tensors } });
      kept.saves++;
    },
  };
  const from = kept?.checkpoint;
  for await (const event of train(classifier, [stage], validation, config, signal, { checkpoints, ...(from ? { from } : {}) })) {
    events.push(event);
    if (event.type === "step" && event.step === leaveAfter) break;
  }
  return events;
}

/** A checkpoint whose position went through JSON, as a stored one's does. */
const asStored = (checkpoint: Checkpoint): Checkpoint => ({
  ...checkpoint,
  position: JSON.parse(JSON.stringify(checkpoint.position)) as Checkpoint["position"],
});

describe("a trainer that takes steps ahead", () => {
  it("is asked for so many, and events and weights are those of one that does not", async () => {
    const [plain, ahead] = [slow(0), slow(2)];
    const expected = await run(plain);
    expect(lasting(await run(ahead))).toEqual(lasting(expected));
    expect([plain.most(), ahead.most()]).toEqual([1, 3]);
    expect(await table(ahead.classifier)).toEqual(await table(plain.classifier));
  });

  it("is left in the middle: who resumes tells what was taken and not told, and ends with the same weights", async () => {
    const whole = slow(0);
    const expected = await run(whole);
    for (const leaveAfter of [1, 7, 10, 11, 12, 22]) {
      const kept: Kept = { checkpoint: undefined, saves: 0 };
      const before = await run(slow(2), kept, leaveAfter);
      const again = slow(2);
      const after = await run(again, kept);
      const steps = (events: readonly TrainEvent[]) => lasting(events).filter(({ type }) => type === "step");
      expect(steps([...before, ...after])).toEqual(steps(expected));
      expect(await table(again.classifier)).toEqual(await table(whole.classifier));
    }
  });

  it("saves a checkpoint only where no step is under way: its state is that of its position", async () => {
    const whole = slow(0);
    await run(whole);
    const kept: Kept = { checkpoint: undefined, saves: 0 };
    await run(slow(2), kept, Number.POSITIVE_INFINITY, 3);
    expect(kept.saves).toBeGreaterThan(3);
    expect(kept.checkpoint?.position.untold).toBeUndefined();
    const again = slow(2);
    await run(again, kept);
    expect(await table(again.classifier)).toEqual(await table(whole.classifier));
  });

  it("tells every step that was taken before an abort", async () => {
    const stop = new AbortController();
    const ahead = slow(2);
    const kept: Kept = { checkpoint: undefined, saves: 0 };
    const told: number[] = [];
    const checkpoints = { due: () => false, save: async (checkpoint: Checkpoint) => void (kept.checkpoint = checkpoint) };
    const work = async () => {
      for await (const event of train(ahead.classifier, [stage], validation, config, stop.signal, { checkpoints })) {
        if (event.type === "step" && told.push(event.step) === 3) stop.abort();
      }
    };
    await expect(work()).rejects.toMatchObject({ code: "aborted" });
    expect(told).toEqual(Array.from({ length: told.length }, (_, i) => i + 1));
    expect(kept.checkpoint?.position).toMatchObject({ step: told.length });
    expect(kept.checkpoint?.position.untold).toBeUndefined();
  });

  it("is asked without timers, which a hidden tab slows down", async () => {
    const classifier = linearClassifier();
    const timers = vi.spyOn(globalThis, "setTimeout");
    const atSteps: number[] = [];
    for await (const event of train(classifier, [{ ...stage, epochs: 1 }], validation, config, never)) {
      if (event.type === "step") atSteps.push(timers.mock.calls.length);
    }
    timers.mockRestore();
    expect(atSteps).toHaveLength(11);
    expect(new Set(atSteps).size).toBe(1);
  });

  it("fails at the step that fails, and keeps nothing of it", async () => {
    const kept: Kept = { checkpoint: undefined, saves: 0 };
    const events: TrainEvent[] = [];
    const failing = async () => {
      const checkpoints = { due: () => false, save: async () => void kept.saves++ };
      for await (const event of train(slow(2, 5).classifier, [stage], validation, config, never, { checkpoints }))
        events.push(event);
    };
    await expect(failing()).rejects.toThrow("step 5 failed");
    expect(events.filter(({ type }) => type === "step")).toHaveLength(4);
    expect(kept.saves).toBe(0);
  });
});

it("the time of a step that was asked for early begins where the one before it ended", async () => {
  const ahead = new StepsAhead<{ n: number }>();
  const start = performance.now();
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  ahead.add(
    { n: 1 },
    start,
    wait(40).then(() => ({ loss: 1, gradientNorm: 2 })),
  );
  ahead.add(
    { n: 2 },
    start,
    wait(60).then(() => ({ loss: 3, gradientNorm: 4 })),
  );
  expect(ahead.waiting).toBe(2);
  const [first, second] = [await ahead.next(), await ahead.next()];
  expect([first.n, first.loss, second.n, second.gradientNorm]).toEqual([1, 1, 2, 4]);
  expect(first.milliseconds + second.milliseconds).toBeLessThanOrEqual(performance.now() - start + 1);
  expect(ahead.waiting).toBe(0);
});
