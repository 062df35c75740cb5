// A BERT checkpoint as the ONNX folder that transformers.js wants: the graph written here, the weights beside it. Knows no tokenizer.

import { closeSizes, fedShapes } from "../graph/free-sizes.ts";
import { Graph } from "../graph/graph.ts";
import { toOnnx } from "../graph/onnx.ts";
import type { Value } from "../graph/ops.ts";
import { bertParameters, encode } from "../nn/bert.ts";
import type { BertConfig } from "../nn/bert-config.ts";
import { standIns } from "../nn/bert-sizes.ts";
import { fitWeights } from "../weights/fit-weights.ts";
import type { Weights } from "../weights/weight.ts";

export interface WrittenBert {
  /** Inputs `input_ids` and `token_type_ids`, int32, and `attention_mask`, float32, [batch, tokens]; output `last_hidden_state`. */
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** The file's external data. */
  readonly weights: readonly { readonly path: string; readonly data: Uint8Array }[];
  /** Int64 vectors that a run feeds beside its inputs, by name. */
  shapes(batch: number, tokens: number): ReadonlyMap<string, readonly number[]>;
}

/** Throws `model-unsupported` for a checkpoint that lacks a weight or has another shape of it. */
export function writeBert(config: BertConfig, checkpoint: Weights): WrittenBert {
  const parameters = bertParameters(config);
  const { weights } = fitWeights(parameters, checkpoint, Math.random); // nothing is drawn: every parameter must be there
  const free = standIns(config);
  const g = new Graph();
  const values = new Map(parameters.map((p) => [p.name, g.input(p.name, "float32", p.shape)]));
  const shape = { batch: free.batch as number, tokens: free.tokens as number };
  const { hidden } = encode(g, config, shape, (name) => values.get(name) as Value);
  g.output("last_hidden_state", g.apply("Reshape", [hidden], { shape: [shape.batch, shape.tokens, config.hiddenSize] }));
  const fed = fedShapes(g, free);
  return {
    onnx: toOnnx(g, { free, external: new Set(values.keys()) }),
    weights: [...weights].map(([path, { data }]) => ({
      path,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
    shapes: (batch, tokens) => new Map([...fed].map(([name, numbers]) => [name, closeSizes(free, numbers, { batch, tokens })])),
  };
}

/** Sentence embedding from last hidden states, `rows`: [tokens, width]. Of length 1, but for a zero vector, which stays. */
export function normalizedMean(rows: Float32Array, width: number): Float32Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) mean[i % width] = (mean[i % width] as number) + (rows[i] as number);
  const length = Math.sqrt(mean.reduce((sum, x) => sum + x * x, 0)) || 1;
  return Float32Array.from(mean, (x) => x / length);
}
