// Graphs of small BERTs with made-up numbers, one for each mode of training and some odd sizes: what programs are held against.

import { rng } from "../../src/base/rng.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { sizeOf } from "../../src/graph/ops.ts";
import type { BatchShape } from "../../src/graph/parameter.ts";
import type { BertConfig } from "../../src/nn/bert-config.ts";
import type { Head } from "../../src/nn/heads.ts";
import { bertModel, type Model, type ModelOptions } from "../../src/nn/model.ts";
import type { Feeds, HostTensor } from "../../src/runtime/trainer.ts";
import type { Weights } from "../../src/weights/weight.ts";

export const small: BertConfig = {
  vocabSize: 11,
  hiddenSize: 12,
  layers: 2,
  heads: 3,
  intermediateSize: 20,
  maxPositions: 40,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  initializerRange: 0.02,
};

export interface ModeCase {
  readonly title: string;
  readonly head: Head;
  readonly options: ModelOptions;
  readonly shape: BatchShape;
  readonly config?: Partial<BertConfig>;
}

const token: Head = { kind: "token", labels: 3 };
const shape: BatchShape = { batch: 2, tokens: 5 };

/** Every head and every way of training. */
export const modes: readonly ModeCase[] = [
  { title: "token head", head: token, options: {}, shape },
  { title: "one row of one token", head: token, options: {}, shape: { batch: 1, tokens: 1 } },
  { title: "31 tokens, one layer", head: token, options: {}, shape: { batch: 1, tokens: 31 }, config: { layers: 1 } },
  { title: "33 rows", head: token, options: {}, shape: { batch: 33, tokens: 2 }, config: { layers: 1 } },
  { title: "single head", head: { kind: "single", labels: 4 }, options: {}, shape },
  { title: "multi head", head: { kind: "multi", labels: 4 }, options: {}, shape },
  { title: "masked head", head: { kind: "masked" }, options: {}, shape },
  { title: "label words", head: { kind: "label-words", labels: 7, pieces: [1, 3, 2] }, options: {}, shape },
  { title: "contrast", head: { kind: "contrast", labels: 3 }, options: {}, shape },
  { title: "LoRA", head: token, options: { trains: { kind: "lora", rank: 2, alpha: 4 } }, shape },
  { title: "LoRA on all", head: token, options: { trains: { kind: "lora", rank: 1, alpha: 1, targets: "all" } }, shape },
  { title: "BitFit", head: token, options: { trains: { kind: "biases" } }, shape },
  { title: "last layer", head: token, options: { trains: { kind: "layers", last: 1 } }, shape },
  { title: "head alone", head: { kind: "single", labels: 2 }, options: { trains: { kind: "head" } }, shape },
  { title: "prefix", head: token, options: { trains: { kind: "prefix", length: 3, width: 5 } }, shape },
  { title: "mixed halves", head: token, options: {}, shape: { batch: 4, tokens: 3, mix: 1 } },
];

export function modelOf({ head, options, config }: ModeCase, more: ModelOptions = {}): { model: Model; config: BertConfig } {
  const own = { ...small, ...config };
  return { model: bertModel(own, head, { ...options, ...more }), config: own };
}

export function weightsOf(model: Model): Weights {
  return new Map(
    model.parameters.map(({ name, shape }) => {
      const draws = rng("program", name);
      const one = name.includes("LayerNorm.weight") ? 1 : 0;
      return [name, { shape, data: new Float32Array(sizeOf(shape)).map(() => one + 0.8 * (draws.next() - 0.5)) }];
    }),
  );
}

/** Numbers for every input of a graph that is no parameter, by its name and type. */
export function feedsOf(graph: Graph, config: BertConfig, seed = 0): Feeds {
  const known: Readonly<Record<string, (next: () => number, i: number) => number>> = {
    input_ids: (next) => Math.floor(next() * config.vocabSize),
    token_type_ids: (next) => Math.floor(next() * config.typeVocabSize),
    attention_mask: (_, i) => Number(i % 5 !== 4),
    targets: (next) => Number(next() < 0.4),
    absences: (next) => Number(next() < 0.4),
    scale: () => 0.3,
  };
  const found: Record<string, HostTensor> = {};
  for (const [name, { dtype, shape }] of graph.inputs) {
    if (name.includes(".")) continue;
    const draws = rng("program", "feed", name, seed);
    const number = known[name] ?? (() => draws.next());
    const numbers = Array.from({ length: sizeOf(shape) }, (_, i) => number(() => draws.next(), i));
    found[name] = { shape, data: dtype === "float32" ? Float32Array.from(numbers) : Int32Array.from(numbers) };
  }
  return found;
}

/** Feeds and weights as plain numbers by name. */
export const numbersOf = (feeds: Feeds, weights: Weights): Record<string, ArrayLike<number>> => ({
  ...Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data])),
  ...Object.fromEntries([...weights].map(([name, { data }]) => [name, data])),
});
