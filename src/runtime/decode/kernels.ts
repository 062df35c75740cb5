// Kernels of a decoder's step beside its products: embeddings, norms, turned heads on their way into the cache. Knows no device.

import { type DecoderSizes, type MatrixFormat, paddedLength } from "../decoder-source.ts";
import { layouts } from "./matrix.ts";
import { resultNumbers } from "./sample.ts";

/** The largest head that the kernels hold. */
export const mostHeadSize = 256;

/** Numbers of a token in a layer's cache: its keys by head, then its values, each head padded. */
export const cacheWidth = ({ keyValueHeads, headSize }: DecoderSizes): number => 2 * keyValueHeads * paddedLength(headSize);

export const queryWidth = ({ heads, headSize }: DecoderSizes): number => heads * headSize;

/** Queries, keys and values of a line, one after another. */
export const headsWidth = ({ heads, keyValueHeads, headSize }: DecoderSizes): number => (heads + 2 * keyValueHeads) * headSize;

/** A line of a step: token, its position, the seat whose text it belongs to, its place in the caches. */
export const lineNumbers = 4;
/** In place of a token: added to the number of a result of the step before, which is the token. */
export const fromResult = 0x80000000;

export const bindings = (reads: readonly string[], writes: readonly string[]): string =>
  [
    ...reads.map((text, i) => `@group(0) @binding(${i}) var<storage, read> ${text};`),
    ...writes.map((text, i) => `@group(0) @binding(${reads.length + i}) var<storage, read_write> ${text};`),
  ].join("\n");

export const head = (lanes: number) => /* wgsl */ `
@compute @workgroup_size(${lanes})
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) wid: vec3u) {`;

/** A tree over the threads of a workgroup; the result is in sh[0]. */
export const tree = (lanes: number, step: string) => /* wgsl */ `
  workgroupBarrier();
  for (var half = ${lanes / 2}u; half > 0u; half = half / 2u) {
    if (lane < half) { sh[lane] = ${step}; }
    workgroupBarrier();
  }`;

/** Bindings: lines, results of the step before, the rows of a part of the table, their scales where they have them; x, table of places. A group for each line. */
export function embedCode(
  { hiddenSize }: DecoderSizes,
  part: { readonly format: MatrixFormat; readonly from: number; readonly rows: number },
  context: number,
): string {
  const { type, unit, scaled, numbers } = layouts[part.format];
  const width = paddedLength(hiddenSize) / 4;
  const units = paddedLength(hiddenSize) / unit;
  const reads = ["lines: array<vec4u>", "results: array<u32>", `w_: array<${type}>`, ...(scaled ? ["scales: array<f32>"] : [])];
  return `${bindings(reads, ["x: array<vec4f>", "places: array<u32>"])}
${head(64)}
  let line = lines[wid.x];
  if (lane == 0u) { places[line.z * ${context}u + line.y] = line.w; }
  var token = line.x;
  if ((token & ${fromResult}u) != 0u) { token = results[(token & ${fromResult - 1}u) * ${resultNumbers}u]; }
  if (token < ${part.from}u || token >= ${part.from + part.rows}u) { return; }
  let row = token - ${part.from}u;
  for (var k = lane; k < ${units}u; k += 64u) {
    let w = w_[row * ${units}u + k];
    ${scaled ? `let scale = scales[(row * ${units}u + k) / ${32 / unit}u];` : ""}
    ${numbers.map((text, v) => `x[wid.x * ${width}u + k * ${unit / 4}u + ${v}u] = ${text};`).join("\n    ")}
  }
}`;
}

/** Bindings: x, scale, and `chosen` lines of x where they are not all; y. A group for each line of y. */
export const normCode = ({ hiddenSize, rmsEpsilon }: DecoderSizes, chosen: boolean): string => {
  const width = paddedLength(hiddenSize);
  const lanes = hiddenSize > 256 ? 64 : 32;
  return `${bindings(["x: array<f32>", "scale: array<f32>", ...(chosen ? ["chosen: array<u32>"] : [])], ["y: array<f32>"])}
var<workgroup> sh: array<f32, ${lanes}>;
${head(lanes)}
  let begin = ${chosen ? "chosen[wid.x]" : "wid.x"} * ${width}u;
  var own = 0.0;
  for (var i = lane; i < ${hiddenSize}u; i += ${lanes}u) { own += x[begin + i] * x[begin + i]; }
  sh[lane] = own;
  ${tree(lanes, "sh[lane] + sh[lane + half]")}
  let inverse = 1.0 / sqrt(sh[0] / ${hiddenSize}.0 + ${rmsEpsilon}f);
  for (var i = lane; i < ${hiddenSize}u; i += ${lanes}u) { y[wid.x * ${width}u + i] = x[begin + i] * inverse * scale[i]; }
}`;
};

/**
 * Bindings: lines, cos, sin [positions, headSize / 2], with `normed` the scales of queries' and of keys' heads; heads, cache. A group for each
 * head of each line: queries are turned where they lie, keys and values go into the cache.
 */
export function turnCode(sizes: DecoderSizes, normed: boolean): string {
  const { heads, keyValueHeads: kv, headSize, rmsEpsilon } = sizes;
  const half = headSize / 2;
  const padded = paddedLength(headSize);
  const norm = /* wgsl */ `
  var own = 0.0;
  if (head < ${heads + kv}u) { for (var i = lane; i < ${headSize}u; i += 32u) { own += heads[at + i] * heads[at + i]; } }
  sh[lane] = own;
  ${tree(32, "sh[lane] + sh[lane + half]")}
  let inverse = 1.0 / sqrt(sh[0] / ${headSize}.0 + ${rmsEpsilon}f);`;
  const scaled = (i: string) =>
    normed ? `heads[at + ${i}] * inverse * select(keyScale[${i}], queryScale[${i}], head < ${heads}u)` : `heads[at + ${i}]`;
  const reads = ["lines: array<vec4u>", "cosines: array<f32>", "sines: array<f32>"];
  return `${bindings([...reads, ...(normed ? ["queryScale: array<f32>", "keyScale: array<f32>"] : [])], ["heads: array<f32>", "cache: array<f32>"])}
${normed ? "var<workgroup> sh: array<f32, 32>;" : ""}
${head(32)}
  let head = wid.x;
  let line = lines[wid.y];
  let at = wid.y * ${headsWidth(sizes)}u + head * ${headSize}u;
  let to = line.w * ${cacheWidth(sizes)}u + (head - min(head, ${heads}u)) * ${padded}u;
  ${normed ? norm : ""}
  if (head >= ${heads + kv}u) {
    for (var i = lane; i < ${headSize}u; i += 32u) { cache[to + i] = heads[at + i]; }
    return;
  }
  for (var i = lane; i < ${half}u; i += 32u) {
    let c = cosines[line.y * ${half}u + i];
    let s = sines[line.y * ${half}u + i];
    let x = ${scaled("i")};
    let y = ${scaled(`(i + ${half}u)`)};
    if (head < ${heads}u) { heads[at + i] = x * c - y * s; heads[at + i + ${half}u] = x * s + y * c; }
    else { cache[to + i] = x * c - y * s; cache[to + i + ${half}u] = x * s + y * c; }
  }
}`;
}
