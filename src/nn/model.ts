// A BERT with a head: its parameters, and its graphs for a shape of batch. Knows no weights, no text and no runtime.
//
// Inputs: input_ids and token_type_ids int32 [batch, tokens], or the rows that they look up (bert.ts), attention_mask float32 [batch, tokens] of
// 1 and 0; for training also what the head asks for (heads.ts).
// Outputs: logits; or loss, [], and gradient:<name> of each parameter that trains, of the parameter's shape or, for the tables in `lookups`,
// of the rows looked up, [batch, tokens, hidden]; and dense:<name>, of the table's shape, where the head reads a table too.

import { gradient } from "../graph/gradient.ts";
import { Graph } from "../graph/graph.ts";
import type { Value } from "../graph/ops.ts";
import type { BatchShape, Parameter } from "../graph/parameter.ts";
import {
  type Addition,
  bertParameters,
  type EncodeOptions,
  embed,
  encode,
  encodeLayers,
  encoderSites,
  lookups,
  type Weight,
} from "./bert.ts";
import type { BertConfig } from "./bert-config.ts";
import { type Dropout, dropoutSites } from "./dropout.ts";
import { type Head, type HeadLogits, headLogits, headLoss, headParameters } from "./heads.ts";
import { everything, frozen, frozenLayers, loraNames, loraParameters, type Trains } from "./trains.ts";

/** What `openTrainer` takes as `graphs`. */
export interface Model {
  readonly parameters: readonly Parameter[];
  readonly lookups: Readonly<Record<string, string>>;
  readonly frozen: ReadonlySet<string>;
  training(shape: BatchShape): Graph;
  inference(shape: BatchShape): Graph;
  /** Where the first layers stay as they are: those alone, and training that reads what they give. Dropout is not at work in them then. */
  readonly fixed?: FixedPart;
}

export interface FixedPart {
  /** Whether training reads of the first token alone: a head on the first token of an encoder that stays as it is. */
  readonly firstToken: boolean;
  /** Its output: `features`, [batch, tokens, hidden]. */
  features(shape: BatchShape): Graph;
  /** `training` with an input `features`, [batch, tokens, hidden], in the place of the ids. */
  training(shape: BatchShape): Graph;
}

export interface ModelOptions {
  /** Everything where absent. */
  readonly trains?: Trains;
  /** Share that training drops at each of transformers' sites; its graphs then take `dropout_seeds`. 0 where absent. */
  readonly dropout?: number;
  /** See EncodeOptions. */
  readonly gathered?: boolean;
}

/** Of a model with a head. */
export const dropoutSiteCount = (config: BertConfig) => encoderSites(config) + 1;

/** As transformers has it: see heads.ts for the classes. */
export function bertModel(config: BertConfig, head: Head, options: ModelOptions = {}): Model {
  const { trains = everything, dropout = 0, gathered = false } = options;
  const whole = [...bertParameters(config), ...headParameters(config, head)];
  const parameters = [...whole, ...loraParameters(whole, trains, config.initializerRange)];
  const still = frozen(parameters, trains, config.layers);
  const trained = parameters.filter((p) => !still.has(p.name));
  const fixed = frozenLayers(trains, config.layers);
  const building = (rate: number, from = 0): Building => {
    const g = new Graph();
    const weight = parameterInputs(g, parameters);
    const drop = dropoutSites(g, rate, dropoutSiteCount(config), from === 0 ? 0 : 1 + 3 * from);
    return { g, weight, drop, options: { gathered, addition: additionOf(trains, parameters, weight), dropout: drop } };
  };
  const headOn = ({ g, weight, drop }: Building, shape: BatchShape, hidden: Value) =>
    headLogits({ g, config, shape, weight, dropout: drop }, head, hidden);
  const learning = ({ g, weight }: Building, { logits, tied }: HeadLogits, rows: Readonly<Record<string, Value>>): Graph => {
    const loss = headLoss(g, head, logits);
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
  };
  const fixedPart: FixedPart = {
    firstToken: fixed === config.layers && (head.kind === "single" || head.kind === "multi"),
    features(shape) {
      const { g, weight, options: encoding } = building(0);
      const { hidden } = embed(g, config, shape, weight, encoding);
      const states = encodeLayers(g, config, shape, weight, hidden, encoding, { to: fixed });
      g.output("features", g.apply("Reshape", [states], { shape: [shape.batch, shape.tokens, config.hiddenSize] }));
      return g;
    },
    training(shape) {
      const build = building(dropout, fixed);
      const { g, weight, options: encoding } = build;
      const { batch, tokens } = shape;
      const features = g.input("features", "float32", [batch, tokens, config.hiddenSize]);
      const flat = g.apply("Reshape", [features], { shape: [batch * tokens, config.hiddenSize] });
      const hidden = encodeLayers(g, config, shape, weight, flat, encoding, { from: fixed });
      return learning(build, headOn(build, shape, hidden), {});
    },
  };
  return {
    parameters,
    lookups,
    frozen: still,
    training(shape) {
      const build = building(dropout);
      const { hidden, rows } = encode(build.g, config, shape, build.weight, build.options);
      return learning(build, headOn(build, shape, hidden), rows);
    },
    inference(shape) {
      const build = building(0);
      const { hidden } = encode(build.g, config, shape, build.weight, build.options);
      build.g.output("logits", headOn(build, shape, hidden).logits);
      return build.g;
    },
    ...(fixed > 0 && head.kind !== "masked" ? { fixed: fixedPart } : {}),
  };
}

interface Building {
  readonly g: Graph;
  readonly weight: Weight;
  readonly drop: Dropout;
  readonly options: EncodeOptions;
}

/** Parameters as inputs of the graph, each when it is first asked for. */
function parameterInputs(g: Graph, parameters: readonly Parameter[]): Weight {
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
  return (name) => {
    const shape = shapes.get(name);
    if (!shape) throw new Error(`no parameter ${name}`);
    return g.inputs.get(name) ?? g.input(name, "float32", shape);
  };
}

function additionOf(trains: Trains, parameters: readonly Parameter[], weight: Weight): Addition {
  const names = new Set(parameters.map(({ name }) => name));
  return (g, layer, x) => {
    const { down, up } = loraNames(layer);
    if (trains.kind !== "lora" || !names.has(down)) return undefined;
    const times = (y: Value, by: Value) => g.apply("Gemm", [y, by, null], { transA: false, transB: true });
    return g.apply("Mul", [times(times(x, weight(down)), weight(up)), g.scalar(trains.alpha / trains.rank)]);
  };
}
