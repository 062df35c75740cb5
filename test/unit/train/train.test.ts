// The two stages: what they tell, which weights they keep, how they stop. On a classifier of single words, without a runtime.

import { describe, expect, it, vi } from "vitest";
import type { Classifier } from "../../../src/classifier/classifier.ts";
import { predict } from "../../../src/classifier/predict.ts";
import type { Scores } from "../../../src/evaluate/scores.ts";
import type { Example, TokenExample } from "../../../src/tasks/example.ts";
import { isBetter, train } from "../../../src/train/train.ts";
import type { Stage, TrainConfig, TrainEvent } from "../../../src/train/train-config.ts";
import { easyPairExamples, linearClassifier, tokenExamples, toyTasks } from "./toy.ts";

const config: TrainConfig = { learningRate: 40, batchSize: 8, maxTokens: 64, warmup: 0.05, weightDecay: 0, clipNorm: 0, seed: 1 };
const never = new AbortController().signal;
const few: Stage = { id: "few", examples: tokenExamples(5, 1), epochs: 3 };
const synthetic: Stage = { id: "synthetic", examples: tokenExamples(43, 2), epochs: 4 };
const validation = tokenExamples(5, 3);

async function collect(classifier: Classifier, stages: Stage[], held: readonly Example[] = validation, c = config) {
  const events: TrainEvent[] = [];
  for await (const event of train(classifier, stages, held, c, never)) events.push(event);
  return events;
}

async function predicted(classifier: Classifier, examples: readonly Example[]): Promise<readonly Example[]> {
  for await (const event of predict(classifier, examples, never)) if (event.type === "predicted") return event.examples;
  throw new Error("no prediction came");
}

const table = async (classifier: Classifier) => (await classifier.trainer.read()).get("table")!.data;

describe("train", () => {
  it("tells each stage, each step and each epoch, in that order", async () => {
    const events = await collect(linearClassifier(), [few, synthetic]);
    expect(events.filter((e) => e.type === "stage")).toEqual([
      { type: "stage", stage: "few", examples: 5, epochs: 3, steps: 3 },
      { type: "stage", stage: "synthetic", examples: 43, epochs: 4, steps: 24 },
    ]);
    const kinds = events
      .filter((e) => e.type !== "compiling")
      .map((e) => e.type[0])
      .join("");
    expect(kinds).toBe(`s${"se".repeat(3)}s` + `s${"sssssse".repeat(4)}s`);
    const steps = events.filter((e) => e.type === "step" && e.stage === "synthetic");
    expect(steps.map((e) => e.type === "step" && [e.step, e.steps, e.epoch])).toEqual(
      Array.from({ length: 24 }, (_, i) => [i + 1, 24, Math.floor(i / 6) + 1]),
    );
  });

  it("tells what it makes of each example after each epoch where it is asked to, and takes the same steps", async () => {
    const plain = await collect(linearClassifier(), [synthetic]);
    const spoiled = {
      ...synthetic,
      examples: [{ ...synthetic.examples[0], spans: [] } as TokenExample, ...synthetic.examples.slice(1)],
    };
    const watched = { ...config, cartography: true };
    const steps = (events: readonly TrainEvent[]) => events.flatMap((e) => (e.type === "step" ? [e.loss] : []));
    expect(steps(await collect(linearClassifier(), [synthetic], validation, watched))).toEqual(steps(plain));
    expect(plain.some((e) => e.type === "dynamics")).toBe(false);
    const dynamics = (await collect(linearClassifier(), [spoiled], validation, watched)).flatMap((e) =>
      e.type === "dynamics" ? [e] : [],
    );
    expect(dynamics.map((e) => [e.epoch, e.gold.length, e.right.length])).toEqual([1, 2, 3, 4].map((epoch) => [epoch, 43, 43]));
    const last = dynamics.at(-1);
    expect(Math.min(...(last?.gold ?? []))).toBe(last?.gold[0]);
    expect(last?.right[0]).toBe(false);
    expect(last?.right.filter((right) => !right)).toHaveLength(1);
  });

  it("trains, validates and predicts in a hidden tab, whose timers a browser holds back", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "setImmediate"] }); // none ever fires
    try {
      const classifier = linearClassifier();
      expect((await collect(classifier, [few])).at(-1)?.type).toBe("stage-finished");
      expect(await predicted(classifier, synthetic.examples)).toHaveLength(43);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([2, 3, 8])("a batch in %i parts takes the same steps", async (accumulation) => {
    const losses = async (c: TrainConfig) =>
      (await collect(linearClassifier(), [synthetic], [], c)).flatMap((e) => (e.type === "step" ? [e.loss] : []));
    const [whole, parts] = [await losses(config), await losses({ ...config, accumulation })];
    expect(parts).toHaveLength(whole.length);
    for (const [i, loss] of whole.entries()) expect(parts[i]).toBeCloseTo(loss, 5);
  });

  it("ends a stage after as many epochs without a better one as it was told to wait", async () => {
    const opposite = { ...config, learningRate: 1e-12, patience: 2 }; // nothing changes: every epoch is as good, the later one is kept
    const equal = await collect(linearClassifier(), [{ ...few, epochs: 9 }], validation, opposite);
    expect(equal.filter((e) => e.type === "epoch")).toHaveLength(9);
    const worse = await collect(linearClassifier(), [{ ...synthetic, epochs: 9 }, few], validation, {
      ...config,
      learningRate: -40, // away from the minimum
      patience: 2,
    });
    const epochs = worse.flatMap((e) => (e.type === "epoch" && e.stage === "synthetic" ? [e] : []));
    const kept = epochs.findLastIndex((e) => e.best);
    expect(epochs.length).toBe(kept + 3);
    expect(epochs.length).toBeLessThan(9);
    expect(worse.filter((e) => e.type === "stage-finished").map((e) => e.type === "stage-finished" && e.stage)).toEqual([
      "synthetic",
      "few",
    ]);
  });

  it("learns a toy token task, and a toy pair task", async () => {
    const token = linearClassifier(toyTasks.token);
    await collect(token, [few, synthetic]);
    expect(await predicted(token, validation)).toEqual(validation);

    const pair = linearClassifier(toyTasks.pair);
    const held = easyPairExamples(10, 5);
    await collect(pair, [{ id: "synthetic", examples: easyPairExamples(60, 4), epochs: 30 }], held, {
      ...config,
      learningRate: 1,
    });
    expect(await predicted(pair, held)).toEqual(held);
  });

  it("says before each first use of a width that it compiles", async () => {
    const events = await collect(linearClassifier(), [few]);
    expect(events.filter((e) => e.type === "compiling")).toHaveLength(2); // one step, one inference
    expect(events.findIndex((e) => e.type === "compiling")).toBeLessThan(events.findIndex((e) => e.type === "step"));
  });

  it("takes the same steps for the same seed, others for another", async () => {
    const losses = async (seed: number) =>
      (await collect(linearClassifier(), [few, synthetic], validation, { ...config, seed })).map((e) =>
        e.type === "step" ? e.loss : 0,
      );
    const first = await losses(1);
    expect(await losses(1)).toEqual(first);
    expect(await losses(2)).not.toEqual(first);
  });

  it("holds the best epoch's weights at the end of a stage, and the next stage starts from them", async () => {
    const classifier = linearClassifier();
    // Validated on the opposite of what it learns, so that it gets worse and an early epoch is the best.
    const opposite: TokenExample[] = validation.map(({ kind, text }) => ({ kind, text, spans: [] }));
    const atEpoch: { best: boolean; data: Float32Array; validation: Scores }[] = [];
    let finished = 0;
    for await (const event of train(classifier, [{ ...few, epochs: 8 }, synthetic], opposite, config, never)) {
      if (event.type === "epoch") atEpoch.push({ best: event.best, data: await table(classifier), validation: event.validation });
      if (event.type === "stage-finished" && event.stage === "few") {
        finished++;
        expect(event.bestEpoch).toBeLessThan(8);
        expect(atEpoch.findLastIndex((e) => e.best)).toBe(event.bestEpoch - 1);
        expect(await table(classifier)).toEqual(atEpoch[event.bestEpoch - 1]!.data);
        expect(await table(classifier)).not.toEqual(atEpoch[7]!.data);
      }
      if (event.type === "stage" && event.stage === "synthetic") {
        expect(await table(classifier)).toEqual(atEpoch[atEpoch.findLastIndex((e) => e.best)]!.data);
        finished++;
      }
    }
    expect(finished).toBe(2);
  });

  it("takes no further step after an abort", async () => {
    const stop = new AbortController();
    let steps = 0;
    const run = async () => {
      for await (const event of train(linearClassifier(), [synthetic], validation, config, stop.signal)) {
        if (event.type === "step" && ++steps === 3) stop.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: "aborted" });
    expect(steps).toBe(3);
  });

  it("refuses a stage without examples, and stops when the loss is no number", async () => {
    await expect(collect(linearClassifier(), [{ ...few, examples: [] }])).rejects.toMatchObject({
      code: "not-enough-examples",
      place: { what: "few" },
    });
    const diverging = { ...config, learningRate: Number.POSITIVE_INFINITY, warmup: 0 };
    await expect(collect(linearClassifier(), [synthetic], validation, diverging)).rejects.toMatchObject({
      code: "diverged",
    });
  });

  it("stops where the loss stays far above its start, at the step that shows it", async () => {
    const { trainer, ...rest } = linearClassifier();
    let steps = 0;
    const climbing = async () => ({ loss: 0.5 * ++steps, gradientNorm: 1 });
    const long: Stage = { ...synthetic, epochs: 20 }; // 120 steps
    await expect(collect({ ...rest, trainer: { ...trainer, step: climbing } }, [long])).rejects.toMatchObject({
      code: "diverged",
    });
    expect(steps).toBe(30); // above 5 from step 11 on, for 20 steps
  });

  it("keeps the last epoch where there is nothing to validate on", async () => {
    const events = await collect(linearClassifier(), [few], []);
    expect(events.at(-1)).toEqual({ type: "stage-finished", stage: "few", bestEpoch: 3 });
  });
});

describe("isBetter", () => {
  const at = (main: number, loss: number) => ({ main, loss, scores: { values: {}, perLabel: {}, examples: 5 } });
  it.each([
    ["the first epoch", at(0, 9), undefined, true],
    ["a higher score, whatever the loss", at(0.6, 9), at(0.5, 1), true],
    ["a lower score, whatever the loss", at(0.4, 0), at(0.5, 1), false],
    ["the same score, a lower loss", at(0, 1), at(0, 2), true],
    ["the same score, a higher loss", at(0, 3), at(0, 2), false],
    ["the same score and loss: the later one", at(0, 2), at(0, 2), true],
  ])("%s", (_, later, best, expected) => {
    expect(isBetter(later, best)).toBe(expected);
  });
});

describe("predict", () => {
  it("keeps the order of the examples and tells how far it is", async () => {
    const classifier = linearClassifier();
    await collect(classifier, [synthetic]);
    const examples = tokenExamples(50, 9);
    const done: number[] = [];
    for await (const event of predict(classifier, examples, never)) if (event.type === "progress") done.push(event.done);
    expect(done).toEqual([16, 32, 48, 50]);
    expect(await predicted(classifier, examples)).toEqual(examples);
  });

  it("gives nothing for nothing, and refuses another kind of example", async () => {
    expect(await predicted(linearClassifier(), [])).toEqual([]);
    await expect(predicted(linearClassifier(), easyPairExamples(1, 1))).rejects.toThrow(
      "expects token examples, got a pair example",
    );
  });
});
