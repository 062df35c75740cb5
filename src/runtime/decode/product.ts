// Kernel of a product for a few lines: threads lie along the sum, each keeps the sums of several lines, so that a weight is read once for them. Knows no model.

import { type MatrixFormat, paddedLength } from "../decoder-source.ts";
import { blockNumbers, layouts } from "./matrix.ts";

/** Outputs of a workgroup. */
const outputs = 4;
/** Threads along a sum of so many units. */
const lanesFor = (units: number): number => (units >= 64 ? 32 : 8);

/** `write`: y = x W'. `add`: y += x W'. `gated`: of each two rows of W the gate and the other, silu(gate) * other. */
export type ProductKind = "write" | "add" | "gated";

export interface ProductShape {
  readonly kind: ProductKind;
  readonly format: MatrixFormat;
  /** Length of a line of x, which is that of a row of W. */
  readonly columns: number;
  /** Rows of the part of W that is bound, and the output of the first. */
  readonly rows: number;
  readonly from: number;
  /** Numbers of a line of y in memory. */
  readonly stride: number;
  /** Lines of a workgroup. */
  readonly held: number;
  readonly bias: boolean;
  /** Norm over x on its way in: by the length of its root mean square, and a scale for each number. */
  readonly norm?: { readonly columns: number; readonly epsilon: number };
}

/** Most lines for which a norm inside a product costs less than a kernel of its own: each workgroup works it out again. */
export const mostNormed = 8;

/** Most lines whose sums a thread keeps. */
export const mostHeld = 16;

/** Workgroups for so many lines. Those of the same weights are neighbours. */
export const productGroups = ({ kind, rows, held }: ProductShape, lines: number): [number, number, number] => [
  Math.ceil(lines / held),
  Math.ceil((kind === "gated" ? rows / 2 : rows) / outputs),
  1,
];

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/**
 * Bindings: x, W, its scales where the format has them, the bias and the norm's scale where there is one; then y. Every line is added up in the same order, whatever
 * its place and however many there are.
 */
export function productCode(shape: ProductShape): string {
  const { kind, format, columns, rows, from, stride, held, bias, norm } = shape;
  const normed = norm && normLines(norm, held, lanesFor(paddedLength(columns) / layouts[format].unit));
  const { unit } = layouts[format];
  const pairs = kind === "gated" ? 2 : 1;
  const width = paddedLength(columns) / 4;
  const units = paddedLength(columns) / unit;
  const count = rows / pairs;
  const lanes = lanesFor(units);
  const reads = readsOf(shape);
  const sums = range(pairs).flatMap((p) => range(held).map((r) => `s${p}_${r}`));
  const weights = range(pairs).flatMap((p) => loaded(format, p, pairs, columns));
  const place = (v: number) => `k * ${unit / 4}u + ${v}u`;
  const scales = norm ? range(unit / 4).map((v) => `let scale_${v} = normScale[${place(v)}];`) : [];
  const steps = range(held).flatMap((r) =>
    range(unit / 4).flatMap((v) => [
      `let x${r}_${v} = x[at${r} + ${place(v)}];`,
      ...(norm ? [`square${r} += dot(x${r}_${v}, x${r}_${v});`] : []),
      ...range(pairs).map((p) => `s${p}_${r} += dot(w${p}_${v}, x${r}_${v}${norm ? ` * scale_${v}` : ""});`),
    ]),
  );
  // A thread's place is turned by its output, so that those that add up do not wait for one bank of memory.
  const kept = sums.map((sum, i) => {
    const output = `${Math.floor(i / held) * held * outputs + (i % held) * outputs}u + lid.y`;
    return `sh[(${output}) * ${lanes}u + (lid.x + ${output}) % ${lanes}u] = ${sum};`;
  });
  const summed = (q: string) => (norm ? `total(${q}) * inverse(q / ${outputs}u)` : `total(${q})`);
  const value = kind === "gated" ? `silu(${summed("q")}) * ${summed(`q + ${held * outputs}u`)}` : summed("q");
  return [
    ...reads.map((text, i) => `@group(0) @binding(${i}) var<storage, read> ${text};`),
    `@group(0) @binding(${reads.length}) var<storage, read_write> y: array<f32>;`,
    `var<workgroup> sh: array<f32, ${pairs * held * outputs * lanes}>;`,
    `fn total(q: u32) -> f32 { var sum = 0.0; for (var i = 0u; i < ${lanes}u; i++) { sum += sh[q * ${lanes}u + (i + q) % ${lanes}u]; } return sum; }`,
    ...(normed?.before ?? []),
    "fn silu(x: f32) -> f32 { return x / (1.0 + exp(-x)); }",
    `@compute @workgroup_size(${lanes}, ${outputs})`,
    "fn main(@builtin(local_invocation_id) lid: vec3u, @builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {",
    `let n = min(wid.y * ${outputs}u + lid.y, ${count - 1}u);`,
    `let line0 = wid.x * ${held}u;`,
    ...range(held).map((r) => `let at${r} = (line0 + ${r}u) * ${width}u;`),
    ...sums.map((sum) => `var ${sum} = 0.0;`),
    ...(normed?.begin ?? []),
    `for (var k = lid.x; k < ${units}u; k += ${lanes}u) {`,
    ...weights,
    ...scales,
    ...steps,
    "}",
    ...kept,
    ...(normed?.keep ?? []),
    "workgroupBarrier();",
    `for (var q = lane; q < ${held * outputs}u; q += ${lanes * outputs}u) {`,
    `let output = wid.y * ${outputs}u + q % ${outputs}u;`,
    `if (output >= ${count}u) { continue; }`,
    `let at = (line0 + q / ${outputs}u) * ${stride}u + ${from / pairs}u + output;`,
    `${kind === "add" ? "y[at] +=" : "y[at] ="} ${value}${bias ? ` + bias[${from / pairs}u + output]` : ""};`,
    "}",
    "}",
  ].join("\n");
}

const readsOf = ({ format, bias, norm }: ProductShape): string[] => [
  "x: array<vec4f>",
  `w: array<${layouts[format].type}>`,
  ...(layouts[format].scaled ? ["scales: array<f32>"] : []),
  ...(bias ? ["bias: array<f32>"] : []),
  ...(norm ? ["normScale: array<vec4f>"] : []),
];

/** Lines of a norm over so many lines of x: `inverse`, what each line is multiplied by, from the squares that threads along the sum add up. */
function normLines({ columns, epsilon }: NonNullable<ProductShape["norm"]>, held: number, lanes: number) {
  return {
    before: [
      `var<workgroup> squares: array<f32, ${held * lanes}>;`,
      "fn inverse(r: u32) -> f32 {",
      `var sum = 0.0; for (var i = 0u; i < ${lanes}u; i++) { sum += squares[r * ${lanes}u + i]; }`,
      `return 1.0 / sqrt(sum / ${columns}.0 + ${epsilon}f);`,
      "}",
    ],
    begin: range(held).map((r) => `var square${r} = 0.0;`),
    keep: ["if (lid.y == 0u) {", ...range(held).map((r) => `squares[${r * lanes}u + lid.x] = square${r};`), "}"],
  };
}

/** The numbers of one unit of the rows of W that a thread reads, four by four. */
function loaded(format: MatrixFormat, pair: number, pairs: number, columns: number): string[] {
  const { numbers, scaled, unit } = layouts[format];
  const named = (text: string) => text.replaceAll(/\bw\b/g, `u${pair}`).replaceAll(/\bscale\b/g, `scale${pair}`);
  return [
    `let row${pair} = n * ${pairs}u + ${pair}u;`,
    `let u${pair} = w[row${pair} * ${paddedLength(columns) / unit}u + k];`,
    ...(scaled ? [`let scale${pair} = scales[row${pair} * ${columns / blockNumbers}u + k / ${blockNumbers / unit}u];`] : []),
    ...numbers.map((text, v) => `let w${pair}_${v} = ${named(text)};`),
  ];
}
