// A training of a BERT, left and taken up again: the same weights to the bit, on each device, through OPFS and a killed worker.

import { afterEach, describe, expect, it } from "vitest";
import { breathe } from "../../src/base/async.ts";
import { sha256 } from "../../src/base/hash.ts";
import { trainedLock } from "../../src/base/locks.ts";
import { type Classifier, openClassifier } from "../../src/classifier/classifier.ts";
import { openEncoder } from "../../src/classifier/encoder-files.ts";
import type { TrainRequest, TrainRunEvent } from "../../src/experiment/steps.ts";
import { throughLosses } from "../../src/experiment/through-losses.ts";
import { trainAndScore } from "../../src/experiment/train-and-score.ts";
import { trainingKeeper } from "../../src/experiment/training-keeper.ts";
import type { Device } from "../../src/runtime/device.ts";
import { gpu } from "../../src/runtime/gpu-device.ts";
import { loadOrt } from "../../src/runtime/ort.ts";
import { fileFolder, files } from "../../src/store/files.ts";
import type { Weights } from "../../src/weights/weight.ts";
import { trainClient } from "../../src/workers/train.client.ts";
import { tokenExamples, toyTasks } from "../unit/train/toy.ts";
import { randomEncoder } from "./random-encoder.ts";

// SwiftShader takes a second or two for what a GPU does in milliseconds.
const patience = 240_000;
const never = new AbortController().signal;
const disk = files();

const request: TrainRequest = {
  task: toyTasks.token.id,
  encoder: "tiny",
  device: "auto",
  few: tokenExamples(8, 1),
  synthetic: tokenExamples(16, 2),
  validation: tokenExamples(8, 3),
  test: [],
  config: {
    learningRate: 2e-2,
    batchSize: 8,
    maxTokens: 32,
    warmup: 0.05,
    weightDecay: 0.01,
    clipNorm: 1,
    dropout: 0.1,
    seed: 1,
  },
  fewEpochs: 2,
  syntheticEpochs: 2,
  save: "tiny",
};

const keeper = () => trainingKeeper(fileFolder(disk, "checkpoints/tiny"), "key");

const open: Classifier[] = [];
afterEach(async () => {
  for (const classifier of open.splice(0)) await classifier.close().catch(() => undefined);
  for (const path of ["checkpoints/tiny", "trained/tiny"]) await disk.delete(path);
});

async function start(device: Device): Promise<Classifier> {
  const options = { device, maxTokens: 32, seed: 1, dropout: 0.1 };
  const classifier = await openClassifier(toyTasks.token, await openEncoder(randomEncoder(1)), options);
  open.push(classifier);
  return classifier;
}

const bits = (weights: Weights) => [...weights].map(([name, { data }]) => [name, [...new Uint32Array(data.slice().buffer)]]);

const unbrokenWeights = new Map<Device, ReturnType<typeof bits>>();

/** The weights of a training that nothing breaks off, trained once a device. */
async function unbroken(device: Device) {
  const before = unbrokenWeights.get(device);
  if (before) return before;
  const classifier = await start(device);
  for await (const _ of trainAndScore(classifier, request, never));
  const found = bits(await classifier.trainer.read());
  unbrokenWeights.set(device, found);
  return found;
}

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

it(
  "a GPU that goes away twice: the training is set up anew, goes on, and ends with the same weights",
  async () => {
    const expected = await unbroken("webgpu");
    for (const classifier of open.splice(0)) await classifier.close();
    const { device: first } = await gpu(await loadOrt("webgpu"));
    const losses = [
      ["few", 2],
      ["synthetic", 2],
    ];
    let weights: unknown;
    const events: TrainRunEvent[] = [];
    const begin = async function* (): AsyncGenerator<TrainRunEvent, void> {
      const classifier = await start("webgpu");
      try {
        yield* trainAndScore(classifier, request, never, { training: keeper() });
        weights = bits(await classifier.trainer.read());
      } finally {
        await classifier.close();
      }
    };
    for await (const event of throughLosses(begin)) {
      events.push(event);
      const [stage, step] = losses[0] ?? [];
      if (event.type !== "step" || event.stage !== stage || event.step !== step) continue;
      losses.shift();
      const { device } = await gpu(await loadOrt("webgpu"));
      device.destroy();
      await device.lost;
    }
    expect(events.filter((e) => e.type === "device-lost")).toHaveLength(2);
    expect((await gpu(await loadOrt("webgpu"))).device).not.toBe(first);
    expect(weights).toEqual(expected);
  },
  patience,
);

const minilm = "all-minilm-l6-v2";
const served = (await fetch(`/models/${minilm}/config.json`, { method: "HEAD" })).ok;

/** Until no worker is at work on the training any more. */
async function letGo(): Promise<void> {
  while ((await navigator.locks.query()).held?.some(({ name }) => name === trainedLock("tiny"))) await breathe();
}

it.skipIf(!served)(
  "a killed worker: the next one goes on with MiniLM after what was kept, to the same model (skipped where models/all-minilm-l6-v2 is not served)",
  async () => {
    const long = { ...request, encoder: minilm, device: "wasm", syntheticEpochs: 4 } as const;
    const hashOf = async (client: ReturnType<typeof trainClient>) => {
      const weights = (await client.procedures.trainedFiles({ model: "tiny" }))["model.safetensors"] as Blob;
      return sha256(new Uint8Array(await weights.arrayBuffer()));
    };
    const first = trainClient();
    expect(await first.procedures.leftOff(long)).toBeUndefined();
    const reaches = (event: TrainRunEvent, step: number) =>
      event.type === "step" && event.stage === "synthetic" && event.step === step;
    for await (const event of first.procedures.train(long)) if (reaches(event, 2)) break;
    await letGo(); // it is told to stop, and keeps itself
    const left = (await first.procedures.leftOff(long)) as NonNullable<Awaited<ReturnType<typeof first.procedures.leftOff>>>;
    for await (const event of first.procedures.train(long)) {
      if (!reaches(event, left.step + 1)) continue;
      first.close(); // it hears of no stop
      break;
    }
    await letGo();
    const second = trainClient();
    expect(await second.procedures.leftOff(long)).toEqual(left);
    const events: TrainRunEvent[] = [];
    for await (const event of second.procedures.train(long)) events.push(event);
    expect(events.find((e) => e.type === "resumed")).toEqual({ type: "resumed", ...left });
    expect(events.filter((e) => e.type === "step")).toHaveLength(2 + 4 * 2);
    const resumed = await hashOf(second);
    expect(await second.procedures.leftOff(long)).toBeUndefined(); // it came to its end
    for await (const _ of second.procedures.train(long));
    expect(await hashOf(second)).toBe(resumed);
    second.close();
  },
  patience,
);
