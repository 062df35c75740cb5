// Kernel of numbers that need no sum: one thread for each. Knows no operator.

import { sizeOf, type Value } from "../ops.ts";
import { Block, Place } from "./place.ts";
import { type Body, spread, type Writer } from "./writer.ts";

const lanes = 128;

export function mapBody(w: Writer): Body {
  const [first] = w.kernel.outputs as [Value];
  const size = sizeOf(first.shape);
  const block = new Block();
  w.store(Place.flat(block, first.shape, "i"), new Map());
  const index = [`let i = wid.y * nwg.x * ${lanes}u + gid.x;`, `if (i >= ${size}u) { return; }`];
  return { before: [], main: [...index, ...block.lines], workgroup: [lanes], groups: spread(Math.ceil(size / lanes)) };
}
