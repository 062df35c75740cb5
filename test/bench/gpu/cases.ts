// Cases of the benchmark of WebGPU: names, sizes, and how --cases picks them. Knows no device.

import type { BertConfig } from "../../../src/nn/bert-config.ts";
import type { LlamaConfig } from "../../../src/nn/llama-config.ts";

/** `null` computes nothing: the time is the CPU's alone. `swiftshader` computes by the processor, `vulkan` on the card. */
export const backends = ["null", "swiftshader", "vulkan"] as const;
export type Backend = (typeof backends)[number];

/** Who makes the dispatches: onnxruntime-web, or a program of our own kernels. */
export const paths = ["onnxruntime", "program"] as const;
export type BenchPath = (typeof paths)[number];

export type BenchCase =
  | { readonly kind: "train"; readonly name: string; readonly layers: number; readonly batch: number; readonly tokens: number }
  | { readonly kind: "decode"; readonly name: string; readonly rows: number };

export const defaultCases = "bert6,bert12,rows1,rows16,rows64";

/** Sizes of a batch where a case says none: true ones on a card, tiny ones elsewhere. */
const batchOf = (layers: number, backend: Backend) =>
  backend !== "vulkan" ? { batch: 4, tokens: 32 } : layers === 6 ? { batch: 16, tokens: 64 } : { batch: 16, tokens: 256 };

/** `bert6`, `bert12:16x128`, `rows16`, apart by commas. Throws an Error that says what it expected. */
export function casesOf(text: string, backend: Backend): BenchCase[] {
  return text.split(",").map((name): BenchCase => {
    const [, bert, batch, tokens, rows] = /^(?:bert(\d+)(?::(\d+)x(\d+))?|rows(\d+))$/.exec(name) ?? [];
    if (rows !== undefined && Number(rows) > 0) return { kind: "decode", name, rows: Number(rows) };
    const layers = Number(bert);
    const sizes = batch === undefined ? batchOf(layers, backend) : { batch: Number(batch), tokens: Number(tokens) };
    if (!(layers > 0 && sizes.batch > 0 && sizes.tokens > 0))
      throw new Error(`--cases: expected bert6, bert12:16x128 or rows16, apart by commas, got ${JSON.stringify(name)}`);
    return { kind: "train", name, layers, ...sizes };
  });
}

/** MiniLM's width up to six layers, BERT-base's beyond; a narrow one where no card computes, for the CPU's part depends on depth alone. */
export function encoderOf(layers: number, tokens: number, backend: Backend): BertConfig {
  const wide = layers <= 6 ? [384, 12, 1536] : [768, 12, 3072];
  const [hiddenSize, heads, intermediateSize] = (backend === "vulkan" ? wide : [64, 4, 128]) as [number, number, number];
  return {
    vocabSize: backend === "vulkan" ? 30522 : 1000,
    hiddenSize,
    layers,
    heads,
    intermediateSize,
    maxPositions: Math.max(512, tokens),
    typeVocabSize: 2,
    layerNormEpsilon: 1e-12,
    initializerRange: 0.02,
  };
}

/** SmolLM2-135M's depth, heads and vocabulary; a quarter of its width where no card computes. */
export function decoderOf(backend: Backend): LlamaConfig {
  const hiddenSize = backend === "vulkan" ? 576 : 144;
  return {
    architecture: "llama",
    vocabSize: backend === "vulkan" ? 49152 : 8192,
    hiddenSize,
    layers: 30,
    heads: 9,
    keyValueHeads: 3,
    headSize: hiddenSize / 9,
    intermediateSize: (hiddenSize / 3) * 8,
    contextTokens: 1024,
    rmsEpsilon: 1e-5,
    ropeBase: 10000,
    ropeScale: 1,
    interleaved: true,
  };
}
