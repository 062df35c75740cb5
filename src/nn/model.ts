// A BERT with a head: its parameters, and its graphs for a shape of batch. Knows no weights, no text and no runtime.
//
// Inputs: input_ids and token_type_ids int32 [batch, tokens], or the rows that they look up (bert.ts), attention_mask float32 [batch, tokens] of
// 1 and 0; for training also what the head asks for (heads.ts), and the share of a mixture where halves are mixed (`BatchShape.mix`): the head is
// asked about half the rows then.
// Outputs: logits; or loss, [], and gradient:<name> of each parameter that trains, of the parameter's shape or, for the tables in `lookups`,
// of the rows looked up, [batch, tokens, hidden]; and dense:<name>, of the table's shape, where the head reads a table too.

import type { Graph } from "../graph/graph.ts";
import type { BatchShape, Parameter } from "../graph/parameter.ts";
import { bertParameters, lookups } from "./bert.ts";
import type { BertConfig } from "./bert-config.ts";
import { type Head, headParameters } from "./heads.ts";
import { prefixParameters } from "./prefix.ts";
import {
  type Blueprint,
  type FixedPart,
  fixedPart,
  inferenceGraph,
  type Segments,
  segmentsOf,
  trainingGraph,
} from "./training-graphs.ts";
import { everything, frozen, loraParameters, type Trains } from "./trains.ts";

/** The `graphs` that `openTrainer` takes. */
export interface Model {
  readonly parameters: readonly Parameter[];
  readonly lookups: Readonly<Record<string, string>>;
  readonly frozen: ReadonlySet<string>;
  training(shape: BatchShape): Graph;
  inference(shape: BatchShape): Graph;
  /** Frozen layers, if any: their own graph, and training on their outputs. They have no dropout. */
  readonly fixed?: FixedPart;
  /** Segments for checkpointing, where it was asked for and there are layers to cut between. */
  readonly segments?: Segments;
}

export interface ModelOptions {
  /** Everything where absent. */
  readonly trains?: Trains;
  /** Share that training drops at each of transformers' sites; its graphs then take `dropout_seeds`. 0 where absent. */
  readonly dropout?: number;
  /** See EncodeOptions. */
  readonly gathered?: boolean;
  /**
   * Checkpointing: a step keeps the outputs of every second layer, and computes the rest again. Frozen layers keep nothing anyway. A prefix has a
   * gradient from every layer at once, so training with one is not cut.
   */
  readonly checkpointing?: boolean;
}

/** As transformers has it: see heads.ts for the classes. */
export function bertModel(config: BertConfig, head: Head, options: ModelOptions = {}): Model {
  const { trains = everything, dropout = 0, gathered = false, checkpointing = false } = options;
  const whole = [...bertParameters(config), ...headParameters(config, head)];
  const parameters = [...whole, ...loraParameters(whole, trains, config.initializerRange), ...prefixParameters(config, trains)];
  const still = frozen(parameters, trains, config.layers);
  const blueprint: Blueprint = { config, head, trains, dropout, gathered, parameters, frozen: still };
  const fixed = fixedPart(blueprint);
  const segments = checkpointing && !fixed && trains.kind !== "prefix" ? segmentsOf(blueprint) : undefined;
  return {
    parameters,
    lookups,
    frozen: still,
    training: (shape) => trainingGraph(blueprint, shape),
    inference: (shape) => inferenceGraph(blueprint, shape),
    ...(fixed ? { fixed } : {}),
    ...(segments && segments.count > 1 ? { segments } : {}),
  };
}
