// A training whose trainer takes steps ahead: the same events, the same weights, checkpoints that fit the progress. Knows no runtime.

import { describe, expect, it, onTestFinished, vi } from "vitest";
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

interface Holding extends Slow {
  /** Flags of the steps in the order of asking. */
  readonly held: readonly boolean[];
  readonly flushes: () => number;
}

/** Like a GPU's: numbers of held steps are told with a later step's, or at a flush, and never otherwise. `fails`: the loss of that step. */
function holding(fails?: { readonly step: number; readonly loss: number }): Holding {
  const classifier = linearClassifier();
  const { trainer } = classifier;
  const held: boolean[] = [];
  let [flushes, underWay, most] = [0, 0, 0];
  let waiting: (() => void)[] = [];
  const flush = () => {
    for (const tell of waiting) tell();
    waiting = [];
  };
  const later: Trainer = {
    ...trainer,
    ahead: 2,
    async step(batch, options) {
      most = Math.max(most, ++underWay);
      const own = held.push(options.held ?? false);
      const { loss, gradientNorm } = await trainer.step(batch, options);
      await new Promise<void>((tell) => {
        waiting.push(tell);
        if (!options.held) setTimeout(flush);
      });
      underWay--;
      return { loss: own === fails?.step ? fails.loss : loss, gradientNorm };
    },
    async flush() {
      flushes++;
      flush();
    },
  };
  return { classifier: { ...classifier, trainer: later }, most: () => most, held, flushes: () => flushes };
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

describe("a trainer that holds numbers back", () => {
  const long: Stage = { ...stage, epochs: 6 };
  const all = async ({ classifier }: Slow, config_ = config) => {
    const events: TrainEvent[] = [];
    for await (const event of train(classifier, [long], validation, config_, never)) events.push(event);
    return events;
  };

  it("is asked for those of at most eight steps together, alone at first and at an epoch's end; events and weights are the same", async () => {
    const [plain, held] = [slow(0), holding()];
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => ++now); // a fast device, whatever the machine does
    onTestFinished(() => clock.mockRestore());
    expect(lasting(await all(held))).toEqual(lasting(await all(plain)));
    expect(await table(held.classifier)).toEqual(await table(plain.classifier));
    expect(held.held).toHaveLength(66);
    expect(held.held[0]).toBe(false);
    const ends = held.held.filter((_, i) => i % 11 === 10);
    expect(ends).toEqual([false, false, false, false, false, false]);
    const runs = held.held
      .map((own) => (own ? "h" : "."))
      .join("")
      .split(".");
    expect(Math.max(...runs.map(({ length }) => length))).toBe(7);
    expect(held.most()).toBeLessThanOrEqual(10);
    expect(held.held.filter((own) => !own).length).toBeLessThan(22); // 3 of 11 steps, the first few apart
    expect(held.flushes()).toBe(0);
  });

  it("is left in the middle of a group: who resumes tells what was taken and not told, and ends with the same weights", async () => {
    const whole = slow(0);
    const expected = await run(whole);
    for (const leaveAfter of [1, 7, 12, 15, 20]) {
      const kept: Kept = { checkpoint: undefined, saves: 0 };
      const before = await run(holding(), kept, leaveAfter);
      const again = holding();
      const after = await run(again, kept);
      const steps = (events: readonly TrainEvent[]) => lasting(events).filter(({ type }) => type === "step");
      expect(steps([...before, ...after])).toEqual(steps(expected));
      expect(await table(again.classifier)).toEqual(await table(whole.classifier));
    }
  });

  it("is stopped by a loss that is no number before another group is asked for", async () => {
    const held = holding({ step: 25, loss: Number.NaN });
    await expect(all(held)).rejects.toMatchObject({ code: "diverged" });
    expect(held.held.length).toBeLessThanOrEqual(25 + 10);
  });
});

it("holds what takes a quarter of a second together, and nothing for a trainer that brings nothing back later", async () => {
  const clock = vi.spyOn(performance, "now").mockReturnValue(0);
  let flushes = 0;
  const pace = { ahead: 2, flush: async () => void flushes++ };
  const found = Promise.resolve({ loss: 1, gradientNorm: 1 });
  const after = async (milliseconds: number, on: Partial<typeof pace> & { ahead: number } = pace) => {
    const ahead = new StepsAhead(on);
    clock.mockReturnValue(0);
    ahead.add({}, 0, found);
    clock.mockReturnValue(milliseconds);
    expect((await ahead.next()).milliseconds).toBe(milliseconds);
    return ahead;
  };
  expect((await after(10)).most).toBe(2 + 7);
  expect((await after(100)).most).toBe(2 + 1);
  expect((await after(300)).most).toBe(2);
  expect((await after(300)).holds).toBe(false);
  expect((await after(10, { ahead: 2 })).holds).toBe(false);
  expect((await after(10, { ...pace, ahead: 0 })).holds).toBe(false);
  const ahead = await after(10);
  ahead.add({ n: 1 }, 10, found, true);
  expect(ahead.holds).toBe(true);
  clock.mockReturnValue(261);
  expect(ahead.holds).toBe(false); // the first has waited long enough
  ahead.add({ n: 2 }, 261, found, true);
  clock.mockReturnValue(310);
  const told = [await ahead.next(), await ahead.next()];
  clock.mockRestore();
  expect(flushes).toBe(1);
  expect(told).toEqual([1, 2].map((n) => ({ n, loss: 1, gradientNorm: 1, milliseconds: 150 })));
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
