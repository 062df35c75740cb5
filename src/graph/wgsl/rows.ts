// Kernels over the last axis: softmax and norms, a workgroup for each row. Knows no other operator.

import { type Attrs, type Node, sizeOf, type Value } from "../ops.ts";
import { Block, Place } from "./place.ts";
import { lanesFor } from "./sum.ts";
import { totals } from "./totals.ts";
import { type Body, fn, groupIndex, literal, nodeOf, type Spot, spread, type Writer } from "./writer.ts";

/** Numbers of a row that a thread keeps; longer rows are computed again for each pass. */
const mostKept = 8;

/** Passes over one row. Variables of a pass: `x`, the number; `k`, its index. */
interface Row {
  readonly columns: number;
  /** Reads the thread's numbers, where it keeps them. */
  readonly load: readonly string[];
  /** Lines that run for every number of the thread. */
  each(line: string): string[];
  /** Lines that run for every pair of the thread, where it keeps pairs: `x` and `y`, the second at `k + 1`. */
  pairs(line: string): string[];
  /** `name`: the whole row's sum or maximum of `expression` over its numbers. */
  total(name: string, expression: string, by?: "sum" | "max"): string[];
}

type RowOp = "Softmax" | "LayerNormalization" | "SimplifiedLayerNormalization";

interface RowRule<O extends RowOp> {
  /** Computes what all numbers of a row share. */
  before(row: Row, attrs: Attrs<O>): string[];
  /** The first output's number, by `x` and what went before; `given` reads another input there. */
  number(x: string, given: (input: number) => string): string;
  /** The other outputs, one for each row. */
  readonly others: readonly string[];
}

const mean = (name: string, expression: string, row: Row) => [
  ...row.total(`${name}Sum`, expression),
  `let ${name} = ${name}Sum * ${literal(Math.fround(1 / row.columns))};`,
];

const rules: { readonly [O in RowOp]: RowRule<O> } = {
  Softmax: {
    before: (row) => [...row.total("most", "x", "max"), ...row.total("total", "exp(x - most)")],
    number: (x) => `exp(${x} - most) / total`,
    others: [],
  },
  LayerNormalization: {
    before: (row, { epsilon }) => [
      ...mean("mean", "x", row),
      ...mean("variance", "(x - mean) * (x - mean)", row),
      `let inverse = 1.0 / sqrt(variance + ${literal(Math.fround(epsilon))});`,
    ],
    number: (x, given) => `(${x} - mean) * inverse * ${given(1)} + ${given(2)}`,
    others: ["mean", "inverse"],
  },
  SimplifiedLayerNormalization: {
    before: (row, { epsilon }) => [
      ...mean("power", "x * x", row),
      `let inverse = 1.0 / sqrt(power + ${literal(Math.fround(epsilon))});`,
    ],
    number: (x, given) => `${x} * inverse * ${given(1)}`,
    others: [],
  },
};

export function rowsBody(w: Writer): Body {
  const node = nodeOf(w.kernel);
  const rule = rules[node.op as RowOp] as RowRule<RowOp>;
  const x = node.inputs[0] as Value;
  const columns = x.shape.at(-1) as number;
  const count = sizeOf(x.shape) / columns;
  const width = w.paired ? 2 : 1;
  const lanes = lanesFor(columns / width);
  const row = rowOf(columns, lanes, width);
  const load = new Block();
  const loaded = w.read(x, Place.flat(load, x.shape, load.hold(`row * ${columns}u + k`)));
  const shared = rule.before(row, node.attrs as Attrs<RowOp>);
  const names = [...new Set(shared.flatMap((line) => /^let (\w+) =/.exec(line)?.slice(1) ?? []))];
  const finish = finishing(w, node, rule, columns, names);
  const others = rule.others.flatMap((name, i) => {
    const line = node.outputs[i + 1] && w.write(node.outputs[i + 1] as Value, "row", name);
    return line ? [`if (lane == 0u) { ${line} }`] : [];
  });
  const given = (numbers: string) => `finish(row, k, ${[numbers, ...names].join(", ")});`;
  const main = [
    `let row = ${groupIndex};`,
    `if (row >= ${count}u) { return; }`,
    ...row.load,
    ...shared,
    ...others,
    ...(width === 2 ? row.pairs(given("x, y")) : row.each(given("x"))),
  ];
  const before = [...fn("load", "row: u32, k: u32", load, loaded), ...totals(lanes, w.plan.subgroups), ...finish];
  return { before, main, workgroup: [lanes], groups: spread(count) };
}

/** The function that stores one number of the first output, and what builds on it. */
function finishing(w: Writer, node: Node, rule: RowRule<RowOp>, columns: number, names: readonly string[]): string[] {
  const block = new Block();
  const first = node.outputs[0] as Value;
  const spot = (x: string, k: string): Spot => {
    const given = (i: number) => w.read(node.inputs[i] as Value, Place.flat(block, [columns], k));
    const number = block.hold(rule.number(x, given));
    return { at: Place.flat(block, first.shape, block.hold(`row * ${columns}u + ${k}`)), main: new Map([[first.id, number]]) };
  };
  const skip = new Set(node.outputs.slice(1).map(({ id }) => id));
  w.store(w.paired ? [spot("x", "k"), spot("y", block.hold("k + 1u"))] : [spot("x", "k")], skip);
  const numbers = [...(w.paired ? ["x", "y"] : ["x"]), ...names].map((name) => `${name}: f32`);
  return fn("finish", `row: u32, k: u32, ${numbers.join(", ")}`, block);
}

/** A row's numbers in variables where a thread has few, else computed again in a loop. `width` 2: a thread has pairs. */
function rowOf(columns: number, lanes: number, width: 1 | 2): Row {
  const kept = width * Math.ceil(columns / lanes / width);
  if (kept > mostKept) {
    const each = (line: string) => [`for (var k = lane; k < ${columns}u; k += ${lanes}u) { let x = load(row, k); ${line} }`];
    const pairs = (line: string) => [
      `for (var k = 2u * lane; k < ${columns}u; k += ${2 * lanes}u) { let x = load(row, k); let y = load(row, k + 1u); ${line} }`,
    ];
    return { columns, load: [], each, pairs, total: totalBy(each) };
  }
  const own = Array.from({ length: kept }, (_, i) => i);
  const first = (i: number) => lanes * (i - (i % width)); // of the lanes' numbers i
  const inside = (i: number) => (first(i) + lanes * width <= columns ? "" : `if (k${i} < ${columns}u) `);
  const place = (i: number) => (width === 1 ? `lane + ${lanes * i}u` : `2u * lane + ${first(i) + (i % 2)}u`);
  const load = own.map((i) => `let k${i} = ${place(i)}; var x${i} = 0.0; ${inside(i)}{ x${i} = load(row, k${i}); }`);
  const each = (line: string) => own.map((i) => `${inside(i)}{ let k = k${i}; let x = x${i}; ${line} }`);
  const pairs = (line: string) =>
    own.filter((i) => i % 2 === 0).map((i) => `${inside(i)}{ let k = k${i}; let x = x${i}; let y = x${i + 1}; ${line} }`);
  return { columns, load, each, pairs, total: totalBy(each) };
}

const totalBy =
  (each: Row["each"]): Row["total"] =>
  (name, expression, by = "sum") => {
    const [start, step] = by === "sum" ? ["0.0", `own += ${expression};`] : ["-3.4e38", `own = max(own, ${expression});`];
    const own = `own_${name}`;
    return [
      `var ${own} = ${start};`,
      ...each(step.replaceAll("own", own)),
      `let ${name} = ${by === "sum" ? "addAll" : "maxAll"}(lane, ${own});`,
    ];
  };
