// The browser's side of train.ts: steps of a BERT with a token head, the matrix products of such a step alone, and AdamW.

import { rng } from "../../src/base/rng.ts";
import { dropoutFeeds } from "../../src/classifier/feeds.ts";
import { Graph } from "../../src/graph/graph.ts";
import { toOnnx } from "../../src/graph/onnx.ts";
import { type Node, type Op, sizeOf, type Value } from "../../src/graph/ops.ts";
import type { BatchShape } from "../../src/graph/parameter.ts";
import type { BertConfig } from "../../src/nn/bert-config.ts";
import { bertModel, type Model, type ModelOptions } from "../../src/nn/model.ts";
import type { Device } from "../../src/runtime/device.ts";
import { openTrainer } from "../../src/runtime/open-trainer.ts";
import { loadOrt } from "../../src/runtime/ort.ts";
import { adamWSlots } from "../../src/runtime/trainer/adamw.ts";
import type { Feeds } from "../../src/runtime/trainer.ts";
import { madeUpFeeds, madeUpWeights, stepFlops } from "../../src/train/measure-training.ts";

const common = { maxPositions: 512, typeVocabSize: 2, vocabSize: 30522, layerNormEpsilon: 1e-12, initializerRange: 0.02 };

/** Shapes: all-MiniLM-L6-v2; BERT-base and BERT-large, which are PubMedBERT's. */
export const encoders = {
  MiniLM: { ...common, hiddenSize: 384, layers: 6, heads: 12, intermediateSize: 1536 },
  "BERT-base": { ...common, hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072 },
  "BERT-large": { ...common, hiddenSize: 1024, layers: 24, heads: 16, intermediateSize: 4096 },
} satisfies Readonly<Record<string, BertConfig>>;

export interface Case extends BatchShape {
  readonly encoder: keyof typeof encoders;
}

const labels = 3;
const recipe = { learningRate: 1e-4, weightDecay: 0.01, clipNorm: 0 };

const modelOf = ({ encoder }: Case, options: ModelOptions = {}) =>
  bertModel(encoders[encoder], { kind: "token", labels }, options);

/** Milliseconds of a call, and the loss where it is a step. */
export interface Timed {
  readonly milliseconds: number;
  readonly loss?: number;
}

let run: (() => Promise<number | undefined>) | undefined;
let roof: (() => Promise<unknown>) | undefined;

async function timed(work: (() => Promise<unknown>) | undefined): Promise<Timed> {
  if (!work) throw new Error("nothing is open");
  const start = performance.now();
  const loss = await work();
  return { milliseconds: performance.now() - start, ...(typeof loss === "number" ? { loss } : {}) };
}

/** Gives the GFLOP of a step that trains everything. */
export async function openOurs(device: Device, at: Case, options: ModelOptions, products: boolean): Promise<number> {
  const config = encoders[at.encoder];
  const model = modelOf(at, { gathered: device === "wasm", ...options });
  const trainer = await openTrainer({ device, graphs: model, weights: madeUpWeights(model) });
  const made = madeUpFeeds(config, at, labels);
  const feeds: Feeds = {
    ...made,
    ...(model.fixed ? { features: await trainer.features(made) } : {}),
    ...(options.dropout ? dropoutFeeds(config, rng("bench", "dropout")) : {}),
  };
  run = async () => (await trainer.step(feeds, recipe)).loss;
  if (products) roof = await productsOf(device, model, at);
  return stepFlops(config, at) / 1e9;
}

export async function openJax(at: Case): Promise<void> {
  const { defaultDevice, init } = await import("@jax-js/jax");
  const { jaxStep } = await import("./jax-step.ts");
  await init("wasm");
  defaultDevice("wasm");
  const model = modelOf(at);
  const { step } = jaxStep(model, at, madeUpWeights(model));
  const feeds = madeUpFeeds(encoders[at.encoder], at, labels);
  run = () => step(feeds);
}

export const step = () => timed(run);

export const products = () => timed(roof);

/** Every matrix product of a step's graph, on operands of the same shapes and nothing else: what onnxruntime-web makes of them alone. */
async function productsOf(device: Device, model: Model, at: Case): Promise<() => Promise<unknown>> {
  const g = new Graph();
  const operands = new Map<string, Value>();
  const operand = ({ shape }: Value, place: string): Value => {
    const name = `${place}_${shape.join("_")}`;
    const known = operands.get(name) ?? g.input(name, "float32", shape);
    operands.set(name, known);
    return known;
  };
  const nodes = model.training(at).nodes.filter(({ op }) => op === "MatMul" || op === "Gemm") as readonly Node<Op>[];
  const alike = new Map<string, Node<Op>[]>();
  for (const node of nodes) {
    const key = JSON.stringify([node.op, node.attrs, node.inputs.map((value) => value?.shape)]);
    alike.set(key, [...(alike.get(key) ?? []), node]);
  }
  for (const same of alike.values()) {
    // No two products of the same operands: they would be one. Few operands all the same, for each is copied in.
    const side = Math.ceil(Math.sqrt(same.length));
    for (const [i, node] of same.entries()) {
      const [first, second, third] = node.inputs as readonly [Value, Value, (Value | null)?];
      const [x, y] = [operand(first, `x${i % side}`), operand(second, `y${Math.floor(i / side)}`)];
      const product =
        node.op === "MatMul"
          ? g.apply("MatMul", [x, y])
          : g.apply("Gemm", [x, y, third ? operand(third, "z") : null], (node as unknown as Node<"Gemm">).attrs);
      const small = g.apply("Slice", [product], { axis: 0, start: 0, end: 1 }); // so that no result is copied out
      g.output(`y${g.outputs.size}`, small);
    }
  }
  const ort = await loadOrt(device);
  const session = await ort.InferenceSession.create(toOnnx(g), { executionProviders: [device] });
  const draws = rng("bench", "products");
  const inputs = Object.fromEntries(
    [...g.inputs].map(([name, { shape }]) => {
      const data = new Float32Array(sizeOf(shape)).fill(draws.next() / 100);
      return [name, new ort.Tensor("float32", data, shape)];
    }),
  );
  return () => session.run(inputs);
}

/** Nanoseconds a parameter, of an update of so many: the median of `times`. */
export async function adamWNanoseconds(parameters: number, times: number): Promise<number> {
  const gradient = new Float32Array(parameters).fill(1e-3);
  const [slot] = adamWSlots([parameters]);
  slot?.weights.fill(0.1);
  const options = { learningRate: 1e-4, weightDecay: 0.01, factor: 0.5 };
  const found = Array.from({ length: times }, (_, i) => {
    const start = performance.now();
    slot?.update(gradient, { ...options, step: i + 1 });
    return ((performance.now() - start) * 1e6) / parameters;
  });
  return found.toSorted((a, b) => a - b)[Math.floor(times / 2)] as number;
}
