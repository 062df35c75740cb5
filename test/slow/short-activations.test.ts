// The error that 16-bit activations add to a step of the real MiniLM, at its true width, beside the same step with 32 bits.

import { expect, it } from "vitest";
import { openClassifier } from "../../src/classifier/classifier.ts";
import { openEncoder } from "../../src/classifier/encoder-files.ts";
import type { Trainer } from "../../src/runtime/trainer.ts";
import type { PairExample } from "../../src/tasks/example.ts";
import { mqp } from "../../src/tasks/mqp.ts";
import { train } from "../../src/train/train.ts";
import { relativeError } from "../browser/run-graph.ts";
import order from "../fixtures/parity/order.json";

const names = ["config.json", "vocab.txt", "model.safetensors"];
const never = new AbortController().signal;
const { config } = order.minilm;
const examples = order.minilm.examples.slice(0, 4) as readonly PairExample[];

/** First moments of all that trains, one after the other: after one step that nothing clips, a tenth of the gradient. */
async function firstMoments(trainer: Trainer): Promise<Float32Array> {
  const first = (await trainer.state()).tensors.filter(({ name }) => name.startsWith("first:"));
  const parts: Float32Array[] = [];
  for (const { read } of first) parts.push((await read()).slice());
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

async function oneStep(activations: "float32" | "float16"): Promise<{ loss: number; gradient: Float32Array }> {
  const found = names.map(async (name): Promise<[string, Blob]> => {
    return [name, await (await fetch(`/models/all-minilm-l6-v2/${name}`)).blob()];
  });
  const encoder = await openEncoder(new Map(await Promise.all(found)));
  const options = { device: "webgpu", path: "program", maxTokens: 64, seed: 0, activations } as const;
  const classifier = await openClassifier(mqp, encoder, options);
  try {
    const stages = [{ id: "few", examples, epochs: 1 }] as const;
    for await (const event of train(classifier, stages, [], { ...config, clipNorm: 1e9 }, never)) {
      if (event.type !== "step") continue;
      expect(classifier.trainer.note).toBeUndefined();
      return { loss: event.loss, gradient: await firstMoments(classifier.trainer) };
    }
    throw new Error("no step came");
  } finally {
    await classifier.close();
  }
}

it("the loss is right to a thousandth, the gradient to a hundredth, as the option says", async () => {
  const [short, long] = [await oneStep("float16"), await oneStep("float32")];
  const [loss, gradient] = [relativeError([short.loss], [long.loss]), relativeError(short.gradient, long.gradient)];
  console.log(`16-bit activations: loss ${loss.toExponential(1)}, gradient ${gradient.toExponential(1)}`);
  expect(loss).toBeLessThan(1e-3);
  expect(gradient).toBeLessThan(1e-2);
  expect(gradient).toBeGreaterThan(1e-5); // else nothing was rounded
}, 600_000);
