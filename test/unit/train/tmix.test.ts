// TMix's stage: its layers and steps; a batch's draws and feeds; a training that is left goes on to the same weights.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { drawMixture, mixedFeeds, mixedLengths } from "../../../src/classifier/mixed-feeds.ts";
import type { Input } from "../../../src/classifier/task-head.ts";
import { mixedAfter } from "../../../src/graph/parameter.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { Checkpoint } from "../../../src/train/checkpoint.ts";
import { layersOf, tmix } from "../../../src/train/tmix.ts";
import { type Resume, train } from "../../../src/train/train.ts";
import type { TrainConfig, TrainEvent } from "../../../src/train/train-config.ts";
import { linearClassifier, pairExamples, toyTasks } from "./toy.ts";

const config: TrainConfig = { learningRate: 1, batchSize: 4, maxTokens: 64, warmup: 0.05, weightDecay: 0, clipNorm: 0, seed: 1 };
const never = new AbortController().signal;
const few = pairExamples(10, 1);
const validation = pairExamples(5, 2);

const prepared = (size: number, epochs = 2) => {
  const { encoder } = linearClassifier(toyTasks.pair);
  const twelve = { ...encoder, config: { ...encoder.config, layers: 12 }, weights: new Map() };
  const material = { task: mqp, encoder: twelve, few, synthetic: [], size, epochs, config };
  return tmix.prepare({ kind: "tmix", alpha: 16, layers: [7, 9, 12] }, material, never);
};

it("its layers stand at the same share of any depth", () => {
  expect(layersOf([7, 9, 12], 12)).toEqual([7, 9, 12]);
  expect(layersOf([7, 9, 12], 6)).toEqual([4, 5, 6]);
  expect(layersOf([7, 9, 12], 24)).toEqual([14, 18, 24]);
  expect(layersOf([1, 2, 7, 9, 12], 1)).toEqual([1]);
});

describe("a batch", () => {
  const indices = [3, 1, 4, 5, 9];

  it("is mixed with a permutation of itself, after one of the layers, at one share", () => {
    const draws = Array.from({ length: 300 }, (_, i) =>
      drawMixture({ alpha: 16, layers: [4, 5, 6] }, indices, rng("mixture", i)),
    );
    for (const { partners, share } of draws) {
      expect([...partners.keys()]).toEqual(indices);
      expect([...partners.values()].sort()).toEqual([...indices].sort());
      expect(share > 0 && share < 1).toBe(true);
    }
    const counts = [4, 5, 6].map((layer) => draws.filter((draw) => draw.layer === layer).length);
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(5 * Math.sqrt(300 * (2 / 9)));
    expect(new Set(draws.map(({ partners }) => partners.get(3))).size).toBe(5);
  });

  const input = (ids: number[], targets: number[]): Input => {
    const zeros = ids.map(() => 0);
    return { encoding: { ids, types: zeros, starts: zeros, ends: zeros, words: zeros }, words: [], targets };
  };
  const inputs = [input([2, 5, 3], [0]), input([2, 3], [2]), input([2, 6, 7, 3], [1])];
  const mixture = {
    layer: 5,
    share: 0.75,
    partners: new Map([
      [0, 2],
      [1, 1],
      [2, 0],
    ]),
  }; // prettier-ignore

  it("has its examples in the first rows, partners in the second, mixed targets, and the scale of one half", () => {
    const batch = { indices: [0, 1, 2], tokens: 4 };
    const layout = { rows: 4, pad: 0, perToken: false, outputs: 3 };
    const feeds = mixedFeeds(inputs, batch, layout, mixture, { smoothing: 0 });
    expect(mixedAfter(Object.keys(feeds))).toBe(5);
    expect(feeds["mix:5"]?.data).toEqual(Float32Array.of(0.75));
    expect(feeds.input_ids?.shape).toEqual([8, 4]);
    expect([...feeds.input_ids!.data]).toEqual([
      ...[2, 5, 3, 0, 2, 3, 0, 0, 2, 6, 7, 3, 0, 0, 0, 0],
      ...[2, 6, 7, 3, 2, 3, 0, 0, 2, 5, 3, 0, 0, 0, 0, 0],
    ]);
    expect([...feeds.targets!.data]).toEqual([0.75, 0.25, 0, 0, 0, 1, 0.25, 0.75, 0, 0, 0, 0]);
    expect(feeds.scale?.data[0]).toBeCloseTo(1 / 3, 7);
  });

  it("mixes the 0/1 vectors of several labels, and what is absent", () => {
    const layout = { rows: 1, pad: 0, perToken: false, multi: true, outputs: 3 };
    const several = [input([2, 3], [0, 2]), input([2, 3], [1])];
    const feeds = mixedFeeds(
      several,
      { indices: [0], tokens: 2 },
      layout,
      { layer: 1, share: 0.25, partners: new Map([[0, 1]]) },
      { smoothing: 0 },
    ); // prettier-ignore
    expect([...feeds.targets!.data]).toEqual([0.25, 0.75, 0.25]);
    expect([...feeds.absences!.data]).toEqual([0.75, 0.25, 0.75]);
  });

  it("in parts keeps pairs together, and is as wide as the longer of a pair", () => {
    expect(mixedLengths([3, 2, 4], mixture)).toEqual([4, 2, 4]);
    const layout = { rows: 2, pad: 0, perToken: false, outputs: 3 };
    const part = mixedFeeds(inputs, { indices: [0], tokens: 4 }, layout, mixture, { smoothing: 0 }, [0, 1, 2]);
    expect([...part.input_ids!.data].slice(8, 12)).toEqual([2, 6, 7, 3]);
    expect(part.scale?.data[0]).toBeCloseTo(1 / 3, 7);
  });
});

describe("a stage of mixed batches", () => {
  async function events(resume?: Resume, c = config, size = 27) {
    const classifier = linearClassifier(toyTasks.pair);
    const { stage } = await prepared(size);
    const told: TrainEvent[] = [];
    for await (const event of train(classifier, [stage], validation, c, never, resume)) told.push(event);
    return { told, table: (await classifier.trainer.read()).get("table")?.data };
  }

  const losses = (told: readonly TrainEvent[]) => told.flatMap((e) => (e.type === "step" ? [e.loss] : []));

  it("has as many steps as one on so many examples, and goes through the few as often as that takes", async () => {
    const { told } = await events();
    expect(told.filter((e) => e.type === "stage")).toEqual([
      { type: "stage", stage: "synthetic", examples: 10, epochs: 2, steps: 2 * Math.ceil(27 / 4) },
    ]);
    expect(losses(told)).toHaveLength(14);
    expect((await prepared(27)).remarks).toEqual([
      "TMix made no texts: each batch of the few-shot set was mixed after layer 7, 9 or 12 of 12, 14 times in all.",
    ]);
  });

  it("is the same again, another with another seed, and the same but for rounding in parts", async () => {
    const [first, again, other] = [await events(), await events(), await events(undefined, { ...config, seed: 2 })];
    expect(again.table).toEqual(first.table);
    expect(losses(other.told)).not.toEqual(losses(first.told));
    const parts = losses((await events(undefined, { ...config, accumulation: 2 })).told);
    for (const [i, loss] of losses(first.told).entries()) expect(parts[i]).toBeCloseTo(loss, 5);
  });

  it("left after any step goes on to the same weights", async () => {
    const whole = await events();
    for (let stop = 1; stop < 14; stop += 4) {
      let kept: Checkpoint | undefined;
      let steps = 0;
      const checkpoints = {
        due: () => false,
        save: async (checkpoint: Checkpoint) => {
          const tensors = await Promise.all(
            checkpoint.trainer.tensors.map(async (tensor) => {
              const data = (await tensor.read()).slice();
              return { ...tensor, read: async () => data };
            }),
          );
          kept = { ...checkpoint, trainer: { ...checkpoint.trainer, tensors } };
        },
      };
      const { stage } = await prepared(27);
      for await (const event of train(linearClassifier(toyTasks.pair), [stage], validation, config, never, { checkpoints })) {
        if (event.type === "step" && ++steps === stop) break;
      }
      const rest = await events({ checkpoints, from: kept! });
      expect(losses(rest.told), `left after step ${stop}`).toEqual(losses(whole.told).slice(stop));
      expect(rest.table).toEqual(whole.table);
    }
  });
});
