// A decoder's sizes and weights as its kernels take them, from wherever they come. Knows no file and no GPU.

import { toHalves } from "../weights/floats.ts";

/** Sizes of a decoder of the Llama family. */
export interface DecoderSizes {
  readonly layers: number;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly heads: number;
  /** Each serves heads / keyValueHeads of the queries' heads. */
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly intermediateSize: number;
  readonly rmsEpsilon: number;
  /** Queries are multiplied by it where their weights do not carry attention's headSize^-1/2. */
  readonly queryFactor?: number;
}

/** Form of a matrix's numbers. `float16`: two in 4 bytes. Blocks of 32 share a scale, a number is scale * (code - 2^(bits - 1)). */
export type MatrixFormat = "float32" | "float16" | "blocks8" | "blocks4";

/** Rows of a matrix as a GPU takes them, one after another. */
export interface MatrixRows {
  readonly weight: Uint8Array<ArrayBuffer>;
  readonly scale?: Float32Array<ArrayBuffer>;
}

/** Row-major numbers as floats of 32 or 16 bits, each row padded. */
export function floatRows(format: "float32" | "float16", data: Float32Array<ArrayBuffer>, columns: number): MatrixRows {
  const width = paddedLength(columns);
  const rows = data.length / columns;
  let all = data;
  if (width !== columns) {
    all = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) all.set(data.subarray(row * columns, (row + 1) * columns), row * width);
  }
  if (format === "float32") return { weight: new Uint8Array(all.buffer, all.byteOffset, all.byteLength) };
  return { weight: new Uint8Array(toHalves(all).buffer) };
}

/** Length of a row in memory: a multiple of 4, what is added is zero. */
export const paddedLength = (numbers: number): number => Math.ceil(numbers / 4) * 4;

/** Matrices of a layer, all [out, in]: queries, keys and values one after another; gate and up by turns of one row. */
export const layerMatrices = ["heads", "output", "gated", "down"] as const;
export type LayerMatrix = (typeof layerMatrices)[number];
/** `bias`: of queries, keys and values. The others are scales of norms; those of heads only where a model has them. */
export const layerVectors = ["inputNorm", "bias", "queryNorm", "keyNorm", "middleNorm"] as const;
export type LayerVector = (typeof layerVectors)[number];

export interface DecoderSource {
  readonly sizes: DecoderSizes;
  /** By position: [positions, headSize / 2]. */
  readonly angles: { readonly cos: Float32Array<ArrayBuffer>; readonly sin: Float32Array<ArrayBuffer> };
  readonly format: (name: LayerMatrix | "table" | "head") => MatrixFormat;
  /** Embeddings serve as the head too. */
  readonly tied: boolean;
  /** Rows in order, in as many pieces as is convenient. */
  readonly matrix: (name: LayerMatrix | "table" | "head", layer: number) => AsyncIterable<MatrixRows>;
  /** Undefined where the model has none. */
  readonly vector: (name: LayerVector | "finalNorm", layer: number) => Promise<Float32Array<ArrayBuffer> | undefined>;
}
