// Conjugate gradients: solves A s = b for a symmetric positive definite A that is known by its products alone.

import { ClinfuseError } from "../base/errors.ts";

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/** Ends where the residual's norm is `tolerance` of b's, or after `most` products. Throws for a b that is not finite. */
export function conjugateGradients(
  product: (v: Float64Array) => Float64Array,
  b: Float64Array,
  { tolerance = 1e-10, most = 1000 }: { readonly tolerance?: number; readonly most?: number } = {},
): Float64Array {
  const s = new Float64Array(b.length);
  const r = Float64Array.from(b);
  let p = Float64Array.from(b);
  let square = dot(r, r);
  if (!Number.isFinite(square))
    throw new ClinfuseError("diverged", "features or weights of the head are not finite", { what: "head" });
  const enough = square * tolerance * tolerance;
  for (let i = 0; i < most && square > enough; i++) {
    const ap = product(p);
    const curvature = dot(p, ap);
    if (!(curvature > 0)) break; // rounding has eaten what is left
    const alpha = square / curvature;
    for (let j = 0; j < s.length; j++) {
      s[j] = (s[j] as number) + alpha * (p[j] as number);
      r[j] = (r[j] as number) - alpha * (ap[j] as number);
    }
    const next = dot(r, r);
    const beta = next / square;
    p = p.map((x, j) => (r[j] as number) + beta * x);
    square = next;
  }
  return s;
}
