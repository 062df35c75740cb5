// Kernel that chooses a token from a line of logits: penalty, mask, temperature, top-k, top-p, min-p and a draw, as engines/sampling does. Knows no device.
//
// Weights are whole numbers of 2^-24 of the likeliest token's, and depths whole numbers of 2^-20, so that sums depend on no order.

import { paddedLength } from "../decoder-source.ts";

const lanes = 256;

/** Numbers of 32 bits that say how a line is sampled. */
export const choiceNumbers = 8;
/** Place of a line's mask where it has none. */
export const noMask = 0xffff;
/** Id of no token: the mask leaves nothing. */
export const noId = 0xffffffff;
/** Numbers of 32 bits of a line's result: id, log-probability. */
export const resultNumbers = 2;

export const maskWords = (vocabSize: number): number => Math.ceil(vocabSize / 32);

/** Depth in logits over temperature beyond which a token never comes: that of engines/sampling. */
const window = 12;

const wide = /* wgsl */ `
fn wide(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let left = (a & 0xffffu) * (b >> 16u);
  let right = (a >> 16u) * (b & 0xffffu);
  let middle = (low >> 16u) + (left & 0xffffu) + (right & 0xffffu);
  return vec2u((low & 0xffffu) | (middle << 16u), (a >> 16u) * (b >> 16u) + (left >> 16u) + (right >> 16u) + (middle >> 16u));
}
fn plus(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}
fn less(a: vec2u, b: vec2u) -> bool { return a.y < b.y || (a.y == b.y && a.x < b.x); }
fn minus(a: vec2u, b: vec2u) -> vec2u { return vec2u(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x)); }
/** a * part / 2^32 */
fn share(a: vec2u, part: u32) -> vec2u { return plus(wide(a.y, part), vec2u(wide(a.x, part).y, 0u)); }
`;

const tree = (step: string) => /* wgsl */ `
  workgroupBarrier();
  for (var half = ${lanes / 2}u; half > 0u; half = half / 2u) {
    if (lane < half) { ${step} }
    workgroupBarrier();
  }`;

/** One digit of the search: how many tokens, and how much weight, lie in each of 256 steps of depth. Thread 0 finds the step where there is enough. */
const digit = (vocab: number, shift: number) => /* wgsl */ `
  atomicStore(&counts[lane], 0u);
  atomicStore(&lows[lane], 0u);
  atomicStore(&highs[lane], 0u);
  workgroupBarrier();
  for (var i = lane; i < ${vocab}u; i += ${lanes}u) {
    let q = depthOf(i);
    if (q > cut || ${shift === 16 ? "false" : `(q >> ${shift + 8}u) != prefix`}) { continue; }
    let w = weightOf(q);
    let step = (q >> ${shift}u) & 255u;
    atomicAdd(&counts[step], 1u);
    atomicAdd(&lows[step], w & 0xfffu);
    atomicAdd(&highs[step], w >> 12u);
  }
  workgroupBarrier();
  if (lane == 0u) {
    var step = 0u;
    for (; step < 255u; step++) {
      let count = atomicLoad(&counts[step]);
      let weight = plus(vec2u(atomicLoad(&highs[step]) << 12u, atomicLoad(&highs[step]) >> 20u), vec2u(atomicLoad(&lows[step]), 0u));
      let mass = plus(massBefore, weight);
      if (select(countBefore + count >= most, !less(mass, enough), byMass)) { break; }
      countBefore += count;
      massBefore = mass;
    }
    prefix = (prefix << 8u) | step;
  }
  workgroupBarrier();`;

/** The likeliest tokens, up to and with the one at which there are enough by their count or by their weight. */
const cutting = (vocab: number) => /* wgsl */ `
fn cutBy(lane: u32) {
  ${[16, 8, 0].map((shift) => digit(vocab, shift)).join("\n")}
  // Without one at the last step there are fewer than asked for: all stay.
  if (lane == 0u && atomicLoad(&counts[prefix & 255u]) > 0u) {
    let w = weightOf(prefix);
    var kept = most - countBefore;
    if (byMass) {
      kept = 1u;
      var mass = plus(massBefore, vec2u(w, 0u));
      for (; kept < atomicLoad(&counts[prefix & 255u]) && less(mass, enough); kept++) { mass = plus(mass, vec2u(w, 0u)); }
    }
    ties = select(kept, min(kept, ties), prefix == cut);
    cut = prefix;
  }
  workgroupBarrier();
}`;

const declared = (reads: number) => /* wgsl */ `
@group(0) @binding(${reads}) var<storage, read_write> results: array<u32>;
var<workgroup> sh: array<f32, ${lanes}>;
var<workgroup> which: array<u32, ${lanes}>;
var<workgroup> sums: array<vec2u, ${lanes}>;
var<workgroup> counts: array<atomic<u32>, 256>;
var<workgroup> lows: array<atomic<u32>, 256>;
var<workgroup> highs: array<atomic<u32>, 256>;
var<workgroup> cut: u32;
var<workgroup> ties: u32;
var<workgroup> prefix: u32;
var<workgroup> countBefore: u32;
var<workgroup> massBefore: vec2u;
var<workgroup> enough: vec2u;
var<workgroup> most: u32;
var<workgroup> byMass: bool;
var<workgroup> found: u32;
var<workgroup> rest: vec2u;
var<private> line: u32;
var<private> masks_: u32;
var<private> penalty: f32;
var<private> temperature: f32;
var<private> largest: f32;
`;

const numbers = (vocab: number) => /* wgsl */ `
const forbidden = -3.4e38;
fn allowed(words: u32, i: u32) -> bool { return words == ${noMask}u || ((masks[words * ${maskWords(vocab)}u + (i >> 5u)] >> (i & 31u)) & 1u) == 1u; }
fn logit(i: u32) -> f32 {
  if (!allowed(masks_ & 0xffffu, i)) { return forbidden; }
  let x = logits[line * ${paddedLength(vocab)}u + i];
  if (penalty == 1.0 || !allowed(masks_ >> 16u, i)) { return x; }
  return select(x * penalty, x / penalty, x > 0.0);
}
/** Distance below the likeliest, in 2^-20; all bits for one that cannot come. */
fn depthOf(i: u32) -> u32 {
  let x = logit(i);
  if (!(x >= largest - ${window}.0 * temperature)) { return 0xffffffffu; }
  return u32((largest - x) / temperature * 1048576.0 + 0.5);
}
fn weightOf(q: u32) -> u32 { return u32(exp(f32(q) * -9.5367431640625e-7) * 16777216.0 + 0.5); }
`;

/**
 * Bindings: logits [lines, padded vocabulary], choices [lines, 8] (temperature; the draw and top-p as shares of 2^32, 0 for no top-p; top-k, 0 for
 * none; the least weight that min-p keeps; penalty; the masks of what may come and of what occurred; 1 where the log-probability is wanted),
 * masks; results. A group for each line.
 */
export const sampleCode = (vocab: number): string => {
  const share = Math.ceil(vocab / lanes);
  return /* wgsl */ `
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> choices: array<u32>;
@group(0) @binding(2) var<storage, read> masks: array<u32>;
${declared(3)}${wide}${numbers(vocab)}${cutting(vocab)}
@compute @workgroup_size(${lanes})
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) wid: vec3u) {
  line = wid.x;
  let at = wid.x * ${choiceNumbers}u;
  temperature = bitcast<f32>(choices[at]);
  penalty = bitcast<f32>(choices[at + 5u]);
  masks_ = choices[at + 6u];
  ${likeliest(vocab)}
  if (lane == 0u) { found = select(which[0], ${noId}u, sh[0] <= forbidden); }
  workgroupBarrier();
  if (bitcast<f32>(choices[at]) > 0.0) {
    ${drawn(vocab, share)}
  }
  ${probability(vocab)}
}`;
};

const likeliest = (vocab: number) => /* wgsl */ `
  var best = forbidden;
  var id = 0u;
  for (var i = lane; i < ${vocab}u; i += ${lanes}u) {
    let x = logit(i);
    if (x > best) { best = x; id = i; }
  }
  sh[lane] = best;
  which[lane] = id;
  ${tree(`
      let other = sh[lane + half];
      if (other > sh[lane] || (other == sh[lane] && which[lane + half] < which[lane])) { sh[lane] = other; which[lane] = which[lane + half]; }
    `)}
  largest = sh[0];`;

/** Weights of what a thread's own run of tokens keeps; of those at the cut only the first `ties`, `before` of which are other threads'. */
const drawn = (vocab: number, share: number) => /* wgsl */ `
    let begin = lane * ${share}u;
    let end = min(begin + ${share}u, ${vocab}u);
    if (lane == 0u) { cut = 0xfffffffeu; ties = 0xffffffffu; prefix = 0u; countBefore = 0u; massBefore = vec2u(0u); most = choices[at + 3u]; byMass = false; }
    workgroupBarrier();
    if (choices[at + 3u] > 0u) { cutBy(lane); }
    var own = vec2u(0u);
    for (var i = lane; i < ${vocab}u; i += ${lanes}u) {
      let q = depthOf(i);
      if (q < cut) { own = plus(own, vec2u(weightOf(q), 0u)); }
    }
    sums[lane] = own;
    ${tree("sums[lane] = plus(sums[lane], sums[lane + half]);")}
    if (lane == 0u) {
      var total = sums[0];
      if (ties != 0xffffffffu) { let w = weightOf(cut); total = plus(total, wide(w, ties)); }
      enough = share(total, choices[at + 2u]);
      prefix = 0u; countBefore = 0u; massBefore = vec2u(0u); byMass = true;
    }
    workgroupBarrier();
    if (choices[at + 2u] > 0u) { cutBy(lane); }
    let least = choices[at + 4u];
    var atCut = 0u;
    for (var i = begin; i < end; i++) { if (depthOf(i) == cut) { atCut++; } }
    which[lane] = atCut;
    workgroupBarrier();
    if (lane == 0u) {
      var sum = 0u;
      for (var i = 0u; i < ${lanes}u; i++) { let count = which[i]; which[i] = sum; sum += count; }
    }
    workgroupBarrier();
    own = vec2u(0u);
    var before = which[lane];
    for (var i = begin; i < end; i++) {
      let q = depthOf(i);
      var keeps = q < cut;
      if (q == cut) { keeps = before < ties; before++; }
      let w = weightOf(q);
      if (keeps && w >= least) { own = plus(own, vec2u(w, 0u)); }
    }
    sums[lane] = own;
    workgroupBarrier();
    if (lane == 0u && found != ${noId}u) {
      var total = vec2u(0u);
      for (var i = 0u; i < ${lanes}u; i++) { total = plus(total, sums[i]); }
      rest = share(total, choices[at + 1u]);
      prefix = 0u;
      for (; prefix < ${lanes - 1}u && !less(rest, sums[prefix]); prefix++) { rest = minus(rest, sums[prefix]); }
    }
    workgroupBarrier();
    if (lane == prefix && found != ${noId}u) {
      before = which[lane];
      var sum = vec2u(0u);
      for (var i = begin; i < end; i++) {
        let q = depthOf(i);
        var keeps = q < cut;
        if (q == cut) { keeps = before < ties; before++; }
        let w = weightOf(q);
        if (!keeps || w < least) { continue; }
        sum = plus(sum, vec2u(w, 0u));
        if (less(rest, sum)) { found = i; break; }
      }
    }
    workgroupBarrier();`;

/** Log-probability that the model itself gave the chosen token. */
const probability = (vocab: number) => /* wgsl */ `
  var logProbability = 0.0;
  if (choices[at + 7u] == 1u) {
    let first = line * ${paddedLength(vocab)}u;
    var own = forbidden;
    for (var i = lane; i < ${vocab}u; i += ${lanes}u) { own = max(own, logits[first + i]); }
    sh[lane] = own;
    ${tree("sh[lane] = max(sh[lane], sh[lane + half]);")}
    let top = sh[0];
    workgroupBarrier();
    own = 0.0;
    for (var i = lane; i < ${vocab}u; i += ${lanes}u) { own += exp(logits[first + i] - top); }
    sh[lane] = own;
    ${tree("sh[lane] += sh[lane + half];")}
    logProbability = logits[first + min(found, ${vocab - 1}u)] - top - log(sh[0]);
  }
  if (lane == 0u) {
    results[line * ${resultNumbers}u] = found;
    results[line * ${resultNumbers}u + 1u] = bitcast<u32>(logProbability);
  }`;
