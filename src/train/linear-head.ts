// A linear head on frozen features: its loss, gradient, curvature and least cost. Pure.
//
// W is [outputs, width], row by row. Sums run over the sites of an example, means over examples.

import type { HeadData } from "../classifier/head-data.ts";
import { conjugateGradients } from "./conjugate-gradients.ts";

/** Loss on the validation examples. `rce`: reverse cross-entropy (ProGen), which labels that are sometimes wrong mislead less. */
export type ValidationLoss = "ce" | "rce";

/** Derivative of a site's loss for its logits; p is what the head says, y what is right. */
type LogitGradient = (p: Float64Array, y: Float32Array, at: number) => Float64Array;

interface Link {
  /** Probabilities from logits, in place. */
  probabilities(logits: Float64Array): Float64Array;
  /** (diag p - p p^T) u, or diag p (1 - p) u. */
  curve(p: Float64Array, u: Float64Array): Float64Array;
  readonly rce: LogitGradient;
}

export const links: Readonly<Record<HeadData["link"], Link>> = {
  softmax: {
    probabilities(logits) {
      const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const weights = logits.map((z) => Math.exp(z - largest));
      const total = weights.reduce((a, b) => a + b, 0);
      return weights.map((w) => w / total);
    },
    curve(p, u) {
      const mean = p.reduce((sum, x, c) => sum + x * (u[c] as number), 0);
      return p.map((x, c) => x * ((u[c] as number) - mean));
    },
    rce(p, y, at) {
      const right = p.reduce((sum, x, c) => sum + x * (y[at + c] as number), 0); // p of the output that is right
      return p.map((x, c) => -right * ((y[at + c] as number) - x));
    },
  },
  sigmoid: {
    probabilities: (logits) => logits.map((z) => 1 / (1 + Math.exp(-z))),
    curve: (p, u) => p.map((x, c) => x * (1 - x) * (u[c] as number)),
    // The mean over outputs of -p(correct side).
    rce: (p, y, at) => p.map((x, c) => (((y[at + c] as number) > 0.5 ? -1 : 1) * x * (1 - x)) / p.length),
  },
};

/** Cross-entropy: softmax's, or the sum of the outputs' binary ones. */
export const ce: LogitGradient = (p, y, at) => p.map((x, c) => x - (y[at + c] as number));

/** Reverse cross-entropy of one site with one right output: - sum p log q, q the softmax of its one-hot vector. */
export function reverseCrossEntropy(logits: readonly number[], right: number): number {
  const p = links.softmax.probabilities(Float64Array.from(logits));
  return Math.log(Math.E + logits.length - 1) - (p[right] as number);
}

/** W x of a site. */
export function logitsAt(weights: Float64Array, { x, width, outputs }: HeadData, site: number): Float64Array {
  const logits = new Float64Array(outputs);
  for (let c = 0; c < outputs; c++) {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += (weights[c * width + j] as number) * (x[site * width + j] as number);
    logits[c] = sum;
  }
  return logits;
}

/** Adds `scale` times d x^T of a site. */
export function addOuter(to: Float64Array, d: Float64Array, { x, width }: HeadData, site: number, scale: number): void {
  for (let c = 0; c < d.length; c++) {
    const factor = scale * (d[c] as number);
    if (factor === 0) continue;
    for (let j = 0; j < width; j++) to[c * width + j] = (to[c * width + j] as number) + factor * (x[site * width + j] as number);
  }
}

/** Gradient for W of the mean loss. */
export function headGradient(weights: Float64Array, data: HeadData, loss: ValidationLoss): Float64Array {
  const link = links[data.link];
  const derivative = loss === "ce" ? ce : link.rce;
  const gradient = new Float64Array(weights.length);
  for (let site = 0; site < data.of.length; site++) {
    const p = link.probabilities(logitsAt(weights, data, site));
    addOuter(gradient, derivative(p, data.y, site * data.outputs), data, site, 1 / data.examples);
  }
  return gradient;
}

/** Mean cross-entropy of the head, in nats. */
export function headLoss(weights: Float64Array, data: HeadData): number {
  const link = links[data.link];
  let sum = 0;
  for (let site = 0; site < data.of.length; site++) {
    const p = link.probabilities(logitsAt(weights, data, site));
    for (let c = 0; c < data.outputs; c++) {
      const right = (data.y[site * data.outputs + c] as number) > 0.5;
      if (right) sum -= Math.log(p[c] as number);
      else if (data.link === "sigmoid") sum -= Math.log1p(-(p[c] as number));
    }
  }
  return sum / data.examples;
}

/** H V: the Hessian of the mean cross-entropy for W, times V. */
export function hessianProduct(weights: Float64Array, data: HeadData): (v: Float64Array) => Float64Array {
  const link = links[data.link];
  const sites = Array.from({ length: data.of.length }, (_, site) => link.probabilities(logitsAt(weights, data, site)));
  return (v) => {
    const product = new Float64Array(v.length);
    for (const [site, p] of sites.entries()) {
      addOuter(product, link.curve(p, logitsAt(v, data, site)), data, site, 1 / data.examples);
    }
    return product;
  };
}

/** Steps of Newton's method at most. */
const mostSteps = 50;

/** W at the least mean cross-entropy plus decay / 2 |W|^2, by Newton's method with halved steps. Convex: there is one. */
export function trainHead(data: HeadData, decay: number): Float64Array {
  let weights = new Float64Array(data.outputs * data.width);
  const cost = (w: Float64Array) => headLoss(w, data) + (decay / 2) * w.reduce((sum, x) => sum + x * x, 0);
  let now = cost(weights);
  for (let step = 0; step < mostSteps; step++) {
    const gradient = headGradient(weights, data, "ce").map((x, i) => x + decay * (weights[i] as number));
    if (gradient.reduce((sum, x) => sum + x * x, 0) < 1e-20) break;
    const product = hessianProduct(weights, data);
    const damped = (v: Float64Array) => product(v).map((x, i) => x + decay * (v[i] as number));
    const direction = conjugateGradients(damped, gradient, { tolerance: 1e-6, most: 200 });
    let share = 1;
    let next = now;
    let moved = weights;
    for (; share > 1e-6; share /= 2) {
      moved = weights.map((w, i) => w - share * (direction[i] as number));
      next = cost(moved);
      if (next < now) break;
    }
    if (!(next < now)) break;
    const gained = now - next;
    [weights, now] = [moved, next];
    if (gained < 1e-13 * Math.max(1, now)) break;
  }
  return weights;
}
