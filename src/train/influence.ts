// Influence of training examples on a validation loss (Koh and Liang 2017), for a linear head on frozen features, in closed form. Pure.

import type { HeadData } from "../classifier/head-data.ts";
import { conjugateGradients } from "./conjugate-gradients.ts";
import { ce, headGradient, hessianProduct, links, logitsAt, type ValidationLoss } from "./linear-head.ts";

export interface Influence {
  readonly weights: Float64Array;
  readonly training: HeadData;
  readonly validation: HeadData;
  readonly loss: ValidationLoss;
  /** Added to the Hessian's diagonal. ProGen's LiSSA amounts to 50; a small one gives the influence proper. */
  readonly lambda: number;
}

/** I(z) = -g(z) . (H + lambda)^-1 v for each training example. Below 0: to train on it lowers the validation loss. */
export function influences({ weights, training, validation, loss, lambda }: Influence): Float64Array {
  const product = hessianProduct(weights, training);
  const damped = (v: Float64Array) => product(v).map((x, i) => x + lambda * (v[i] as number));
  const s = conjugateGradients(damped, headGradient(weights, validation, loss));
  const link = links[training.link];
  const found = new Float64Array(training.examples);
  for (const [site, example] of training.of.entries()) {
    const d = ce(link.probabilities(logitsAt(weights, training, site)), training.y, site * training.outputs);
    const along = logitsAt(s, training, site); // s x
    found[example] = (found[example] as number) - d.reduce((sum, x, c) => sum + x * (along[c] as number), 0);
  }
  return found;
}
