// A BERT with a head: its parameters, and its graphs for a shape of batch. Knows no weights, no text and no runtime.
//
// Inputs: input_ids and token_type_ids int32 [batch, tokens], attention_mask float32 [batch, tokens] of 1 and 0; for training also what
// the head asks for (heads.ts).
// Outputs: logits; or loss, [], and gradient:<name> of each parameter that trains, of the parameter's shape or, for the tables in `lookups`,
// of the rows looked up, [batch, tokens, hidden]; and dense:<name>, of the table's shape, where the head reads a table too.

import { gradient } from "../graph/gradient.ts";
import { Graph } from "../graph/graph.ts";
import type { Value } from "../graph/ops.ts";
import type { BatchShape, Parameter } from "../graph/parameter.ts";
import { type Addition, bertParameters, encode, encoderSites, lookups, type Weight } from "./bert.ts";
import type { BertConfig } from "./bert-config.ts";
import { dropoutSites } from "./dropout.ts";
import { type Head, headLogits, headLoss, headParameters } from "./heads.ts";
import { everything, frozen, loraNames, loraParameters, type Trains } from "./trains.ts";

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

/** As transformers has it: see heads.ts for the classes. */
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
    const { logits, tied } = headLogits({ g, config, shape, weight, dropout: drop }, head, encoded.hidden);
    return { g, weight, encoded, logits, tied };
  };
  return {
    parameters,
    lookups,
    frozen: still,
    training(shape) {
      const { g, weight, encoded, logits, tied } = build(shape, dropout);
      const loss = headLoss(g, head, logits);
      const rows: Readonly<Record<string, Value>> = encoded.rows;
      const trained = parameters.filter((p) => !still.has(p.name));
      const wrt = trained.map((p): [string, Value] => [`gradient:${p.name}`, rows[p.name] ?? weight(p.name)]);
      for (const [name, value] of Object.entries(tied)) if (!still.has(name)) wrt.push([`dense:${name}`, value]);
      g.output("loss", loss);
      const gradients = gradient(
        g,
        loss,
        wrt.map(([, value]) => value),
      );
      for (const [i, [name]] of wrt.entries()) g.output(name, gradients[i] as Value);
      return g;
    },
    inference(shape) {
      const { g, logits } = build(shape, 0);
      g.output("logits", logits);
      return g;
    },
  };
}

function raise(why: string): never {
  throw new Error(why);
}
