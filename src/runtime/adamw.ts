// AdamW over typed arrays (Loshchilov and Hutter 2019), as PyTorch computes it, by a small WASM SIMD module. Knows no graph and no device.

import { adamWModule } from "./adamw-wasm.ts";

export const beta1 = 0.9;
export const beta2 = 0.999;
export const epsilon = 1e-8;
/** PyTorch's clip_grad_norm_ adds it to the norm. */
export const clipEpsilon = 1e-6;

/** Running means of the gradient and of its square, zero at the start. */
export interface Moments {
  readonly first: Float32Array<ArrayBuffer>;
  readonly second: Float32Array<ArrayBuffer>;
}

export interface AdamWStep {
  /** Of this update, from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** What the gradient is multiplied by first: clipping. */
  readonly factor: number;
}

export function initMoments(size: number): Moments {
  return { first: new Float32Array(size), second: new Float32Array(size) };
}

/** Numbers of each array that lie in the module's memory at once: four arrays fill its one page and stay in a core's cache. */
const chunk = 4096;

interface Kernels {
  squares(at: number, count: number): number;
  update(w: number, g: number, m: number, v: number, count: number, ...options: number[]): void;
}

interface Scratch {
  readonly kernels: Kernels;
  readonly views: readonly [w: Float32Array, g: Float32Array, m: Float32Array, v: Float32Array];
}

let made: Scratch | undefined;

function scratch(): Scratch {
  if (made) return made;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const bytes = Uint8Array.from(atob(adamWModule), (c) => c.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const view = (i: number) => new Float32Array(memory.buffer, i * chunk * 4, chunk);
  made = { kernels: exports as unknown as Kernels, views: [view(0), view(1), view(2), view(3)] };
  return made;
}

/** Updates weights and moments in place, from index `from` up to `to`, in float32 throughout. */
export function adamW(
  weights: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  options: AdamWStep,
  from = 0,
  to = weights.length,
): void {
  const { kernels, views } = scratch();
  const { step, learningRate, weightDecay, factor } = options;
  const size = learningRate / (1 - beta1 ** step);
  const root = 1 / Math.sqrt(1 - beta2 ** step);
  const keep = 1 - learningRate * weightDecay;
  const arrays = [weights, gradient, first, second];
  const [w, g, m, v] = views.map((view) => view.byteOffset) as [number, number, number, number];
  for (let at = from; at < to; at += chunk) {
    const end = Math.min(at + chunk, to);
    const count = Math.ceil((end - at) / 4) * 4; // what the last four have beyond the end is not taken back
    for (const [i, array] of arrays.entries()) views[i]?.set(array.subarray(at, end));
    kernels.update(w, g, m, v, count, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, factor, keep, size, root);
    for (const [i, array] of arrays.entries()) if (i !== 1) array.set((views[i] as Float32Array).subarray(0, end - at), at);
  }
}

/** Of the numbers from index `from` up to `to`, in float64. */
export function sumOfSquares(x: Float32Array, from = 0, to = x.length): number {
  const { kernels, views } = scratch();
  let sum = 0;
  for (let at = from; at < to; at += chunk) {
    const end = Math.min(at + chunk, to);
    views[0].set(x.subarray(at, end));
    sum += kernels.squares(views[0].byteOffset, end - at);
  }
  return sum;
}

/**
 * The same for a table of which few rows ever have a gradient. `touched` says which have had one, from its first step on; the
 * moments of the others are zero, and so their weights only decay.
 */
export function adamWRows(
  weights: Float32Array,
  gradient: Float32Array,
  moments: Moments,
  options: AdamWStep,
  touched: Uint8Array,
): void {
  const columns = weights.length / touched.length;
  const keep = Math.fround(1 - options.learningRate * options.weightDecay);
  for (let row = 0; row < touched.length; row++) {
    const from = row * columns;
    if (touched[row]) adamW(weights, gradient, moments, options, from, from + columns);
    else if (keep !== 1) for (let i = from; i < from + columns; i++) weights[i] = (weights[i] as number) * keep;
  }
}

/** What to multiply a gradient of this norm by, so that it is no larger than `clipNorm`; 0 clips nothing. */
export function clipFactor(norm: number, clipNorm: number): number {
  return clipNorm > 0 ? Math.min(1, clipNorm / (norm + clipEpsilon)) : 1;
}
