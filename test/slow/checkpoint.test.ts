// A training of a BERT through a GPU that goes away and a killed worker: the same weights to the bit.

import { expect, it } from "vitest";
import { breathe } from "../../src/base/async.ts";
import { sha256 } from "../../src/base/hash.ts";
import { trainedLock } from "../../src/base/locks.ts";
import type { TrainRunEvent } from "../../src/experiment/steps.ts";
import { throughLosses } from "../../src/experiment/through-losses.ts";
import { trainAndScore } from "../../src/experiment/train-and-score.ts";
import { gpu } from "../../src/runtime/gpu-device.ts";
import { loadOrt } from "../../src/runtime/ort.ts";
import { trainClient } from "../../src/workers/train.client.ts";
import { bits, closeAll, keeper, never, patience, request, start, unbroken } from "../browser/kept-training.ts";

it(
  "a GPU that goes away twice: the training is set up anew, goes on, and ends with the same weights",
  async () => {
    const expected = await unbroken("webgpu");
    await closeAll();
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
