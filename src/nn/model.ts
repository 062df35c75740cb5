// A BERT with a head: its parameters, and its graphs for a shape of batch. Knows no weights, no text and no runtime.
//
// Inputs: input_ids and token_type_ids int32 [batch, tokens], attention_mask float32 [batch, tokens] of 1 and 0;
// for training also targets, float32 one-hot with zeros for what is ignored ([batch, tokens, labels] or [batch, labels]),
// and scale, float32 [], by which the summed loss is multiplied: 1 / number of targets that are not ignored.
// Outputs: logits of the targets' shape; or loss, [], and gradient:<name> of each parameter that trains, of the parameter's shape or,
// for the tables in `lookups`, of the rows looked up: [batch, tokens, hidden].

import { gradient } from "../graph/gradient.ts";
import { Graph } from "../graph/graph.ts";
import type { Value } from "../graph/ops.ts";
import type { BatchShape, Parameter } from "../graph/parameter.ts";
import {
  type Addition,
  aliasesOf,
  bertParameters,
  type Encoded,
  encode,
  encoderSites,
  linear,
  lookups,
  type Weight,
} from "./bert.ts";
import type { BertConfig } from "./bert-config.ts";
import { type Dropout, dropoutSites } from "./dropout.ts";
import { crossEntropy } from "./loss.ts";
import { everything, frozen, loraNames, loraParameters, type Trains } from "./trains.ts";

/** `token` labels every token; `pair` labels the whole input, one text or two, from its first token. */
export interface Head {
  readonly kind: "token" | "pair";
  readonly labels: number;
}

/** What `openTrainer` takes as `graphs`. */
export interface Model {
  readonly parameters: readonly Parameter[];
  readonly lookups: Readonly<Record<string, string>>;
  readonly frozen: ReadonlySet<string>;
  training(shape: BatchShape): Graph;
  inference(shape: BatchShape): Graph;
}

export interface ModelOptions {
  /** Everything where absent. */
  readonly trains?: Trains;
  /** Share that training drops at each of transformers' sites; its graphs then take `dropout_seeds`. 0 where absent. */
  readonly dropout?: number;
}

/** Of a model with a head. */
export const dropoutSiteCount = (config: BertConfig) => encoderSites(config) + 1;

/** BertForTokenClassification or BertForSequenceClassification of transformers. */
export function bertModel(config: BertConfig, head: Head, { trains = everything, dropout = 0 }: ModelOptions = {}): Model {
  const whole = [...bertParameters(config), ...headParameters(config, head)];
  const parameters = [...whole, ...loraParameters(whole, trains, config.initializerRange)];
  const still = frozen(parameters, trains, config.layers);
  const build = (shape: BatchShape, rate: number) => {
    const g = new Graph();
    const drop = dropoutSites(g, rate, dropoutSiteCount(config));
    const values = new Map(parameters.map((p) => [p.name, g.input(p.name, "float32", p.shape)]));
    const weight: Weight = (name) => values.get(name) ?? raise(`no parameter ${name}`);
    const addition: Addition = (graph, layer, x) => {
      const { down, up } = loraNames(layer);
      if (trains.kind !== "lora" || !values.has(down)) return undefined;
      const times = (y: Value, by: Value) => graph.apply("Gemm", [y, by, null], { transA: false, transB: true });
      return graph.apply("Mul", [times(times(x, weight(down)), weight(up)), graph.scalar(trains.alpha / trains.rank)]);
    };
    const encoded = encode(g, config, shape, weight, { addition, dropout: drop });
    return { g, weight, encoded, logits: headLogits({ g, config, shape, weight, dropout: drop }, head, encoded) };
  };
  return {
    parameters,
    lookups,
    frozen: still,
    training(shape) {
      const { g, weight, encoded, logits } = build(shape, dropout);
      const targets = g.input("targets", "float32", logits.shape);
      const loss = crossEntropy(g, logits, targets, g.input("scale", "float32", []));
      const rows: Readonly<Record<string, Value>> = encoded.rows;
      const trained = parameters.filter((p) => !still.has(p.name));
      const wrt = trained.map((p) => rows[p.name] ?? weight(p.name));
      g.output("loss", loss);
      for (const [i, value] of gradient(g, loss, wrt).entries()) g.output(`gradient:${(trained[i] as Parameter).name}`, value);
      return g;
    },
    inference(shape) {
      const { g, logits } = build(shape, 0);
      g.output("logits", logits);
      return g;
    },
  };
}

interface Build {
  readonly g: Graph;
  readonly config: BertConfig;
  readonly shape: BatchShape;
  readonly weight: Weight;
  readonly dropout: Dropout;
}

function headLogits({ g, config, shape: { batch, tokens }, weight, dropout }: Build, head: Head, { hidden }: Encoded): Value {
  switch (head.kind) {
    case "token": {
      const logits = linear(g, weight, "classifier", dropout(hidden));
      return g.apply("Reshape", [logits], { shape: [batch, tokens, head.labels] });
    }
    case "pair": {
      const sequences = g.apply("Reshape", [hidden], { shape: [batch, tokens, config.hiddenSize] });
      const first = g.apply("Slice", [sequences], { axis: 1, start: 0, end: 1 }); // [batch, 1, hidden], of [CLS]
      const flat = g.apply("Reshape", [first], { shape: [batch, config.hiddenSize] });
      return linear(g, weight, "classifier", dropout(g.apply("Tanh", [linear(g, weight, "bert.pooler.dense", flat)])));
    }
    default:
      return head.kind satisfies never;
  }
}

/** New where the checkpoint lacks them: weights drawn as BERT draws its own, biases zero. */
function headParameters({ hiddenSize, initializerRange }: BertConfig, head: Head): Parameter[] {
  const dense = (name: string, out: number): Parameter[] => [
    { name: `${name}.weight`, shape: [out, hiddenSize], aliases: [], missing: { deviation: initializerRange } },
    { name: `${name}.bias`, shape: [out], aliases: [], missing: "zeros" },
  ];
  const pooler = dense("bert.pooler.dense", hiddenSize).map((p) => ({ ...p, aliases: aliasesOf(p.name.slice("bert.".length)) }));
  return [...(head.kind === "pair" ? pooler : []), ...dense("classifier", head.labels)];
}

function raise(why: string): never {
  throw new Error(why);
}
