// A trainer's sessions, one for each use and shape of batch, made when first asked for. Knows no weights and no optimizer.

import type * as Ort from "onnxruntime-web";
import type { InferenceSession, Tensor } from "onnxruntime-web";
import { ClinfuseError } from "../../base/errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { toOnnx } from "../../graph/onnx.ts";
import { sizeOf } from "../../graph/ops.ts";
import { type BatchShape, mixedAfter } from "../../graph/parameter.ts";
import type { LazyWeight, Weights } from "../../weights/weight.ts";
import { ortError } from "../ort.ts";
import type { Feeds, HostTensor, TrainableGraphs, TrainerState } from "../trainer.ts";

/** `fitting`: training on features. `forward` and `backward`: of the segment of that index. */
export type Use = "training" | "inference" | "features" | "fitting" | `${"forward" | "backward"} ${number}`;

export interface CompiledGraph {
  readonly graph: Graph;
  readonly session: InferenceSession;
}

export interface TrainerSessions {
  /** Errors: `device-lost`, `out-of-memory`, `engine-failed`. */
  for(use: Use, feeds: Feeds): Promise<CompiledGraph>;
  close(): Promise<void>;
}

/** `create` makes a session from ONNX bytes. */
export function trainerSessions(
  graphs: TrainableGraphs,
  create: (model: Uint8Array, use: Use, graph: Graph) => Promise<InferenceSession>,
  onCompile: (tokens: number) => void,
): TrainerSessions {
  const made = new Map<string, CompiledGraph>();
  return {
    async for(use, feeds) {
      const shape = batchShape(feeds);
      const key = `${use} ${shape.batch} ${shape.tokens} ${shape.mix ?? ""}`;
      const known = made.get(key);
      if (known) return known;
      const graph = graphOf(graphs, use, shape);
      onCompile(shape.tokens);
      try {
        const compiled = { graph, session: await create(toOnnx(graph), use, graph) };
        made.set(key, compiled);
        return compiled;
      } catch (error) {
        throw ortError(error);
      }
    },
    async close() {
      for (const { session } of made.values()) await session.release();
      made.clear();
    },
  };
}

/** The graph of a use. Throws an Error where the graphs have none of it. */
export function graphOf({ fixed, segments, ...graphs }: TrainableGraphs, use: Use, shape: BatchShape): Graph {
  if (use === "training" || use === "inference") return graphs[use](shape);
  const [way, segment] = use.split(" ");
  if (way === "forward" || way === "backward") {
    if (!segments) throw new Error("these graphs have no segments");
    return segments[way](Number(segment), shape);
  }
  if (!fixed) throw new Error("these graphs have no fixed part");
  return use === "features" ? fixed.features(shape) : fixed.training(shape);
}

export type Outputs = Readonly<Record<string, Tensor>>;

/** Output of a segment, for another one: fed as it is, wherever it lies. */
export type Between = Readonly<Partial<Record<"states" | "cotangent", Tensor>>>;

/** A step's loss and gradients, which are the caller's to dispose. `run` runs one graph. */
export async function stepOutputs(
  { segments }: TrainableGraphs,
  feeds: Feeds,
  run: (use: Use, feeds: Feeds, between?: Between) => Promise<Outputs>,
): Promise<Outputs> {
  if (feeds.features) return run("fitting", feeds);
  if (!segments) return run("training", feeds);
  const read: Between[] = [{}];
  const found: Record<string, Tensor> = {};
  let passed: Between = {};
  try {
    for (let i = 0; i < segments.count - 1; i++) {
      const { next_states: states } = await run(`forward ${i}`, feeds, read[i]);
      read.push({ states: states as Tensor });
    }
    for (let i = segments.count - 1; i >= 0; i--) {
      const { next_cotangent: cotangent, ...own } = await run(`backward ${i}`, feeds, { ...read[i], ...passed });
      Object.assign(found, own);
      dispose({ ...read.pop(), ...passed });
      passed = cotangent ? { cotangent } : {};
    }
    return found;
  } catch (error) {
    for (const tensors of [...read, passed, found]) dispose(tensors); // else a GPU would hold them on
    throw error;
  }
}

function dispose(tensors: Readonly<Record<string, Tensor>> | Between): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}

/** Sizes of the graph that the feeds are for. Throws an Error for ids that are no matrix. */
export function batchShape(feeds: Feeds): BatchShape {
  const { features, input_ids: ids } = feeds;
  const shape = features?.shape.slice(0, 2) ?? ids?.shape ?? [];
  const [batch, tokens] = shape;
  if (shape.length !== 2 || !batch || !tokens) throw new Error(`expected input_ids of shape [batch, tokens], got [${shape}]`);
  const mix = mixedAfter(Object.keys(feeds));
  return { batch, tokens, ...(mix === undefined ? {} : { mix }) };
}

/** A parameter by its name. */
export interface Named {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A trainer's slot for each parameter, whatever the device. */
export interface Slot extends Named {
  /** Fed at each run. */
  readonly tensor: Tensor;
}

/** The inputs of a run. Throws an Error for a feed that is missing or has another type or shape. */
export function inputsOf(
  ort: typeof Ort,
  graph: Graph,
  feeds: Feeds,
  slots: readonly Slot[],
  between: Between = {},
): Record<string, Tensor> {
  const inputs: Record<string, Tensor> = { ...between };
  for (const slot of slots) if (graph.inputs.has(slot.name)) inputs[slot.name] = slot.tensor;
  for (const [name, { dtype, shape }] of graph.inputs) {
    if (name in inputs) continue;
    const feed = feeds[name];
    if (!feed) throw new Error(`feed ${name} is missing: expected ${dtype}[${shape}]`);
    const got = feed.data instanceof Float32Array ? "float32" : "int32";
    if (got !== dtype || `${feed.shape}` !== `${shape}`) {
      throw new Error(`feed ${name}: expected ${dtype}[${shape}], got ${got}[${feed.shape}]`);
    }
    inputs[name] = new ort.Tensor(dtype, feed.data, shape);
  }
  return inputs;
}

/** An output of a run. */
export function outputOf(outputs: Readonly<Record<string, Tensor>>, name: string): HostTensor {
  const { dims, data } = outputs[name] as Tensor;
  return { shape: dims, data: data as Float32Array };
}

/** The array for a parameter. Throws an Error when it is missing or has another shape. */
export function weightOf(weights: Weights, name: string, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const weight = weights.get(name);
  if (!weight) throw new Error(`no weight for ${name}`);
  if (`${weight.shape}` !== `${shape}` || weight.data.length !== sizeOf(shape)) {
    throw new Error(`weight ${name}: expected [${shape}], got [${weight.shape}] with ${weight.data.length} numbers`);
  }
  return weight.data as Float32Array<ArrayBuffer>;
}

/** Pairs of slot and array; all are checked before the first is written. Throws an Error for a name that is no parameter's. */
export function replacements<S extends Named>(
  slots: readonly S[],
  weights: Weights,
): [slot: S, data: Float32Array<ArrayBuffer>][] {
  return [...weights.keys()].map((name) => {
    const slot = slots.find((s) => s.name === name);
    if (!slot) throw new Error(`no parameter is named ${name}`);
    return [slot, weightOf(weights, name, slot.shape)];
  });
}

/** Parts of a trainer's state for each parameter that trains. */
export const stateParts = ["weight", "first", "second"] as const;
export type StatePart = (typeof stateParts)[number];

/** The tensors of a state; `read` gives one part of one slot. */
export function stateTensors<S extends Named>(
  slots: readonly S[],
  read: (slot: S, part: StatePart) => Promise<Float32Array<ArrayBuffer>>,
): LazyWeight[] {
  return stateParts.flatMap((part) =>
    slots.map((slot) => ({ name: `${part}:${slot.name}`, shape: slot.shape, read: () => read(slot, part) })),
  );
}

/** Hands each part of each slot to `write`. All are looked for before the first is written; throws `model-unsupported`. */
export async function writeState<S extends Named>(
  slots: readonly S[],
  { tensors }: TrainerState,
  write: (slot: S, part: StatePart, data: Float32Array<ArrayBuffer>) => void,
): Promise<void> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const wanted = stateParts.flatMap((part) => slots.map((slot) => ({ part, slot, tensor: byName.get(`${part}:${slot.name}`) })));
  for (const { part, slot, tensor } of wanted) {
    if (tensor && `${tensor.shape}` === `${slot.shape}`) continue;
    const why = `the state's ${part} of ${slot.name} has shape [${tensor?.shape ?? "none"}], expected [${slot.shape}]`;
    throw new ClinfuseError("model-unsupported", why, { what: slot.name });
  }
  for (const { part, slot, tensor } of wanted) write(slot, part, await (tensor as LazyWeight).read());
}
