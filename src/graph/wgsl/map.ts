// Kernel of numbers that need no sum: one thread for each, or for a pair. Knows no operator.

import { sizeOf, type Value } from "../ops.ts";
import { Block, Place } from "./place.ts";
import { type Body, spread, type Writer } from "./writer.ts";

const lanes = 128;

export function mapBody(w: Writer): Body {
  const [first] = w.kernel.outputs as [Value];
  const size = sizeOf(first.shape);
  const block = new Block();
  const at = (index: string) => ({ at: Place.flat(block, first.shape, index), main: new Map() });
  const width = w.paired ? 2 : 1;
  w.store(width === 2 ? [at("i"), at(block.hold("i + 1u"))] : [at("i")]);
  const thread = `wid.y * nwg.x * ${lanes}u + gid.x`;
  const index = [`let i = ${width === 2 ? `2u * (${thread})` : thread};`, `if (i >= ${size}u) { return; }`];
  const groups = spread(Math.ceil(size / width / lanes));
  return { before: [], main: [...index, ...block.lines], workgroup: [lanes], groups };
}
