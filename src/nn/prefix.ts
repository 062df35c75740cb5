// A trained prefix of keys and values for every layer, from one small network (Li and Liang 2021, LightNER). Knows no encoder and no weights.

import type { Graph } from "../graph/graph.ts";
import type { Value } from "../graph/ops.ts";
import type { Parameter } from "../graph/parameter.ts";
import { linear, type Prefix, type Weight } from "./bert.ts";
import type { BertConfig } from "./bert-config.ts";
import type { Trains } from "./trains.ts";

const embedding = "prompt.prefix.embedding.weight";
const down = "prompt.prefix.down";
const up = "prompt.prefix.up";

/** Drawn as PyTorch draws an Embedding and a Linear: the re-parametrisation of the original starts there. */
export function prefixParameters(config: BertConfig, trains: Trains): Parameter[] {
  if (trains.kind !== "prefix" || trains.length === 0) return [];
  const { hiddenSize, layers } = config;
  const uniform = (into: number) => ({ low: -1 / Math.sqrt(into), high: 1 / Math.sqrt(into) });
  const dense = (name: string, out: number, into: number): Parameter[] => [
    { name: `${name}.weight`, shape: [out, into], aliases: [], missing: uniform(into) },
    { name: `${name}.bias`, shape: [out], aliases: [], missing: uniform(into) },
  ];
  return [
    { name: embedding, shape: [trains.length, hiddenSize], aliases: [], missing: { deviation: 1 } },
    ...dense(down, trains.width, hiddenSize),
    ...dense(up, 2 * layers * hiddenSize, trains.width),
  ];
}

/**
 * Keys and values of each layer: `length` vectors of the hidden size, each through Linear, Tanh and Linear, cut into a key and a value for every
 * layer. Undefined where no prefix trains, and for one without vectors: the encoder is then BERT itself.
 */
export function prefixOf(
  g: Graph,
  { heads, hiddenSize, layers }: BertConfig,
  trains: Trains,
  weight: Weight,
): Prefix | undefined {
  if (trains.kind !== "prefix" || trains.length === 0) return undefined;
  const { length } = trains;
  const width = hiddenSize / heads;
  const states = () => linear(g, weight, up, g.apply("Tanh", [linear(g, weight, down, weight(embedding))])); // [length, layers * 2 * hidden]
  const part = (index: number, perm: readonly number[]): Value => {
    const own = g.apply("Slice", [states()], { axis: 1, start: index * hiddenSize, end: (index + 1) * hiddenSize });
    return g.apply("Transpose", [g.apply("Reshape", [own], { shape: [1, length, heads, width] })], { perm });
  };
  return (layer) => {
    if (layer >= layers) throw new Error(`prefixOf: expected a layer below ${layers}, got ${layer}`);
    return { keys: part(2 * layer, [0, 2, 3, 1]), values: part(2 * layer + 1, [0, 2, 1, 3]) };
  };
}
