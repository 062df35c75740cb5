// The training step of a graph of ours, run by jax-js: forward, every gradient, AdamW. For comparison alone.
//
// Rows of tables are looked up and their gradients computed, as in our graph; adding them into the tables and updating those is left out, which is
// to jax-js's advantage.

import { type Array as JaxArray, jit, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import type { Graph } from "../../src/graph/graph.ts";
import type { Node, Op, Value } from "../../src/graph/ops.ts";
import type { BatchShape } from "../../src/graph/parameter.ts";
import type { Model } from "../../src/nn/model.ts";
import { beta1, beta2, epsilon } from "../../src/runtime/trainer/adamw.ts";
import type { Feeds } from "../../src/runtime/trainer.ts";
import type { Weights } from "../../src/weights/weight.ts";

type Kernel = (node: Node, at: (value: Value) => JaxArray) => JaxArray;

/** One input's kernel and two inputs'. */
const one =
  (f: (x: JaxArray) => JaxArray): Kernel =>
  (node, at) =>
    f(at(node.inputs[0] as Value));
const two =
  (f: (x: JaxArray, y: JaxArray) => JaxArray): Kernel =>
  (node, at) =>
    f(at(node.inputs[0] as Value), at(node.inputs[1] as Value));
const attrsOf = <O extends Op>(node: Node) => (node as Node<O>).attrs;

const kernels: Partial<Record<Op, Kernel>> = {
  Add: two((x, y) => x.add(y)),
  Sub: two((x, y) => x.sub(y)),
  Mul: two((x, y) => x.mul(y)),
  Log: one(np.log),
  Erf: one(lax.erf),
  Tanh: one(np.tanh),
  Softmax: one((x) => nn.softmax(x, -1)),
  MatMul: two(np.matmul),
  Gemm(node, at) {
    const [a, b, c] = node.inputs as unknown as readonly [Value, Value, Value | null];
    const { transB } = attrsOf<"Gemm">(node);
    const product = np.matmul(at(a), transB ? np.matrixTranspose(at(b)) : at(b));
    return c ? product.add(at(c)) : product;
  },
  Transpose: (node, at) => at(node.inputs[0] as Value).transpose([...attrsOf<"Transpose">(node).perm]),
  Reshape: (node, at) => at(node.inputs[0] as Value).reshape([...attrsOf<"Reshape">(node).shape]),
  ReduceSum(node, at) {
    const { axes, keepdims } = attrsOf<"ReduceSum">(node);
    return np.sum(at(node.inputs[0] as Value), [...axes], { keepdims });
  },
  Slice(node, at) {
    const { axis, start, end } = attrsOf<"Slice">(node);
    return at(node.inputs[0] as Value).slice(...Array.from({ length: axis }, (): [] => []), [start, end]);
  },
  LayerNormalization(node, at) {
    const [x, scale, bias] = node.inputs as unknown as readonly [Value, Value, Value];
    const value = at(x);
    const centred = value.ref.sub(np.mean(value, -1, { keepdims: true }));
    const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
    const deviation = np.sqrt(variance.add(attrsOf<"LayerNormalization">(node).epsilon));
    return centred.div(deviation).mul(at(scale)).add(at(bias));
  },
};

/** The nodes that `target` needs, in their order. */
function ancestors(g: Graph, target: Value): Node[] {
  const needed = new Set([target.id]);
  return [...g.nodes]
    .reverse()
    .filter((node) => {
      if (!(node.outputs as readonly Value[]).some(({ id }) => needed.has(id))) return false;
      for (const value of node.inputs) if (value) needed.add(value.id);
      return true;
    })
    .reverse();
}

const options = { learningRate: 1e-4, weightDecay: 0.01 };

export interface JaxStep {
  /** Gives the loss before the update. */
  step(feeds: Feeds): Promise<number>;
}

export function jaxStep(model: Model, shape: BatchShape, weights: Weights): JaxStep {
  const g = model.training(shape);
  const nodes = ancestors(g, g.outputs.get("loss") as Value);
  const gathers = nodes.filter((node) => node.op === "Gather") as unknown as Node<"Gather">[];
  const names = [...g.inputs].map(([name, value]) => ({ name, value }));
  const dense = model.parameters.filter(({ name }) => !(name in model.lookups));
  const idOf = (name: string) => (g.inputs.get(name) as Value).id;

  /** Values by id; each use takes a reference of its own. */
  const forward = (known: Map<number, JaxArray>): JaxArray => {
    const at = (value: Value) => (known.get(value.id) as JaxArray).ref;
    for (const { value, data } of g.constants) known.set(value.id, np.array(data as Float32Array).reshape([...value.shape]));
    for (const node of nodes) {
      if (node.op === "Gather") continue; // given
      const kernel = kernels[node.op];
      if (!kernel) throw new Error(`jaxStep: no kernel for ${node.op}`);
      known.set((node.outputs as readonly Value[])[0]?.id as number, kernel(node, at));
    }
    return at(g.outputs.get("loss") as Value);
  };

  type State = { p: JaxArray[]; m: JaxArray[]; v: JaxArray[] };
  const step = jit((state: State, rows: JaxArray[], more: JaxArray[], t: JaxArray) => {
    const lossOf = (p: JaxArray[], r: JaxArray[], fed: JaxArray[]) => {
      const known = new Map<number, JaxArray>();
      for (const [i, { name }] of dense.entries()) known.set(idOf(name), p[i] as JaxArray);
      for (const [i, node] of gathers.entries()) known.set(node.outputs[0].id, r[i] as JaxArray);
      for (const [i, name] of fedNames.entries()) known.set(idOf(name), fed[i] as JaxArray);
      return forward(known);
    };
    const [loss, [gradients]] = valueAndGrad(lossOf, { argnums: [0, 1] })(
      state.p.map((x) => x.ref),
      rows,
      more,
    ) as unknown as [JaxArray, [JaxArray[], JaxArray[]]];
    const one = np.array(1);
    const rate = np.array(options.learningRate).div(one.ref.sub(np.power(np.array(beta1), t.ref)));
    const root = np.sqrt(one.sub(np.power(np.array(beta2), t)));
    const next: State = { p: [], m: [], v: [] };
    for (const [i, gradient] of gradients.entries()) {
      const m = (state.m[i] as JaxArray).mul(beta1).add(gradient.ref.mul(1 - beta1));
      const v = (state.v[i] as JaxArray).mul(beta2).add(np.square(gradient).mul(1 - beta2));
      const change = m.ref.mul(rate.ref).div(np.sqrt(v.ref).div(root.ref).add(epsilon));
      next.p.push((state.p[i] as JaxArray).mul(1 - options.learningRate * options.weightDecay).sub(change));
      next.m.push(m);
      next.v.push(v);
    }
    return { next, loss };
  });
  const fedNames = names
    .map(({ name }) => name)
    .filter((name) => !weights.has(name) && !Object.values(model.lookups).includes(name));

  const arrayOf = ({ shape: s, data }: { shape: readonly number[]; data: Float32Array | Int32Array }) =>
    np.array(data as Float32Array<ArrayBuffer>).reshape([...s]);
  const weightOf = (name: string) => arrayOf(weights.get(name) as { shape: readonly number[]; data: Float32Array });
  let state: State = {
    p: dense.map(({ name }) => weightOf(name)),
    m: dense.map(({ shape: s }) => np.zeros([...s])),
    v: dense.map(({ shape: s }) => np.zeros([...s])),
  };
  const tableNames = gathers.map((node) => names.find(({ value }) => value.id === node.inputs[0].id)?.name as string);
  const tables = tableNames.map(weightOf);
  let steps = 0;
  return {
    async step(feeds) {
      const rows = tables.map((table, i) => {
        const ids = feeds[model.lookups[tableNames[i] as string] as string] as Feeds[string];
        return np.take(table.ref, arrayOf(ids), 0);
      });
      const more = fedNames.map((name) => arrayOf(feeds[name] as Feeds[string]));
      const out = step(state, rows, more, np.array(++steps)) as unknown as { next: State; loss: JaxArray };
      state = out.next;
      for (const array of [...state.p, ...state.m, ...state.v]) await array.blockUntilReady();
      return (await out.loss.data())[0] as number;
    },
  };
}
