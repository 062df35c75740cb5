// Kernels of matrix products: a tile or a plain sum by the output's size, in parts along the sum where the output alone would leave a card idle. Knows no other operator.

import { type Node, type Shape, sizeOf, type Value } from "../ops.ts";
import { type Operand, readingOf } from "./operand.ts";
import { Block, Place } from "./place.ts";
import { strips, type Tile, threadsOf, tileLines, tiles } from "./tile.ts";
import { type Body, fn, nodeOf, type Shader, type Spot, spread, type Writer } from "./writer.ts";

/** Workgroups that keep a large card busy. */
const enough = 256;
const maxBatch = 65535;
/** A side below it would leave most of a tile empty: a head with a few labels. */
const leastSide = 16;
/** Numbers that are too few to share loads. */
const fewNumbers = 4096;
const plainLanes = 64;
/** Terms of a part of the sum at least: in tiles, and for a thread alone. Below it adding up the parts would cost what they save. */
const leastTiled = 512;
const leastPlain = 128;
/** Lines of an epilogue that a thread may have so often as the largest tile asks for. */
const mostLines = 24;

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

/** `tile` absent: a thread for each number. */
interface Way {
  readonly tile: Tile | undefined;
  /** Parts of the sum, each of so many terms but for the last. */
  readonly parts: number;
  readonly length: number;
}

/** `writer` begins a kernel, which writes the given value in the place of the product's outputs; `scratch`: id of such a value. */
export function productShaders(writer: (instead?: Value) => Writer, scratch: number): Shader[] {
  const whole = writer();
  const product = productOf(nodeOf(whole.kernel));
  const ending = finishing(writer(), product);
  const { paired } = whole;
  const way = wayOf(product, ending.length / (paired ? 2 : 1));
  const sides = sidesOf(whole, product, way);
  if (way.parts === 1) return [whole.shader(body(product, way, sides, { lines: finishing(whole, product), paired }))];
  const size = product.rows * product.columns * sizeOf(product.batch);
  const held: Value = { id: scratch, dtype: "float32", shape: [way.parts, size] };
  const first = writer(held);
  const store = first.write(
    held,
    `part * ${size}u + z * ${product.rows * product.columns}u + i * ${product.columns}u + j`,
    "sum",
  );
  const keeping = [
    "var<private> part: u32;",
    "fn finish(z: u32, i: u32, j: u32, sum: f32) {",
    `if (i >= ${product.rows}u || j >= ${product.columns}u) { return; }`,
    store as string,
    "}",
  ];
  const last = writer();
  return [
    first.shader(body(product, way, sidesOf(first, product, way), { lines: keeping, paired: false })),
    last.shader(addingBody(last, product, held, way.parts)),
  ];
}

/** Bytes of the partial sums of a product of two matrices, where it is split along the sum; 0 where it is not. */
export function partialBytes(rows: number, columns: number, inner: number): number {
  const { parts } = wayOf({ rows, columns, inner, batch: [] }, 0);
  return parts === 1 ? 0 : 4 * parts * rows * columns;
}

function wayOf({ rows, columns, inner, batch }: Omit<Product, "a" | "b" | "bias">, ending: number): Way {
  const count = sizeOf(batch);
  const size = rows * columns * count;
  if (Math.min(rows, columns) < leastSide || size <= fewNumbers) {
    return { tile: undefined, ...partsOf(Math.ceil(size / plainLanes), inner, leastPlain) };
  }
  if (count > maxBatch) throw new Error(`a product of ${count} matrices at once`);
  const ways = tiles
    .filter((tile, i) => i > 0 || (ending <= mostLines && Math.min(rows, columns) > tile.rows / 2))
    .map((tile) => {
      const groups = Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns) * count;
      return { tile, groups, ...partsOf(groups, inner, leastTiled) };
    });
  return ways.find(({ groups, parts }) => groups * parts >= enough) ?? (ways.at(-1) as Way);
}

/** Parts begin at multiples of 16, so that fours and strips stay whole. */
function partsOf(groups: number, inner: number, least: number): { readonly parts: number; readonly length: number } {
  const wanted = Math.max(1, Math.min(Math.ceil(enough / groups), Math.floor(inner / least)));
  const length = 16 * Math.ceil(inner / wanted / 16);
  return { parts: Math.ceil(inner / length), length };
}

const sidesOf = (w: Writer, { a, b }: Product, { tile }: Way) =>
  [a, b].map((operand) => ({ operand, reading: readingOf(w, operand, tile !== undefined) })) as [SideOf, SideOf];
type SideOf = Parameters<typeof tileLines>[1];

/** Code that follows each sum: the function `finish`. `paired`: it takes two sums at once, of neighbouring columns. */
interface Ending {
  readonly lines: readonly string[];
  readonly paired: boolean;
}

function body(product: Product, way: Way, sides: [SideOf, SideOf], { lines, paired }: Ending): Body {
  const functions = [...sides.flatMap(({ reading }) => reading.functions), ...lines];
  return way.tile
    ? tiledBody(product, way, way.tile, sides, { lines: functions, paired })
    : plainBody(product, way, { lines: functions, paired });
}

/** A thread for each number of each part, or for a pair. */
function plainBody({ rows, columns, inner, batch }: Product, { parts, length }: Way, { lines, paired }: Ending): Body {
  const size = rows * columns * sizeOf(batch);
  const width = paired ? 2 : 1;
  const main = [
    numberOf(width),
    `if (n >= ${size * parts}u) { return; }`,
    `let j = n % ${columns}u;`,
    `let i = (n / ${columns}u) % ${rows}u;`,
    ...(parts === 1
      ? [`let z = n / ${rows * columns}u;`]
      : [`let z = (n / ${rows * columns}u) % ${sizeOf(batch)}u;`, `part = n / ${size}u;`]),
    paired ? "var sum = vec2f();" : "var sum = 0.0;",
    ...(parts === 1
      ? [`for (var k = 0u; k < ${inner}u; k++) {`]
      : [`for (var k = part * ${length}u; k < min(${inner}u, (part + 1u) * ${length}u); k++) {`]),
    paired
      ? "sum = fma(vec2f(load_a(z, i, k)), vec2f(load_b(z, j, k), load_b(z, j + 1u, k)), sum); }"
      : "sum = fma(load_a(z, i, k), load_b(z, j, k), sum); }",
    "finish(z, i, j, sum);",
  ];
  return { before: lines, main, workgroup: [plainLanes], groups: spread(Math.ceil((size * parts) / width / plainLanes)) };
}

/** The index of a thread's number, or of the first of its pair. */
function numberOf(width: 1 | 2): string {
  const thread = `wid.y * nwg.x * ${plainLanes}u + gid.x`;
  return `let n = ${width === 2 ? `2u * (${thread})` : thread};`;
}

function tiledBody(
  { rows, columns, inner, batch }: Product,
  { parts, length }: Way,
  tile: Tile,
  sides: [SideOf, SideOf],
  { lines, paired }: Ending,
): Body {
  const count = sizeOf(batch);
  const main = [
    ...(parts === 1
      ? ["let z = wid.z;", "let kBegin = 0u;", `let kEnd = ${inner}u;`]
      : [
          `let z = wid.z % ${count}u;`,
          `let own = wid.z / ${count}u;`, // the sum's bounds have to be uniform, which a module's variable is not
          "part = own;",
          `let kBegin = own * ${length}u;`,
          `let kEnd = min(${inner}u, kBegin + ${length}u);`,
        ]),
    ...tileLines(tile, ...sides, paired),
  ];
  const groups = [Math.ceil(columns / tile.columns), Math.ceil(rows / tile.rows), count * parts] as const;
  return { before: [...strips(tile), ...lines], main, workgroup: [threadsOf(tile)], groups };
}

/** Adds the parts of each number, or of a pair, up in their order. */
function addingBody(w: Writer, product: Product, held: Value, parts: number): Body {
  const { rows, columns, batch } = product;
  const size = rows * columns * sizeOf(batch);
  const block = new Block();
  const number = w.memory(held, Place.flat(block, held.shape, "n"));
  const width = w.paired ? 2 : 1;
  const [zero, part] = w.paired
    ? ["vec2f()", `vec2f(held(part * ${size}u + n), held(part * ${size}u + n + 1u))`]
    : ["0.0", `held(part * ${size}u + n)`];
  const main = [
    numberOf(width),
    `if (n >= ${size}u) { return; }`,
    `var sum = ${zero};`,
    `for (var part = 0u; part < ${parts}u; part++) { sum += ${part}; }`,
    `finish(n / ${rows * columns}u, (n / ${columns}u) % ${rows}u, n % ${columns}u, sum);`,
  ];
  const before = [...fn("held", "n: u32", block, number), ...finishing(w, product)];
  return { before, main, workgroup: [plainLanes], groups: spread(Math.ceil(size / width / plainLanes)) };
}

function productOf(node: Node): Product {
  if (node.op === "Gemm") return gemmOf(node as Node<"Gemm">);
  const [x, y] = node.inputs as readonly [Value, Value];
  const [z] = node.outputs;
  const [rows, columns] = z.shape.slice(-2) as [number, number];
  const batch = z.shape.slice(0, -2);
  const inner = x.shape.at(-1) as number;
  const operand = (name: "a" | "b", value: Value, outer: number): Operand => {
    const before = value.shape.slice(0, -2);
    const last = value.shape.length - 1;
    return {
      name,
      value,
      outer,
      inner,
      ...(name === "a" ? { outerAxis: last - 1, innerAxis: last } : { outerAxis: last, innerAxis: last - 1 }),
      at(block, o, k) {
        const own = Place.flat(block, batch, "z").of(before).axes;
        return Place.axes(block, value.shape, name === "a" ? [...own, o, k] : [...own, k, o]);
      },
    };
  };
  return { rows, columns, inner, batch, a: operand("a", x, rows), b: operand("b", y, columns), bias: undefined };
}

function gemmOf(node: Node<"Gemm">): Product {
  const {
    inputs: [a, b, c],
    attrs: { transA, transB },
    outputs: [y],
  } = node;
  const [rows, columns] = y.shape as readonly [number, number];
  const inner = a.shape[transA ? 0 : 1] as number;
  /** `last`: the sum runs along the last axis. */
  const operand = (name: "a" | "b", value: Value, outer: number, last: boolean): Operand => ({
    name,
    value,
    outer,
    inner,
    ...(last ? { outerAxis: 0, innerAxis: 1 } : { outerAxis: 1, innerAxis: 0 }),
    at: (block, o, k) => Place.axes(block, value.shape, last ? [o, k] : [k, o]),
  });
  const [left, right] = [operand("a", a, rows, !transA), operand("b", b, columns, transB)];
  return { rows, columns, inner, batch: [], a: left, b: right, bias: c ?? undefined };
}

/** The function that stores one number of the product, or a pair, and what builds on it. */
function finishing(w: Writer, { rows, columns, batch, bias }: Product): string[] {
  const block = new Block();
  const [out] = nodeOf(w.kernel).outputs;
  const spot = (sum: string, j: string): Spot => {
    const flat = block.hold(sizeOf(batch) === 1 ? `i * ${columns}u + ${j}` : `z * ${rows * columns}u + i * ${columns}u + ${j}`);
    const own = bias && w.read(bias, Place.axes(block, [rows, columns], ["i", j]).of(bias.shape));
    const number = own === undefined ? sum : block.hold(`${sum} + ${own}`);
    return { at: Place.flat(block, out.shape, flat), main: new Map([[out.id, number]]) };
  };
  w.store(w.paired ? [spot("sum.x", "j"), spot("sum.y", block.hold("j + 1u"))] : [spot("sum", "j")]);
  const [head = "", ...rest] = fn("finish", `z: u32, i: u32, j: u32, sum: ${w.paired ? "vec2f" : "f32"}`, block);
  return [head, `if (i >= ${rows}u || j >= ${columns}u) { return; }`, ...rest];
}
