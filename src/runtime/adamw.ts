// AdamW over typed arrays (Loshchilov and Hutter 2019), as PyTorch computes it. Knows no graph and no device.

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

/** Updates weights and moments in place, from index `from` up to `to`. */
export function adamW(
  weights: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  options: AdamWStep,
  from = 0,
  to = weights.length,
): void {
  const { step, learningRate, weightDecay, factor } = options;
  const size = learningRate / (1 - beta1 ** step);
  const root = 1 / Math.sqrt(1 - beta2 ** step);
  const keep = 1 - learningRate * weightDecay;
  const rest1 = 1 - beta1;
  const rest2 = 1 - beta2;
  for (let i = from; i < to; i++) {
    const g = (gradient[i] as number) * factor;
    const m = beta1 * (first[i] as number) + rest1 * g;
    const v = beta2 * (second[i] as number) + rest2 * g * g;
    first[i] = m;
    second[i] = v;
    weights[i] = (weights[i] as number) * keep - (size * m) / (Math.sqrt(v) * root + epsilon);
  }
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
  const keep = 1 - options.learningRate * options.weightDecay;
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
