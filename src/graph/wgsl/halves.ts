// Values that kernels store as 16-bit floats, in pairs, and the code that packs and reads them. Knows no kind of kernel's body.

import { sizeOf, type Value } from "../ops.ts";
import type { Kernel } from "./fold.ts";

/**
 * Ids of those among `wanted` that can be stored so: a thread writes both numbers of a pair. So they have the size of their kernel's main output,
 * and pairs do not cross its rows. `never`: graph outputs, and what a Floor depends on.
 */
export function halvesOf(kernels: readonly Kernel[], wanted: ReadonlySet<number>, never: ReadonlySet<number>): Set<number> {
  const found = new Set<number>();
  for (const { kind, nodes, outputs, hidden } of kernels) {
    const main = (nodes[0]?.outputs[0] ?? outputs[0]) as Value;
    const size = sizeOf(main.shape);
    const row = kind === "map" ? size : (main.shape.at(-1) ?? 1);
    if (kind === "sum" || row % 2 !== 0) continue;
    for (const { id, shape } of outputs) {
      if (wanted.has(id) && sizeOf(shape) === size && !never.has(id) && !hidden.has(id)) found.add(id);
    }
  }
  return found;
}

/** The number at an index of an array of pairs; of fours, where two pairs are one element. */
export const halfAt = (buffer: string, index: string, inFours: boolean): string => {
  const pair = inFours ? `${buffer}[${index} / 4u][(${index} / 2u) % 2u]` : `${buffer}[${index} / 2u]`;
  return `unpack2x16float(${pair} >> (16u * (${index} % 2u))).x`;
};

/** Four numbers from element `four` of an array of fours. */
export const halfFour = (buffer: string, four: string): string =>
  `vec4f(unpack2x16float(${buffer}[${four}].x), unpack2x16float(${buffer}[${four}].y))`;

/** Packs a pair. A number beyond the largest 16-bit float becomes that; one that is no number stays none. */
export const packedLibrary = `fn packed(x: f32, y: f32) -> u32 {
  let pair = vec2f(x, y);
  return pack2x16float(select(pair, clamp(pair, vec2f(-65504.0), vec2f(65504.0)), abs(pair) > vec2f(65504.0)));
}`;
