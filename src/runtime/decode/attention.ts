// Kernels of a decoder's attention: a long text in spans that are read beside each other, and what adds them up. Knows no device.

import { type DecoderSizes, paddedLength } from "../decoder-source.ts";
import { bindings, cacheWidth, head, headsWidth, queryWidth, tree } from "./kernels.ts";

const lanes = 64;
/** Tokens of a span at least, and most spans of a text. */
const leastSpan = 256;
const mostSpans = 16;

/** Tokens that a workgroup reads, for texts of so many at most. */
export const spanOf = (context: number): number => Math.max(leastSpan, lanes * Math.ceil(context / mostSpans / lanes));

/** Spans of a text of so many tokens. */
export const spansOf = (tokens: number, context: number): number => Math.ceil(tokens / spanOf(context));

/** Numbers that a span leaves for each head of a line: its weighted values, the sum of weights, the largest score. */
const leftWidth = ({ headSize }: DecoderSizes): number => paddedLength(headSize) + 4;

/** Numbers of a line's spans in memory. */
export const spansWidth = (sizes: DecoderSizes, context: number): number =>
  spansOf(context, context) * sizes.heads * leftWidth(sizes);

/**
 * Bindings: lines, places, heads, cache; y, spans. A group for each head of each line and each span of its own seat's tokens up to its position.
 * It reads them 64 at a time, with the sums and the largest score so far (Milakov and Gimelshein 2018). A text of one span goes to y at once. How a
 * line is added up depends on its position alone.
 */
export function attentionCode(sizes: DecoderSizes, context: number): string {
  const { heads, keyValueHeads: kv, headSize, queryFactor = 1 } = sizes;
  const quads = paddedLength(headSize) / 4;
  const parts = Math.floor(lanes / quads);
  const span = spanOf(context);
  const stored = headSize % 4 === 0 ? "4u" : `min(4u, ${headSize}u - 4u * lane)`;
  const reads = ["lines: array<vec4u>", "places: array<u32>", "heads: array<f32>", "cache: array<vec4f>"];
  return `${bindings(reads, ["y: array<f32>", "spans: array<f32>"])}
var<workgroup> q: array<vec4f, ${quads}>;
var<workgroup> weight: array<f32, ${lanes}>;
var<workgroup> place: array<u32, ${lanes}>;
var<workgroup> sh: array<f32, ${lanes}>;
var<workgroup> ends: array<vec4f, ${lanes}>;
${head(lanes)}
  let line = lines[wid.y];
  let total = line.y + 1u;
  let count = min(total, (wid.z + 1u) * ${span}u);
  if (wid.z * ${span}u >= count) { return; }
  let group = wid.x / ${heads / kv}u;
  let begin = wid.y * ${headsWidth(sizes)}u + wid.x * ${headSize}u;
  if (lane < ${quads}u) {
    var four = vec4f(0.0);
    for (var i = 0u; i < ${stored}; i++) { four[i] = heads[begin + 4u * lane + i]; }
    q[lane] = four${queryFactor === 1 ? "" : ` * ${queryFactor}f`};
  }
  let quad = lane % ${quads}u;
  let part = lane / ${quads}u;
  var most = -3.4e38;
  var sum = 0.0;
  var own = vec4f(0.0);
  for (var first = wid.z * ${span}u; first < count; first += ${lanes}u) {
    workgroupBarrier();
    let token = first + lane;
    var score = -3.4e38;
    if (token < count) {
      let at = places[line.z * ${context}u + token] * ${cacheWidth(sizes) / 4}u + group * ${quads}u;
      place[lane] = at + ${kv * quads}u;
      score = 0.0;
      for (var i = 0u; i < ${quads}u; i++) { score += dot(q[i], cache[at + i]); }
    }
    sh[lane] = score;
    ${tree(lanes, "max(sh[lane], sh[lane + half])")}
    let larger = max(most, sh[0]);
    workgroupBarrier();
    let e = select(0.0, exp(score - larger), token < count);
    weight[lane] = e;
    sh[lane] = e;
    ${tree(lanes, "sh[lane] + sh[lane + half]")}
    let keep = exp(most - larger);
    sum = sum * keep + sh[0];
    most = larger;
    own = own * keep;
    if (part < ${parts}u) {
      for (var t = part; t < min(${lanes}u, count - first); t += ${parts}u) { own += weight[t] * cache[place[t] + quad]; }
    }
  }
  ends[lane] = own;
  workgroupBarrier();
  let left = wid.y * ${spansWidth(sizes, context)}u + (wid.z * ${heads}u + wid.x) * ${leftWidth(sizes)}u;
  if (lane < ${quads}u) {
    var all = vec4f(0.0);
    for (var i = 0u; i < ${parts}u; i++) { all += ends[i * ${quads}u + lane]; }
    let to = wid.y * ${paddedLength(queryWidth(sizes))}u + wid.x * ${headSize}u + 4u * lane;
    if (total <= ${span}u) { for (var i = 0u; i < ${stored}; i++) { y[to + i] = all[i] / sum; } }
    else { for (var i = 0u; i < 4u; i++) { spans[left + 4u * lane + i] = all[i]; } }
  }
  if (lane == 0u && total > ${span}u) {
    spans[left + ${4 * quads}u] = sum;
    spans[left + ${4 * quads + 1}u] = most;
  }
}`;
}

/** Bindings: lines, spans; y. A group for each head of each line; lines of one span are there already. */
export function spansCode(sizes: DecoderSizes, context: number): string {
  const { heads, headSize } = sizes;
  const width = paddedLength(headSize);
  const step = heads * leftWidth(sizes);
  return `${bindings(["lines: array<vec4u>", "spans: array<f32>"], ["y: array<f32>"])}
${head(32)}
  let count = (lines[wid.y].y + ${spanOf(context)}u) / ${spanOf(context)}u;
  if (count < 2u) { return; }
  let at = wid.y * ${spansWidth(sizes, context)}u + wid.x * ${leftWidth(sizes)}u;
  var most = -3.4e38;
  for (var s = 0u; s < count; s++) { most = max(most, spans[at + s * ${step}u + ${width + 1}u]); }
  var sum = 0.0;
  for (var s = 0u; s < count; s++) {
    sum += spans[at + s * ${step}u + ${width}u] * exp(spans[at + s * ${step}u + ${width + 1}u] - most);
  }
  for (var i = lane; i < ${headSize}u; i += 32u) {
    var own = 0.0;
    for (var s = 0u; s < count; s++) { own += spans[at + s * ${step}u + i] * exp(spans[at + s * ${step}u + ${width + 1}u] - most); }
    y[wid.y * ${paddedLength(queryWidth(sizes))}u + wid.x * ${headSize}u + i] = own / sum;
  }
}`;
}
