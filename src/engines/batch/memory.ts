// Memory of a decoder's keys and values: arrays of this thread, or buffers of the GPU. Knows no requests.

import { storage } from "../../runtime/gpu-adamw.ts";
import { type RowBuffers, type RowLayout, type RowMove, rowMover } from "../../runtime/gpu-rows.ts";

/** Float32 numbers. */
export type CacheArray = Float32Array | GPUBuffer;

export interface CacheMemory {
  /** So many zeros. */
  zeros(numbers: number): CacheArray;
  /** Moves tokens between keys and values of two layouts that agree in heads and size. */
  move(
    from: RowBuffers<CacheArray>,
    source: RowLayout,
    to: RowBuffers<CacheArray>,
    target: RowLayout,
    moves: readonly RowMove[],
  ): void;
  free(arrays: RowBuffers<CacheArray>): void;
}

export const hostMemory: CacheMemory = {
  zeros: (numbers) => new Float32Array(numbers),
  move(from, source, to, target, moves) {
    for (const [layer, keys] of from.keys.entries()) {
      moveKeys(keys as Float32Array, source, to.keys[layer] as Float32Array, target, moves);
      moveValues(from.values[layer] as Float32Array, source, to.values[layer] as Float32Array, target, moves);
    }
  },
  free() {}, // the garbage collector's
};

function moveKeys(from: Float32Array, source: RowLayout, to: Float32Array, target: RowLayout, moves: readonly RowMove[]): void {
  const { heads, size } = source;
  for (const move of moves) {
    for (let head = 0; head < heads; head++) {
      for (let d = 0; d < size; d++) {
        const line = ((head * source.rows + move.from) * size + d) * source.tokens;
        const at = ((head * target.rows + move.row) * size + d) * target.tokens + move.at;
        for (let t = 0; t < move.count; t++) to[at + t] = from[line + t] as number;
      }
    }
  }
}

function moveValues(from: Float32Array, source: RowLayout, to: Float32Array, target: RowLayout, moves: readonly RowMove[]): void {
  const { heads, size } = source;
  for (const move of moves) {
    for (let head = 0; head < heads; head++) {
      const line = (head * source.rows + move.from) * source.tokens * size;
      const at = ((head * target.rows + move.row) * target.tokens + move.at) * size;
      to.set(from.subarray(line, line + move.count * size), at);
    }
  }
}

/** Nothing is copied to this thread: a step reads and writes the buffers where they are. */
export function gpuMemory(device: GPUDevice): CacheMemory {
  const mover = rowMover(device);
  const buffers = (arrays: RowBuffers<CacheArray>) => arrays as RowBuffers<GPUBuffer>;
  return {
    zeros: (numbers) => storage(device, 4 * numbers),
    move: (from, source, to, target, moves) => mover.move(buffers(from), source, buffers(to), target, moves),
    free({ keys, values }) {
      for (const array of [...keys, ...values]) (array as GPUBuffer).destroy();
    },
  };
}
