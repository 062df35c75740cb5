// The graphs of a BERT with a head: whole, behind frozen layers, and in segments of layers. Knows no weights and no runtime.

import { gradient, passBack } from "../graph/gradient.ts";
import { Graph } from "../graph/graph.ts";
import type { Value } from "../graph/ops.ts";
import type { BatchShape, Parameter } from "../graph/parameter.ts";
import { type Addition, type EncodeOptions, embed, encode, encodeLayers, encoderSites, lookups, type Weight } from "./bert.ts";
import type { BertConfig } from "./bert-config.ts";
import { type Dropout, dropoutSites } from "./dropout.ts";
import { type Head, type HeadLogits, headLogits, headLoss, perToken } from "./heads.ts";
import { shapeBehind } from "./mixing.ts";
import { prefixOf } from "./prefix.ts";
import { frozenLayers, loraNames, type Trains } from "./trains.ts";

/** Parts that all graphs of a model are made from. */
export interface Blueprint {
  readonly config: BertConfig;
  readonly head: Head;
  readonly trains: Trains;
  /** See ModelOptions. */
  readonly dropout: number;
  readonly gathered: boolean;
  readonly parameters: readonly Parameter[];
  readonly frozen: ReadonlySet<string>;
}

export interface FixedPart {
  /** Training reads the first token's output alone: a head on the first token of a frozen encoder. */
  readonly firstToken: boolean;
  /** Its output: `features`, [batch, tokens, hidden]. */
  features(shape: BatchShape): Graph;
  /** `training` with an input `features`, [batch, tokens, hidden], in the place of the ids. */
  training(shape: BatchShape): Graph;
}

/** Training cut between layers. On the way back each segment computes once more what it gave: gradient checkpointing (Chen et al. 2016). */
export interface Segments {
  readonly count: number;
  /** Graph of segment `i`, from 0 and not the last: it gives `next_states`, [batch, tokens, hidden]. After the first it reads `states` in the place of the ids. */
  forward(i: number, shape: BatchShape): Graph;
  /**
   * Reads what `forward` reads, and `cotangent`, the loss's gradient for what the segment gives; the last one reads the targets instead. Outputs:
   * those of `training` that are this segment's, and after the first `next_cotangent`, for the `states` that it read.
   */
  backward(i: number, shape: BatchShape): Graph;
}

/** Layers of a segment: fewer would keep less at once, and hand on more. */
export const segmentLayers = 2;

/** Dropout's sites in a model with a head. */
export const dropoutSiteCount = (config: BertConfig) => encoderSites(config) + 1;

/** The gradients that a step needs. */
export function trainingGraph(blueprint: Blueprint, shape: BatchShape): Graph {
  const build = begin(blueprint, blueprint.dropout);
  const { hidden, rows } = encode(build.g, blueprint.config, shape, build.weight, build.options);
  return endInLoss(blueprint, build, shape, hidden, rows);
}

export function inferenceGraph(blueprint: Blueprint, shape: BatchShape): Graph {
  const build = begin(blueprint, 0);
  const { hidden } = encode(build.g, blueprint.config, shape, build.weight, build.options);
  build.g.output("logits", headOn(blueprint, build, shape, hidden).logits);
  return build.g;
}

/** Undefined where all layers train, and for a head that reads the embeddings. */
export function fixedPart(blueprint: Blueprint): FixedPart | undefined {
  const { config, head, trains, dropout } = blueprint;
  const fixed = frozenLayers(trains, config.layers);
  if (fixed === 0 || head.kind === "masked") return undefined;
  return {
    firstToken: fixed === config.layers && !perToken[head.kind],
    features(shape) {
      const build = begin(blueprint, 0);
      const { hidden } = embedded(blueprint, build, shape);
      give(blueprint, build, shape, "features", layersOf(blueprint, build, shape, hidden, { from: 0, to: fixed }));
      return build.g;
    },
    training(shape) {
      const build = begin(blueprint, dropout, fixed);
      const { flat } = given(blueprint, build, shape, "features");
      const states = layersOf(blueprint, build, shape, flat, { from: fixed, to: config.layers });
      return endInLoss(blueprint, build, shape, states, {});
    },
  };
}

export function segmentsOf(blueprint: Blueprint): Segments {
  const { layers } = blueprint.config;
  const count = Math.ceil(layers / segmentLayers);
  const start = (i: number, shape: BatchShape) => {
    const from = i * segmentLayers;
    const build = begin(blueprint, blueprint.dropout, from);
    const read = i > 0 ? given(blueprint, build, shapeBehind(shape, from), "states") : undefined;
    const { hidden, rows } = read ? { hidden: read.flat, rows: {} } : embedded(blueprint, build, shape);
    const to = Math.min(from + segmentLayers, layers);
    return { build, read, rows, behind: shapeBehind(shape, to), states: layersOf(blueprint, build, shape, hidden, { from, to }) };
  };
  return {
    count,
    forward(i, shape) {
      const { build, behind, states } = start(i, shape);
      give(blueprint, build, behind, "next_states", states);
      return build.g;
    },
    backward(i, shape) {
      const { build, read, rows, behind, states } = start(i, shape);
      const back: [string, Value][] = read ? [["next_cotangent", read.input]] : [];
      if (i === count - 1) return endInLoss(blueprint, build, shape, states, rows, back);
      const { flat } = given(blueprint, build, behind, "cotangent");
      const wrt = [...gradientsIn(blueprint, build, rows), ...back];
      return withOutputs(build.g, wrt, (values) => passBack(build.g, states, flat, values));
    },
  };
}

interface Building {
  readonly g: Graph;
  readonly weight: Weight;
  readonly options: EncodeOptions & { readonly dropout: Dropout };
}

/** Dropout's sites before the layer of index `from`: those of the embeddings are the first layer's. */
const sitesBefore = (from: number) => (from === 0 ? 0 : 1 + 3 * from);

/** A graph that begins before the layer of index `from`. Frozen layers have no dropout, whether their outputs are computed once or at each step. */
function begin({ config, trains, gathered, parameters }: Blueprint, rate: number, from = 0): Building {
  const g = new Graph();
  const weight = parameterInputs(g, parameters);
  const frozenSites = sitesBefore(frozenLayers(trains, config.layers));
  const dropout = dropoutSites(g, rate, dropoutSiteCount(config), sitesBefore(from), frozenSites);
  const prefix = prefixOf(g, config, trains, weight);
  return {
    g,
    weight,
    options: { gathered, addition: additionOf(trains, parameters, weight), dropout, ...(prefix ? { prefix } : {}) },
  };
}

const embedded = ({ config }: Blueprint, { g, weight, options }: Building, shape: BatchShape) =>
  embed(g, config, shape, weight, options);

const layersOf = (
  { config }: Blueprint,
  { g, weight, options }: Building,
  shape: BatchShape,
  hidden: Value,
  range: { readonly from: number; readonly to: number },
) => encodeLayers(g, config, shape, weight, hidden, options, range);

const headOn = ({ config, head }: Blueprint, { g, weight, options }: Building, shape: BatchShape, hidden: Value): HeadLogits =>
  headLogits({ g, config, shape: shapeBehind(shape, config.layers), weight, dropout: options.dropout }, head, hidden);

/** An input of states, [batch, tokens, hidden], and the same as layers take them. */
function given(
  { config }: Blueprint,
  { g }: Building,
  { batch, tokens }: BatchShape,
  name: string,
): { input: Value; flat: Value } {
  const input = g.input(name, "float32", [batch, tokens, config.hiddenSize]);
  return { input, flat: g.apply("Reshape", [input], { shape: [batch * tokens, config.hiddenSize] }) };
}

/** States as an output. */
function give({ config }: Blueprint, { g }: Building, { batch, tokens }: BatchShape, name: string, states: Value): void {
  g.output(name, g.apply("Reshape", [states], { shape: [batch, tokens, config.hiddenSize] }));
}

/** The head, its loss, and the gradients of what the graph has of parameters; `more` beside them. */
function endInLoss(
  blueprint: Blueprint,
  build: Building,
  shape: BatchShape,
  states: Value,
  rows: Readonly<Record<string, Value>>,
  more: readonly (readonly [string, Value])[] = [],
): Graph {
  const { g } = build;
  const { logits, tied } = headOn(blueprint, build, shape, states);
  const loss = headLoss(g, blueprint.head, logits, states);
  g.output("loss", loss);
  const dense = Object.entries(tied)
    .filter(([name]) => !blueprint.frozen.has(name))
    .map(([name, value]) => [`dense:${name}`, value] as const);
  const wrt = [...gradientsIn(blueprint, build, rows), ...dense, ...more];
  return withOutputs(g, wrt, (values) => gradient(g, loss, values));
}

/** Names of gradients, and what they are for: the parameters that train and that the graph reads; of a table the rows. */
function gradientsIn(
  { parameters, frozen }: Blueprint,
  { g }: Building,
  rows: Readonly<Record<string, Value>>,
): (readonly [string, Value])[] {
  return parameters.flatMap(({ name }) => {
    const value = name in lookups ? rows[name] : g.inputs.get(name);
    return value && !frozen.has(name) ? [[`gradient:${name}`, value] as const] : [];
  });
}

function withOutputs(g: Graph, wrt: readonly (readonly [string, Value])[], of: (values: readonly Value[]) => Value[]): Graph {
  const gradients = of(wrt.map(([, value]) => value));
  for (const [i, [name]] of wrt.entries()) g.output(name, gradients[i] as Value);
  return g;
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
