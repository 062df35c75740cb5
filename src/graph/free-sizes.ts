// Sizes that a run chooses: a graph is built with stand-in numbers for them, and its ONNX file leaves them open. Knows no runtime.

import type { Graph } from "./graph.ts";
import type { Node, Shape } from "./ops.ts";

/** Name -> stand-in: a prime above every other size that occurs beside it, so that a multiple of it is known as such. */
export type FreeSizes = Readonly<Record<string, number>>;

/** A dimension of an ONNX tensor: a number, a name, or open. */
export type Dimension = number | string | undefined;

/**
 * An int64 vector that an operator takes as an input: constant, the size of an axis of one of the graph's inputs, numbers and such sizes joined,
 * or fed by the caller.
 */
export type SizeInput =
  | { readonly constant: readonly (number | bigint)[] }
  | { readonly sizeOf: string }
  | { readonly joined: readonly (number | string)[] }
  | { readonly fed: readonly number[] };

const endOfAxis = 2n ** 63n - 1n;

function names(free: FreeSizes, size: number): string[] {
  return size === 0 ? [] : Object.keys(free).filter((name) => size % (free[name] as number) === 0);
}

/** The dimensions of an input or output. Where one is free, so is each that is not smaller than every stand-in: it may hold a sum of them. */
export function dimensionsOf(free: FreeSizes, shape: Shape): Dimension[] {
  const smallest = Math.min(...Object.values(free));
  if (!shape.some((d) => names(free, d).length > 0)) return [...shape];
  return shape.map((d) => Object.keys(free).find((name) => free[name] === d) ?? (d < smallest ? d : undefined));
}

/**
 * An operator's int64 vector with its stand-ins taken out: where more than one moves, `join` has the file put it together and the caller feeds it
 * else. Throws for an operator that cannot do without the number.
 */
export function openSizes(free: FreeSizes, node: Node, numbers: readonly number[], join = false): SizeInput {
  const isFree = (n: number) => names(free, n).length > 0;
  const named = (d: number) => Object.keys(free).find((name) => free[name] === d);
  const { shape } = node.inputs[0];
  if (node.op === "Reshape") {
    // ONNX: 0 keeps the input's size of the same axis, -1 is what is left over.
    const dims = numbers.map((d, i) => (isFree(d) ? (shape[i] === d ? 0 : -1) : d));
    if (dims.filter((d) => d === -1).length <= 1) return { constant: dims };
    return join ? { joined: numbers.map((d, i) => named(d) ?? (dims[i] as number)) } : { fed: numbers };
  }
  if (node.op === "Split" && numbers.some(isFree)) return { fed: numbers };
  if (node.op === "Expand" && join && numbers.some(isFree) && numbers.every((d) => !isFree(d) || named(d) !== undefined)) {
    return { joined: numbers.map((d) => named(d) ?? d) };
  }
  const [number] = numbers;
  if (node.op === "Slice" && number !== undefined) {
    const { axis, end } = (node as Node<"Slice">).attrs;
    const name = Object.keys(free).find((key) => free[key] === number);
    if (number === end && end === shape[axis] && dimensionsOf(free, shape)[axis] !== end) return { constant: [endOfAxis] };
    if (name !== undefined) return { sizeOf: name };
  }
  if (numbers.some(isFree)) throw new Error(`${node.op} needs the number behind a free size: [${numbers}]`);
  return { constant: numbers };
}

/** An input of the graph, and its axis, that has the free size. */
export function axisOf(g: Graph, free: FreeSizes, name: string): { readonly input: string; readonly axis: number } {
  for (const [input, { shape }] of g.inputs) {
    const axis = shape.indexOf(free[name] as number);
    if (axis >= 0) return { input, axis };
  }
  throw new Error(`no input has the free size ${name}`);
}

/** The name of the input through which sizes come that the file cannot know. */
export const fedName = (numbers: readonly number[]) => `shape(${numbers})`;

/**
 * Sizes that a run must feed as int64 vectors, by the name of the input: shapes in which more than one free size moves, and parts of a free size.
 */
export function fedShapes(g: Graph, free: FreeSizes): ReadonlyMap<string, readonly number[]> {
  const fed = new Map<string, readonly number[]>();
  for (const node of g.nodes) {
    const numbers = sizesOf(node);
    const size = numbers && openSizes(free, node, numbers);
    if (size && "fed" in size) fed.set(fedName(size.fed), size.fed);
  }
  return fed;
}

function sizesOf(node: Node): readonly number[] | undefined {
  if (node.op === "Reshape") return (node as Node<"Reshape">).attrs.shape;
  return node.op === "Split" ? (node as Node<"Split">).attrs.sizes : undefined;
}

/** A shape with the run's sizes in the place of their stand-ins. */
export function closeSizes(free: FreeSizes, shape: readonly number[], sizes: FreeSizes): number[] {
  return shape.map((d) => names(free, d).reduce((n, name) => (n / (free[name] as number)) * (sizes[name] as number), d));
}
