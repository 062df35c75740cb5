// AdamW over typed arrays (Loshchilov and Hutter 2019), as PyTorch computes it, by a small WASM SIMD module. Knows no graph and no device.

import { ClinfuseError } from "../../base/errors.ts";
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
  /** Number of this update, from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Factor of the gradient before all else: clipping. */
  readonly factor: number;
}

/** Weights and moments where the module reaches them, all zero at first. */
export interface AdamWSlot extends Moments {
  readonly weights: Float32Array<ArrayBuffer>;
  /** Updates weights and moments in place, from index `from` up to `to`, in float32 throughout. `gradient` is as long as the weights. */
  update(gradient: Float32Array, options: AdamWStep, from?: number, to?: number): void;
}

/** Numbers of a gradient that lie in a module's memory at once: few enough to stay in a core's cache. */
const chunk = 8192;
const bytesOf = (numbers: number) => Math.ceil(numbers / 4) * 16; // whole vectors of four

/** Bytes of one memory at most; a larger slot has one of its own. Below the 2 GiB that some browsers give one array. */
const memoryBytes = 2 ** 30;
const pageBytes = 65536;

interface Kernels {
  squares(at: number, count: number): number;
  update(w: number, g: number, m: number, v: number, count: number, ...options: number[]): void;
}

interface Space {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  /** At its start. */
  readonly gradient: Float32Array<ArrayBuffer>;
}

let compiled: WebAssembly.Module | undefined;

/** Throws `out-of-memory` where the browser has not so much. */
function openSpace(bytes: number): Space {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(adamWModule), (c) => c.charCodeAt(0)));
  try {
    const pages = Math.ceil((4 * chunk + bytes) / pageBytes);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
    return { kernels: exports as unknown as Kernels, memory, gradient: new Float32Array(memory.buffer, 0, chunk) };
  } catch (error) {
    const why = `the weights and the optimizer's moments take ${Math.ceil(bytes / 1e6)} MB`;
    throw new ClinfuseError("out-of-memory", why, { what: why }, { cause: error });
  }
}

/** One slot for each size, in numbers. Throws `out-of-memory`. */
export function adamWSlots(sizes: readonly number[]): AdamWSlot[] {
  const slots: AdamWSlot[] = [];
  for (let from = 0; from < sizes.length; ) {
    let to = from;
    let bytes = 0;
    do bytes += 3 * bytesOf(sizes[to++] as number);
    while (to < sizes.length && bytes + 3 * bytesOf(sizes[to] as number) <= memoryBytes);
    slots.push(...slotsOf(openSpace(bytes), sizes.slice(from, to)));
    from = to;
  }
  return slots;
}

function slotsOf(space: Space, sizes: readonly number[]): AdamWSlot[] {
  let next = 4 * chunk;
  const array = (size: number) => {
    const view = new Float32Array(space.memory.buffer as ArrayBuffer, next, size);
    next += bytesOf(size);
    return view;
  };
  return sizes.map((size): AdamWSlot => {
    const [weights, first, second] = [array(size), array(size), array(size)];
    const slot = { weights, first, second };
    return {
      ...slot,
      update: (gradient, options, from = 0, to = size) => update(space, slot, gradient, options, from, to),
    };
  });
}

function update(
  { kernels, gradient: scratch }: Space,
  { weights, first, second }: Omit<AdamWSlot, "update">,
  gradient: Float32Array,
  { step, learningRate, weightDecay, factor }: AdamWStep,
  from: number,
  to: number,
): void {
  const size = learningRate / (1 - beta1 ** step);
  const root = 1 / Math.sqrt(1 - beta2 ** step);
  const keep = 1 - learningRate * weightDecay;
  for (let at = from; at < to; at += chunk) {
    const end = Math.min(at + chunk, to);
    scratch.set(gradient.subarray(at, end));
    const [w, m, v] = [weights, first, second].map((array) => array.byteOffset + 4 * at) as [number, number, number];
    const options = [beta1, 1 - beta1, beta2, 1 - beta2, epsilon, factor, keep, size, root];
    kernels.update(w, scratch.byteOffset, m, v, end - at, ...options);
  }
}

let summing: Space | undefined;

/** Sum over the numbers from index `from` up to `to`, in float64. */
export function sumOfSquares(x: Float32Array, from = 0, to = x.length): number {
  summing ??= openSpace(0);
  let sum = 0;
  for (let at = from; at < to; at += chunk) {
    const end = Math.min(at + chunk, to);
    summing.gradient.set(x.subarray(at, end));
    sum += summing.kernels.squares(summing.gradient.byteOffset, end - at);
  }
  return sum;
}

/**
 * The same for a table of which few rows ever have a gradient. `touched` says which have had one, from its first step on; the
 * moments of the others are zero, and so their weights only decay.
 */
export function adamWRows(slot: AdamWSlot, gradient: Float32Array, options: AdamWStep, touched: Uint8Array): void {
  const { weights } = slot;
  const columns = weights.length / touched.length;
  const keep = Math.fround(1 - options.learningRate * options.weightDecay);
  for (let row = 0; row < touched.length; row++) {
    const from = row * columns;
    if (touched[row]) slot.update(gradient, options, from, from + columns);
    else if (keep !== 1) for (let i = from; i < from + columns; i++) weights[i] = (weights[i] as number) * keep;
  }
}

/** Factor for a gradient of this norm, so that it is no larger than `clipNorm`; 0 clips nothing. */
export function clipFactor(norm: number, clipNorm: number): number {
  return clipNorm > 0 ? Math.min(1, clipNorm / (norm + clipEpsilon)) : 1;
}
