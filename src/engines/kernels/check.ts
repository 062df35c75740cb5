// A check that our own kernels compute right on this device: a small made-up decoder there and on the processor. Knows no model's file.

import { ClinfuseError } from "../../base/errors.ts";
import { rng } from "../../base/rng.ts";
import type { DecoderWeights } from "../../models/decoder-weights.ts";
import { llamaParameters } from "../../nn/llama.ts";
import type { LlamaConfig } from "../../nn/llama-config.ts";
import { type Line, openDecoder, type StepResult } from "../../runtime/line-decoder.ts";
import { openBatchDecoder } from "../batch/decoder.ts";
import { drawing } from "../sampling/drawing.ts";
import { sampler } from "../sampling/sampler.ts";
import { decoderSource } from "./source.ts";

/** Sizes that nothing divides. */
const config: LlamaConfig = {
  architecture: "llama",
  vocabSize: 331,
  hiddenSize: 286,
  layers: 1,
  heads: 3,
  keyValueHeads: 1,
  headSize: 46,
  intermediateSize: 321,
  contextTokens: 128,
  rmsEpsilon: 1e-5,
  ropeBase: 10000,
  ropeScale: 1,
  interleaved: true,
};
/** More than a group of attention's threads takes at a time. */
const tokens = 71;
/** Logits are of the size of 1. */
const tolerance = 1e-3;
const sampling = { temperature: 0.9, topP: 0.8, maxTokens: 1 };
const seed = 3;

/** A decoder whose weights mean nothing, each of the size that a trained one's has. `number`: of the i-th of a tensor. */
export function madeUpDecoder(config: LlamaConfig, number: (i: number) => number): DecoderWeights {
  const shapes = new Map<string, readonly number[]>();
  for (const { tensor, matrix } of llamaParameters(config, true))
    shapes.set(tensor, matrix[0] === 1 ? [matrix[1] as number] : matrix);
  return {
    file: "made up",
    config,
    tensors: new Map([...shapes].map(([name, shape]) => [name, { shape: [...shape], type: "F32" }])),
    read: async (name) => {
      const shape = shapes.get(name) ?? [];
      const scale = shape.length === 1 ? 1 : 0;
      return Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => scale + number(i));
    },
  };
}

/** `seats`: of the decoder, by which its kernels are built. Throws `engine-failed` where logits or a chosen token differ from the processor's, or where there are no kernels here; `no-webgpu`. */
export async function checkKernels(seats = 16): Promise<void> {
  const draws = rng("check", "weights");
  const pool = Float32Array.from({ length: 8191 }, () => 0.3 * (draws.next() - 0.5));
  const weights = madeUpDecoder(config, (i) => pool[i % pool.length] as number);
  const ids = Array.from({ length: tokens }, () => draws.int(config.vocabSize));
  const expected = await byProcessor(weights, ids);
  const { chosen, logits } = await byKernels(weights, ids, seats);
  const got = logits[0] as Float32Array;
  const differs = Math.max(...expected.map((x, i) => Math.abs(x - (got[i] as number))));
  if (!(differs < tolerance)) throw wrong(`a logit differs by ${differs.toPrecision(3)} from the processor's`);
  const token = sampler(sampling, seed)(expected, []);
  if (chosen[0]?.id !== token) throw wrong(`it chose the token ${chosen[0]?.id}, the processor ${token}`);
}

const wrong = (what: string) => new ClinfuseError("engine-failed", `it computes wrong: ${what}`, { what });

async function byProcessor(weights: DecoderWeights, ids: readonly number[]): Promise<Float32Array> {
  const decoder = await openBatchDecoder(weights, { device: "wasm", contextTokens: config.contextTokens });
  try {
    return (await decoder.step(decoder.nothing, decoder.newCache(1), Int32Array.from(ids), ids.length - 1)).logits.slice();
  } finally {
    await decoder.close();
  }
}

/** The prompt is read in two parts; the token after it is chosen, and its logits are read. */
async function byKernels(weights: DecoderWeights, ids: readonly number[], seats: number): Promise<StepResult> {
  const source = decoderSource(weights, "float32", config.contextTokens);
  const decoder = await openDecoder({ source, contextTokens: config.contextTokens, seats, lines: 80 });
  if ("refusal" in decoder) throw new ClinfuseError("engine-failed", decoder.refusal, { what: decoder.refusal });
  try {
    const lines = ids.map((token, position): Line => ({ token, position, seat: seats - 1, place: 2 * position }));
    await decoder.step(lines.slice(0, 40), []);
    const choice = { ...sampling, topK: 0, minP: 0, repetitionPenalty: 1, draw: drawing(sampling, seed).next(), logProb: false };
    const last = ids.length - 41;
    return await decoder.step(lines.slice(40), [last, last], [choice]);
  } finally {
    decoder.close();
  }
}
