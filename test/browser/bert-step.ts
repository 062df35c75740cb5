// The golden steps of test/fixtures/bert-step, read for a test.

import { readBertConfig } from "../../src/nn/bert-config.ts";
import { bertModel, type Model } from "../../src/nn/model.ts";
import type { Device } from "../../src/runtime/device.ts";
import type { Feeds, StepOptions } from "../../src/runtime/trainer.ts";
import { readSafetensors } from "../../src/weights/safetensors.ts";
import type { Weights } from "../../src/weights/weight.ts";
import masked from "../fixtures/bert-step/masked.json";
import multi from "../fixtures/bert-step/multi.json";
import single from "../fixtures/bert-step/single.json";
import token from "../fixtures/bert-step/token.json";

const records = { token, single, multi, masked };

export interface GoldenStep {
  readonly model: Model;
  readonly feeds: Feeds;
  readonly recipe: StepOptions;
  /** Parameters before the first step, their gradients there, and what three steps made of them. */
  readonly before: Weights;
  readonly gradient: Weights;
  readonly after: Weights;
  /** The same where biases and LayerNorm's vectors do not decay; of the token head alone. */
  readonly matrices: Weights;
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly logits: readonly number[];
}

export async function goldenStep(kind: keyof typeof records, device: Device = "webgpu"): Promise<GoldenStep> {
  const record = records[kind];
  const config = readBertConfig(record.config);
  if (!config.ok) throw new Error(config.why);
  const tensors = await readSafetensors(await (await fetch(`/test/fixtures/bert-step/${kind}.safetensors`)).blob(), kind);
  const part = (prefix: string): Weights =>
    new Map([...tensors].flatMap(([name, w]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), w] as const] : [])));
  const integers = new Set(["input_ids", "token_type_ids"]);
  const feeds = Object.fromEntries(
    Object.entries(record.feeds).map(([name, { shape, data }]) => [
      name,
      { shape, data: integers.has(name) ? Int32Array.from(data) : Float32Array.from(data) },
    ]),
  );
  return {
    model: bertModel(config.config, kind === "masked" ? { kind } : { kind, labels: record.head.labels }, {
      gathered: device === "wasm",
    }),
    feeds,
    recipe: record.recipe,
    before: part("before:"),
    gradient: part("gradient:"),
    after: part("after:"),
    matrices: part("matrices:"),
    losses: record.losses,
    norms: record.norms,
    logits: record.logits.data,
  };
}
