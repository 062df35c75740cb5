// Numbers of a file that are none: NaN and infinities, found in its bytes as they stream by. Knows no format and no model.

import { throwIfAborted } from "../../base/errors.ts";
import { type FloatType, floatBytes } from "../../weights/floats.ts";
import { refusal } from "./refusal.ts";

/** Floats of a tensor where they lie: at some offsets of every block of so many bytes. */
export interface FloatsAt {
  readonly tensor: string;
  readonly blob: Blob;
  readonly begin: number;
  readonly end: number;
  readonly float: FloatType;
  readonly stride: number;
  readonly offsets: readonly number[];
}

/** A tensor of plain floats. */
export function plainFloats(tensor: string, blob: Blob, begin: number, end: number, float: FloatType): FloatsAt {
  return { tensor, blob, begin, end, float, stride: floatBytes[float], offsets: [0] };
}

/** Scales of GGUF's blocks: bytes of a block, and where its 16-bit floats lie (ggml-common.h). */
export const ggufScales: Readonly<Record<string, readonly [stride: number, ...offsets: number[]]>> = {
  Q4_0: [18, 0],
  Q4_1: [20, 0, 2],
  Q5_0: [22, 0],
  Q5_1: [24, 0, 2],
  Q8_0: [34, 0],
  Q2_K: [84, 80, 82],
  Q3_K: [110, 108],
  Q4_K: [144, 0, 2],
  Q5_K: [176, 0, 2],
  Q6_K: [210, 208],
};

/** Bytes in memory at a time. */
const chunkBytes = 4 * 2 ** 20;

/** The bits that are all set in an infinity or a NaN, and those of the fraction, which an infinity has not. Of F64 the upper half, its second word. */
const bits = {
  F64: [0x7ff00000, 0x000fffff],
  F32: [0x7f800000, 0x007fffff],
  F16: [0x7c00, 0x03ff],
  BF16: [0x7f80, 0x007f],
} as const;

/**
 * Reads every number, some megabytes at a time, whatever the file's size. Throws `model-unsupported` at the first that is NaN or infinite, with its
 * tensor and place, and `aborted`.
 */
export async function requireFinite(
  tensors: readonly FloatsAt[],
  file: string,
  signal: AbortSignal,
  onBytes: (done: number, total: number) => void,
): Promise<void> {
  const total = tensors.reduce((sum, { begin, end }) => sum + end - begin, 0);
  let done = 0;
  for (const floats of tensors) {
    const step = Math.max(1, Math.floor(chunkBytes / floats.stride)) * floats.stride;
    for (let at = floats.begin; at < floats.end; at += step) {
      throwIfAborted(signal);
      const buffer = await floats.blob.slice(at, Math.min(floats.end, at + step)).arrayBuffer();
      const found = firstOdd(buffer, floats);
      if (found) throw oddNumber(floats, file, found.what, (at - floats.begin) / floats.stride + found.block);
      done += buffer.byteLength;
      onBytes(done, total);
    }
  }
}

function firstOdd(
  buffer: ArrayBuffer,
  { float, stride, offsets }: FloatsAt,
): { readonly what: string; readonly block: number } | undefined {
  const [exponent, fraction] = bits[float];
  const bytes = Math.min(4, floatBytes[float]); // of a word
  const words =
    bytes === 4 ? new Uint32Array(buffer, 0, buffer.byteLength >> 2) : new Uint16Array(buffer, 0, buffer.byteLength >> 1);
  const step = stride / bytes;
  for (const offset of offsets) {
    for (let i = (offset + floatBytes[float] - bytes) / bytes; i < words.length; i += step) {
      const word = words[i] as number;
      if ((word & exponent) !== exponent) continue;
      return { what: (word & fraction) === 0 ? "infinite" : "NaN", block: Math.floor(i / step) };
    }
  }
  return undefined;
}

function oddNumber({ tensor, stride, float }: FloatsAt, file: string, what: string, block: number): Error {
  const plain = stride === floatBytes[float];
  const where = plain ? `number ${block + 1} of ${tensor}` : `the scale of block ${block + 1} of ${tensor}`;
  const remedy = "Nothing can be computed with it. Fetch it again, or take an earlier checkpoint of its training.";
  return refusal("model-unsupported", `the model ${file} is damaged or its training diverged: ${where} is ${what}`, remedy, {
    file,
    what: tensor,
    got: what,
  });
}
