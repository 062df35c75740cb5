// The element types of GGUF files and how each block of numbers becomes floats. Knows no file.
//
// Layouts from ggml's block structs (ggml-common.h). Scales have at most 11 significant bits and quants at most 8, so that every product
// is exact and every sum is rounded once, on its way into the array: the floats are those of float32 arithmetic, to the bit.

import { fromHalf } from "./floats.ts";

/** Writes the floats of `blocks` whole blocks, read from `bytes`, to `out` from `at`. */
type Unpack = (bytes: Uint8Array, blocks: number, out: Float32Array, at: number) => void;

export interface GgufType {
  readonly name: string;
  /** Elements of a block, and the bytes that hold them. */
  readonly blockSize: number;
  readonly blockBytes: number;
  readonly unpack: Unpack;
}

/** By ggml's number of the type. */
export const ggufTypes: ReadonlyMap<number, GgufType> = new Map([
  [0, { name: "F32", blockSize: 1, blockBytes: 4, unpack: f32 }],
  [1, { name: "F16", blockSize: 1, blockBytes: 2, unpack: f16 }],
  [2, { name: "Q4_0", blockSize: 32, blockBytes: 18, unpack: q4_0 }],
  [3, { name: "Q4_1", blockSize: 32, blockBytes: 20, unpack: q4_1 }],
  [6, { name: "Q5_0", blockSize: 32, blockBytes: 22, unpack: q5_0 }],
  [7, { name: "Q5_1", blockSize: 32, blockBytes: 24, unpack: q5_1 }],
  [8, { name: "Q8_0", blockSize: 32, blockBytes: 34, unpack: q8_0 }],
  [12, { name: "Q4_K", blockSize: 256, blockBytes: 144, unpack: q4_k }],
  [13, { name: "Q5_K", blockSize: 256, blockBytes: 176, unpack: q5_k }],
  [14, { name: "Q6_K", blockSize: 256, blockBytes: 210, unpack: q6_k }],
  [30, { name: "BF16", blockSize: 1, blockBytes: 2, unpack: bf16 }],
]);

/** Types that exist and that we do not read, for messages. */
export const otherGgufTypes: ReadonlyMap<number, string> = new Map([
  [9, "Q8_1"],
  [10, "Q2_K"],
  [11, "Q3_K"],
  [15, "Q8_K"],
  [16, "IQ2_XXS"],
  [17, "IQ2_XS"],
  [18, "IQ3_XXS"],
  [19, "IQ1_S"],
  [20, "IQ4_NL"],
  [21, "IQ3_S"],
  [22, "IQ2_S"],
  [23, "IQ4_XS"],
  [24, "I8"],
  [25, "I16"],
  [26, "I32"],
  [27, "I64"],
  [28, "F64"],
  [29, "IQ1_M"],
  [34, "TQ1_0"],
  [35, "TQ2_0"],
  [39, "MXFP4"],
]);

/** Elements of a block and its bytes, of types that exist and that we do not read. */
export const otherGgufBlocks: ReadonlyMap<number, readonly [elements: number, bytes: number]> = new Map([
  [9, [32, 36]],
  [10, [256, 84]],
  [11, [256, 110]],
  [15, [256, 292]],
  [16, [256, 66]],
  [17, [256, 74]],
  [18, [256, 98]],
  [19, [256, 50]],
  [20, [32, 18]],
  [21, [256, 110]],
  [22, [256, 82]],
  [23, [256, 136]],
  [24, [1, 1]],
  [25, [1, 2]],
  [26, [1, 4]],
  [27, [1, 8]],
  [28, [1, 8]],
  [29, [256, 56]],
  [34, [256, 54]],
  [35, [256, 66]],
  [39, [32, 17]],
]);

let halves: Float32Array | undefined;

/** Every IEEE 754 binary16 as a float, by its bits. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => fromHalf(bits));
  return halves;
}

const byte = (bytes: Uint8Array, i: number) => bytes[i] as number;

function half(bytes: Uint8Array, i: number): number {
  return halfTable()[byte(bytes, i) | (byte(bytes, i + 1) << 8)] as number;
}

const signed = (b: number) => (b << 24) >> 24;

function f32(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let i = 0; i < blocks; i++) out[at + i] = view.getFloat32(4 * i, true);
}

function f16(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let i = 0; i < blocks; i++) out[at + i] = half(bytes, 2 * i);
}

function bf16(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < blocks; i++) bits[at + i] = (byte(bytes, 2 * i) << 16) | (byte(bytes, 2 * i + 1) << 24);
}

/** 16 bytes hold 32 quants: the low halves are the first 16, the high halves the last 16. */
function q4_0(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let b = 0; b < blocks; b++) {
    const from = 18 * b;
    const to = at + 32 * b;
    const d = half(bytes, from);
    for (let i = 0; i < 16; i++) {
      const q = byte(bytes, from + 2 + i);
      out[to + i] = d * ((q & 15) - 8);
      out[to + 16 + i] = d * ((q >> 4) - 8);
    }
  }
}

function q4_1(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let b = 0; b < blocks; b++) {
    const from = 20 * b;
    const to = at + 32 * b;
    const d = half(bytes, from);
    const m = half(bytes, from + 2);
    for (let i = 0; i < 16; i++) {
      const q = byte(bytes, from + 4 + i);
      out[to + i] = d * (q & 15) + m;
      out[to + 16 + i] = d * (q >> 4) + m;
    }
  }
}

/** As Q4, with the fifth bit of quant i in bit i of a 32-bit word. */
function q5_0(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let b = 0; b < blocks; b++) {
    const from = 22 * b;
    const to = at + 32 * b;
    const d = half(bytes, from);
    for (let i = 0; i < 16; i++) {
      const q = byte(bytes, from + 6 + i);
      out[to + i] = d * (((q & 15) | fifthBit(bytes, from + 2, i)) - 16);
      out[to + 16 + i] = d * (((q >> 4) | fifthBit(bytes, from + 2, 16 + i)) - 16);
    }
  }
}

function q5_1(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let b = 0; b < blocks; b++) {
    const from = 24 * b;
    const to = at + 32 * b;
    const d = half(bytes, from);
    const m = half(bytes, from + 2);
    for (let i = 0; i < 16; i++) {
      const q = byte(bytes, from + 8 + i);
      out[to + i] = d * ((q & 15) | fifthBit(bytes, from + 4, i)) + m;
      out[to + 16 + i] = d * ((q >> 4) | fifthBit(bytes, from + 4, 16 + i)) + m;
    }
  }
}

function fifthBit(bytes: Uint8Array, from: number, i: number): number {
  return ((byte(bytes, from + (i >> 3)) >> (i & 7)) & 1) << 4;
}

function q8_0(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let b = 0; b < blocks; b++) {
    const from = 34 * b;
    const to = at + 32 * b;
    const d = half(bytes, from);
    for (let i = 0; i < 32; i++) out[to + i] = d * signed(byte(bytes, from + 2 + i));
  }
}

/** Scale and minimum of sub-block j of 8: six bits each, packed into 12 bytes. */
function scaleOf(bytes: Uint8Array, from: number, j: number): number {
  return j < 4 ? byte(bytes, from + j) & 63 : (byte(bytes, from + 4 + j) & 15) | ((byte(bytes, from + j - 4) >> 2) & 48);
}

function minimumOf(bytes: Uint8Array, from: number, j: number): number {
  return j < 4 ? byte(bytes, from + 4 + j) & 63 : (byte(bytes, from + 4 + j) >> 4) | ((byte(bytes, from + j) >> 2) & 48);
}

/** Eight sub-blocks of 32; two of them share 32 bytes, the first in the low halves. */
function q4_k(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let b = 0; b < blocks; b++) {
    const from = 144 * b;
    const d = half(bytes, from);
    const dm = half(bytes, from + 2);
    for (let j = 0; j < 8; j++) {
      const scale = d * scaleOf(bytes, from + 4, j);
      const minimum = dm * minimumOf(bytes, from + 4, j);
      const quants = from + 16 + 32 * (j >> 1);
      const to = at + 256 * b + 32 * j;
      const shift = 4 * (j & 1);
      for (let i = 0; i < 32; i++) out[to + i] = scale * ((byte(bytes, quants + i) >> shift) & 15) - minimum;
    }
  }
}

/** As Q4_K, with the fifth bit of sub-block j in bit j of 32 more bytes. */
function q5_k(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let b = 0; b < blocks; b++) {
    const from = 176 * b;
    const d = half(bytes, from);
    const dm = half(bytes, from + 2);
    for (let j = 0; j < 8; j++) {
      const scale = d * scaleOf(bytes, from + 4, j);
      const minimum = dm * minimumOf(bytes, from + 4, j);
      const high = from + 16;
      const quants = from + 48 + 32 * (j >> 1);
      const to = at + 256 * b + 32 * j;
      const shift = 4 * (j & 1);
      for (let i = 0; i < 32; i++) {
        const q = ((byte(bytes, quants + i) >> shift) & 15) | (((byte(bytes, high + i) >> j) & 1) << 4);
        out[to + i] = scale * q - minimum;
      }
    }
  }
}

/** Two halves of 128: low four bits in 64 bytes, high two bits in 32; a signed scale for each 16. */
function q6_k(bytes: Uint8Array, blocks: number, out: Float32Array, at: number): void {
  for (let b = 0; b < blocks; b++) {
    const from = 210 * b;
    const d = half(bytes, from + 208);
    for (let j = 0; j < 8; j++) {
      const low = from + 64 * (j >> 2) + 32 * (j & 1);
      const high = from + 128 + 32 * (j >> 2);
      const lowShift = 4 * ((j >> 1) & 1);
      const highShift = 2 * (j & 3);
      const to = at + 256 * b + 32 * j;
      for (let i = 0; i < 32; i++) {
        const scale = d * signed(byte(bytes, from + 192 + 2 * j + (i >> 4)));
        const q = ((byte(bytes, low + i) >> lowShift) & 15) | (((byte(bytes, high + i) >> highShift) & 3) << 4);
        out[to + i] = scale * (q - 32);
      }
    }
  }
}
