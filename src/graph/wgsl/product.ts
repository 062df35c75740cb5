// Kernel of matrix products: tiles in workgroup memory, a few rows and columns for each thread. Knows no other operator.

import { type Node, type Shape, sizeOf, type Value } from "../ops.ts";
import type { Plan } from "./fold.ts";
import { Block, Place, strides } from "./place.ts";
import { type Body, fn, nodeOf, spread, type Writer } from "./writer.ts";

/** A workgroup's part of the output: `side` x `side` threads with `each` x `each` numbers, in steps of `inner` along the sums. */
interface Tile {
  readonly side: number;
  readonly each: number;
  readonly inner: number;
}
const tiles: readonly Tile[] = [
  { side: 16, each: 4, inner: 16 },
  { side: 16, each: 2, inner: 16 },
];
/** Workgroups that keep a large card busy. */
const enough = 256;
const maxBatch = 65535;

/** One side of a product: a value whose last two axes are walked. */
interface Operand {
  readonly name: "a" | "b";
  readonly value: Value;
  /** Size along the output. */
  readonly outer: number;
  /** Place of the number at index `o` along the output and `k` along the sum. */
  at(block: Block, o: string, k: string): Place;
  /** True where neighbours along the sum are neighbours in memory. */
  readonly turned: boolean;
}

interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** Axes before the last two of the output. */
  readonly batch: Shape;
  readonly a: Operand;
  readonly b: Operand;
  /** Added to the product. */
  readonly bias: Value | undefined;
}

/** A side below it would leave most of a tile empty: a head with a few labels. */
const leastSide = 16;
/** Numbers that are too few to share loads. */
const fewNumbers = 4096;
const plainLanes = 64;

export function productBody(w: Writer): Body {
  const product = productOf(nodeOf(w.kernel), w.plan);
  const { rows, columns, batch } = product;
  const count = sizeOf(batch);
  const before = [...loading(w, product.a), ...loading(w, product.b), ...finishing(w, product)];
  if (Math.min(rows, columns) < leastSide || rows * columns * count <= fewNumbers) return plainBody(product, before);
  if (count > maxBatch) throw new Error(`a product of ${count} matrices at once`);
  return tiledBody(product, tileFor(rows, columns, count), before);
}

/** A thread for each number. */
function plainBody({ rows, columns, inner, batch }: Product, before: readonly string[]): Body {
  const size = rows * columns * sizeOf(batch);
  const main = [
    `let n = wid.y * nwg.x * ${plainLanes}u + gid.x;`,
    `if (n >= ${size}u) { return; }`,
    `let j = n % ${columns}u;`,
    `let i = (n / ${columns}u) % ${rows}u;`,
    `let z = n / ${rows * columns}u;`,
    "var sum = 0.0;",
    `for (var k = 0u; k < ${inner}u; k++) { sum = fma(load_a(z, i, k), load_b(z, j, k), sum); }`,
    "finish(z, i, j, sum);",
  ];
  return { before, main, workgroup: [plainLanes], groups: spread(Math.ceil(size / plainLanes)) };
}

function tiledBody(product: Product, { side, each, inner }: Tile, functions: readonly string[]): Body {
  const { rows, columns, batch, a, b } = product;
  const width = side * each;
  const shared = [a, b].map(({ name }) => `var<workgroup> t${name}: array<f32, ${(width + 1) * inner}>;`);
  const indices = Array.from({ length: each }, (_, i) => i);
  const pairs = indices.flatMap((i) => indices.map((j) => [i, j] as const));
  const main = [
    `let row0 = wid.y * ${width}u;`,
    `let column0 = wid.x * ${width}u;`,
    ...pairs.map(([i, j]) => `var s${i}_${j} = 0.0;`),
    `for (var k0 = 0u; k0 < ${product.inner}u; k0 += ${inner}u) {`,
    ...fill(a, "row0", product.inner, { side, each, inner }),
    ...fill(b, "column0", product.inner, { side, each, inner }),
    "workgroupBarrier();",
    `for (var k = 0u; k < ${inner}u; k++) {`,
    ...indices.map((i) => `let x${i} = ta[k * ${width + 1}u + lid.y + ${i * side}u];`),
    ...indices.map((j) => `let y${j} = tb[k * ${width + 1}u + lid.x + ${j * side}u];`),
    ...pairs.map(([i, j]) => `s${i}_${j} = fma(x${i}, y${j}, s${i}_${j});`),
    "}",
    "workgroupBarrier();",
    "}",
    ...pairs.map(([i, j]) => `finish(wid.z, row0 + lid.y + ${i * side}u, column0 + lid.x + ${j * side}u, s${i}_${j});`),
  ];
  const groups = [Math.ceil(columns / width), Math.ceil(rows / width), sizeOf(batch)] as const;
  return { before: [...shared, ...functions], main, workgroup: [side, side], groups };
}

function tileFor(rows: number, columns: number, count: number): Tile {
  const groups = ({ side, each }: Tile) => Math.ceil(rows / (side * each)) * Math.ceil(columns / (side * each)) * count;
  const small = tiles.at(-1) as Tile;
  return tiles.find((tile) => groups(tile) >= enough && rows > small.side * small.each) ?? small;
}

function productOf(node: Node, plan: Plan): Product {
  if (node.op === "Gemm") return gemmOf(node as Node<"Gemm">, plan);
  const [x, y] = node.inputs as readonly [Value, Value];
  const [z] = node.outputs;
  const [rows, columns] = z.shape.slice(-2) as [number, number];
  const batch = z.shape.slice(0, -2);
  const operand = (name: "a" | "b", value: Value, outer: number): Operand => {
    const before = value.shape.slice(0, -2);
    return {
      name,
      value,
      outer,
      turned: (name === "a") === isUnit(value, value.shape.length - 1, plan),
      at(block, o, k) {
        const own = Place.flat(block, batch, "z").of(before).axes;
        return Place.axes(block, value.shape, name === "a" ? [...own, o, k] : [...own, k, o]);
      },
    };
  };
  const inner = x.shape.at(-1) as number;
  return { rows, columns, inner, batch, a: operand("a", x, rows), b: operand("b", y, columns), bias: undefined };
}

function gemmOf(node: Node<"Gemm">, plan: Plan): Product {
  const {
    inputs: [a, b, c],
    attrs: { transA, transB },
    outputs: [y],
  } = node;
  const [rows, columns] = y.shape as readonly [number, number];
  /** `last`: the sum runs along the last axis. */
  const operand = (name: "a" | "b", value: Value, outer: number, last: boolean): Operand => ({
    name,
    value,
    outer,
    turned: last === isUnit(value, 1, plan),
    at: (block, o, k) => Place.axes(block, value.shape, last ? [o, k] : [k, o]),
  });
  const inner = a.shape[transA ? 0 : 1] as number;
  const [left, right] = [operand("a", a, rows, !transA), operand("b", b, columns, transB)];
  return { rows, columns, inner, batch: [], a: left, b: right, bias: c ?? undefined };
}

/** Tells whether neighbours along an axis are neighbours in memory, by the views that a product reads through. */
function isUnit(value: Value, axis: number, plan: Plan): boolean {
  const node = plan.stored.has(value.id) ? undefined : plan.producer(value);
  const last = value.shape.length - 1;
  if (node?.op === "Transpose") {
    const { inputs, attrs } = node as Node<"Transpose">;
    return isUnit(inputs[0], attrs.perm[axis] as number, plan);
  }
  if (node?.op === "Slice" || (node?.op === "Expand" && node.inputs[0]?.shape.length === value.shape.length))
    return isUnit(node.inputs[0] as Value, axis, plan);
  if (node?.op === "Reshape") {
    const from = node.inputs[0] as Value;
    const same = strides(from.shape).findIndex((by, i) => by === strides(value.shape)[axis] && (from.shape[i] ?? 1) > 1);
    return same >= 0 && isUnit(from, same, plan);
  }
  return axis === last;
}

/** Fills an operand's tile: threads lie along whatever lies together in memory. Beyond the edges it is zero. */
function fill({ name, outer, turned }: Operand, begin: string, inner: number, tile: Tile): string[] {
  const width = tile.side * tile.each;
  const threads = tile.side ** 2;
  return Array.from({ length: (width * tile.inner) / threads }, (_, i) => {
    const q = `(lane + ${i * threads}u)`;
    const [o, k] = turned ? [`${q} / ${tile.inner}u`, `${q} % ${tile.inner}u`] : [`${q} % ${width}u`, `${q} / ${width}u`];
    const bounds = `${begin} + o < ${outer}u && k0 + k < ${inner}u`;
    return `{ let o = ${o}; let k = ${k}; var x = 0.0; if (${bounds}) { x = load_${name}(wid.z, ${begin} + o, k0 + k); } t${name}[k * ${width + 1}u + o] = x; }`;
  });
}

function loading(w: Writer, operand: Operand): string[] {
  const block = new Block();
  const number = w.read(operand.value, operand.at(block, "o", "k"));
  return fn(`load_${operand.name}`, "z: u32, o: u32, k: u32", block, number);
}

/** The function that stores one number of the product, and what builds on it. */
function finishing(w: Writer, { rows, columns, batch, bias }: Product): string[] {
  const block = new Block();
  const [out] = nodeOf(w.kernel).outputs;
  const flat = block.hold(sizeOf(batch) === 1 ? `i * ${columns}u + j` : `z * ${rows * columns}u + i * ${columns}u + j`);
  const own = bias && w.read(bias, Place.axes(block, [rows, columns], ["i", "j"]).of(bias.shape));
  const number = own === undefined ? "sum" : block.hold(`sum + ${own}`);
  w.store(Place.flat(block, out.shape, flat), new Map([[out.id, number]]));
  const [head = "", ...rest] = fn("finish", "z: u32, i: u32, j: u32, sum: f32", block);
  return [head, `if (i >= ${rows}u || j >= ${columns}u) { return; }`, ...rest];
}
