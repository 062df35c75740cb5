// A decoder's weights and angles as its graph wants them. Knows no file and no runtime.

import type { LlamaParameter } from "./llama.ts";
import type { LlamaConfig } from "./llama-config.ts";

/** A GGUF tensor's numbers, row-major [out, in], in the order and the layout of the graph's parameter; the same array where nothing changes. */
export function arrange(parameter: LlamaParameter, data: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const { shape, transposed, interleavedHeads, factor } = parameter;
  if (!transposed) return factor === 1 ? data : data.map((x) => x * factor);
  const [inputs, outputs] = shape as readonly [number, number];
  const from = rowOrder(outputs, interleavedHeads);
  const result = new Float32Array(data.length);
  const tile = 64; // so that neither side of the transposition leaves the cache
  for (let o = 0; o < outputs; o += tile) {
    const end = Math.min(outputs, o + tile);
    for (let i = 0; i < inputs; i++) {
      for (let row = o; row < end; row++) result[i * outputs + row] = factor * (data[from(row) * inputs + i] as number);
    }
  }
  return result;
}

/** The same numbers as rows [out, in], in the graph's order and with its factor. */
export function inRows(
  { matrix, interleavedHeads, factor }: LlamaParameter,
  data: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  if (interleavedHeads === 0) return factor === 1 ? data : data.map((x) => x * factor);
  const [rows, columns] = matrix;
  const from = rowOrder(rows, interleavedHeads);
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    result.set(data.subarray(from(row) * columns, (from(row) + 1) * columns), row * columns);
  }
  return factor === 1 ? result : result.map((x) => x * factor);
}

export interface QuantisedWeight {
  readonly weight: Int8Array<ArrayBuffer>;
  readonly scale: Float32Array<ArrayBuffer>;
}

/** A matrix [in, out] to 8 bits, symmetrically, its largest number of a column to 127. `scale`: [out]. */
export function quantised(matrix: Float32Array, columns: number): QuantisedWeight {
  const scale = new Float32Array(columns);
  for (let i = 0; i < matrix.length; i += columns) {
    for (let c = 0; c < columns; c++) scale[c] = Math.max(scale[c] as number, Math.abs(matrix[i + c] as number));
  }
  for (let c = 0; c < columns; c++) scale[c] = (scale[c] as number) / 127 || 1;
  const weight = new Int8Array(matrix.length);
  for (let i = 0; i < matrix.length; i += columns) {
    for (let c = 0; c < columns; c++) weight[i + c] = Math.round((matrix[i + c] as number) / (scale[c] as number));
  }
  return { weight, scale };
}

/** Numbers that share a scale, as in GGUF's simple types. */
export const blockSize = 32;

/**
 * A GGUF's matrix [out, in] in blocks of 4 or 8 bits, as MatMulNBits takes it, its rows in the graph's order. The number of a block that lies
 * farthest from 0 becomes the lowest code, as in Q4_0, so that a file of Q4_0 keeps its very numbers with 4 bits.
 */
export function inBlocks(parameter: LlamaParameter, matrix: Float32Array, bits: 4 | 8): BlockWeight {
  const [rows, columns] = parameter.matrix;
  const from = rowOrder(rows, parameter.interleavedHeads);
  const zero = 2 ** (bits - 1);
  const scale = new Float32Array((rows * columns) / blockSize);
  const weight = new Uint8Array((rows * columns * bits) / 8);
  for (let b = 0; b < scale.length; b++) {
    const row = Math.floor((b * blockSize) / columns);
    const begin = from(row) * columns + ((b * blockSize) % columns);
    const block = matrix.subarray(begin, begin + blockSize);
    const far = block.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
    const step = Math.fround(far / -zero);
    scale[b] = parameter.factor * step;
    for (let i = 0; i < blockSize; i++) {
      const code = step === 0 ? zero : Math.min(2 * zero - 1, Math.round((block[i] as number) / step) + zero);
      const at = b * blockSize + i;
      if (bits === 8) weight[at] = code;
      else weight[at >> 1] = (weight[at >> 1] as number) | (code << (4 * (at & 1)));
    }
  }
  return { weight, scale };
}

export interface BlockWeight {
  readonly weight: Uint8Array<ArrayBuffer>;
  readonly scale: Float32Array<ArrayBuffer>;
}

/** The file's row that is the graph's row. */
function rowOrder(rows: number, interleavedHeads: number): (row: number) => number {
  if (interleavedHeads === 0) return (row) => row;
  const size = rows / interleavedHeads;
  const order = Uint32Array.from({ length: rows }, (_, row) => {
    const inHead = row % size;
    const half = size / 2;
    return row - inHead + (inHead < half ? 2 * inHead : 2 * (inHead - half) + 1);
  });
  return (row) => order[row] as number;
}

export interface Angles {
  readonly cos: Float32Array<ArrayBuffer>;
  readonly sin: Float32Array<ArrayBuffer>;
}

/**
 * Angles by position (Su et al. 2021), row-major [positions, headSize / 2], computed in doubles. `factors`: [headSize / 2], by which each
 * frequency is divided: Llama 3's scaling as a GGUF carries it in rope_freqs.weight.
 */
export function rotaryAngles(config: LlamaConfig, positions: number, factors?: Float32Array): Angles {
  const { headSize, ropeBase, ropeScale } = config;
  const half = headSize / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let i = 0; i < half; i++) {
    const frequency = ropeBase ** (-i / half) / ropeScale / (factors?.[i] ?? 1);
    for (let p = 0; p < positions; p++) {
      cos[p * half + i] = Math.cos(p * frequency);
      sin[p * half + i] = Math.sin(p * frequency);
    }
  }
  return { cos, sin };
}
