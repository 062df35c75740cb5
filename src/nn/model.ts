// A BERT with a head: its parameters, and its graphs for a shape of batch. Knows no weights, no text and no runtime.
//
// Inputs: input_ids and token_type_ids int32 [batch, tokens], attention_mask float32 [batch, tokens] of 1 and 0;
// for training also targets, float32 one-hot with zeros for what is ignored ([batch, tokens, labels] or [batch, labels]),
// and scale, float32 [], by which the summed loss is multiplied: 1 / number of targets that are not ignored.
// Outputs: logits of the targets' shape; loss, [], and gradient:<name> of each parameter.

import type { Graph } from "../graph/graph.ts";
import type { BatchShape, Parameter } from "../graph/parameter.ts";
import type { BertConfig } from "./bert-config.ts";

/** `token` labels every token; `pair` labels the whole input, one text or two, from its first token. */
export interface Head {
  readonly kind: "token" | "pair";
  readonly labels: number;
}

/** What `openTrainer` takes as `graphs`. */
export interface Model {
  readonly parameters: readonly Parameter[];
  readonly lookups: Readonly<Record<string, string>>;
  training(shape: BatchShape): Graph;
  inference(shape: BatchShape): Graph;
}

export function bertModel(config: BertConfig, head: Head): Model {
  throw new Error(`not here yet: ${config.layers} ${head.kind}`);
}
