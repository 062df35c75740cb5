// Keys and values of a decoder, a buffer for each layer, which grow with the texts. Knows no kernel and no requests.

import type { DecoderSizes } from "../decoder-source.ts";
import type { ProgramDevice } from "../program/device.ts";
import { storageBuffer } from "../program/pipelines.ts";
import { cacheWidth } from "./kernels.ts";
import { outOfMemory } from "./weights.ts";

/** Places at the beginning. */
const firstPlaces = 512;

export interface Caches {
  readonly buffers: readonly GPUBuffer[];
  /** Tokens that each of them holds. */
  readonly places: number;
  /** Makes room for so many tokens at least, what is there stays; true where the buffers are others then. Throws `out-of-memory`. */
  grow(places: number): Promise<boolean>;
  close(): void;
}

export function openCaches({ device, most }: ProgramDevice, sizes: DecoderSizes): Caches {
  const tokenBytes = 4 * cacheWidth(sizes);
  const mostPlaces = Math.floor(most / tokenBytes);
  const made = (count: number) => Array.from({ length: sizes.layers }, () => storageBuffer(device, tokenBytes * count));
  let places = Math.min(firstPlaces, mostPlaces);
  let buffers = made(places);
  return {
    get buffers() {
      return buffers;
    },
    get places() {
      return places;
    },
    async grow(wanted) {
      if (wanted <= places) return false;
      if (wanted > mostPlaces) throw outOfMemory(`${wanted} tokens of keys and values are more than one binding holds`);
      const next = Math.min(mostPlaces, Math.max(wanted, 2 * places));
      device.pushErrorScope("out-of-memory");
      const larger = made(next);
      const error = await device.popErrorScope();
      if (error) {
        for (const buffer of larger) buffer.destroy();
        throw outOfMemory(error.message);
      }
      const encoder = device.createCommandEncoder();
      for (const [i, old] of buffers.entries()) encoder.copyBufferToBuffer(old, 0, larger[i] as GPUBuffer, 0, old.size);
      device.queue.submit([encoder.finish()]);
      for (const old of buffers) old.destroy();
      [buffers, places] = [larger, next];
      return true;
    },
    close() {
      for (const buffer of buffers) buffer.destroy();
    },
  };
}
