// Nodes of a graph as kernels take them: those that an output needs, long sums in two, and joins of two at a time. Knows no kernel.

import type { Graph } from "../graph.ts";
import { type Node, sizeOf, type Value } from "../ops.ts";
import { presentInputs } from "./operators.ts";

/** A sum of at least so many numbers into few is taken along its last axis first, so that more than one workgroup adds. */
const longSum = 16384;
const longAxis = 64;
const fewSums = 64;

/** In order, each after what it reads. New values between the halves of a node have even ids below zero. */
export function liveNodes(g: Graph): Node[] {
  const live = new Set<number>([...g.outputs.values()].map((value) => value.id));
  const found: Node[] = [];
  for (const node of g.nodes.toReversed()) {
    if (!node.outputs.some((value) => live.has(value.id))) continue;
    for (const value of presentInputs(node)) live.add(value.id);
    found.push(node);
  }
  let made = 0;
  const between = (shape: Value["shape"]): Value => ({ id: -2 * ++made, dtype: "float32", shape });
  return found.reverse().flatMap((node) => inTwo(node, between));
}

type Between = (shape: Value["shape"]) => Value;

function inTwo(node: Node, between: Between): Node[] {
  if (node.op === "ReduceSum" || node.op === "ReduceMean") return sumInTwo(node as Node<"ReduceSum">, between);
  if (node.op === "Concat") return joinInTwos(node as Node<"Concat">, between);
  return [node];
}

function sumInTwo(node: Node<"ReduceSum">, between: Between): Node[] {
  const {
    op,
    inputs: [x],
    attrs,
    outputs: [y],
  } = node;
  const last = x.shape.length - 1;
  const over = sizeOf(x.shape) / sizeOf(y.shape);
  const long = over >= longSum && sizeOf(y.shape) <= fewSums && (x.shape[last] ?? 0) >= longAxis;
  if (!long || !attrs.axes.includes(last) || over === x.shape[last]) return [node as unknown as Node];
  const first = between(x.shape.with(last, 1));
  const along: Node<"ReduceSum"> = { op, inputs: [x], attrs: { axes: [last], keepdims: true }, outputs: [first] };
  return [along, { ...node, inputs: [first] }] as unknown as Node[];
}

function joinInTwos(node: Node<"Concat">, between: Between): Node[] {
  const {
    inputs: [first, ...others],
    attrs,
    outputs: [joined],
  } = node;
  const { axis } = attrs;
  let sum = first;
  return others.map((next, i) => {
    const size = (sum.shape[axis] as number) + (next.shape[axis] as number);
    const value = i === others.length - 1 ? joined : between(sum.shape.with(axis, size));
    const part: Node<"Concat"> = { ...node, inputs: [sum, next], outputs: [value] };
    sum = value;
    return part as unknown as Node;
  });
}
