// A decoder's weights on a GPU, read one after another from wherever they come. Knows no file and no kernel.

import { ClinfuseError } from "../../base/errors.ts";
import {
  type DecoderSizes,
  type DecoderSource,
  type LayerMatrix,
  type LayerVector,
  layerMatrices,
  layerVectors,
} from "../decoder-source.ts";
import type { ProgramDevice } from "../program/device.ts";
import { storageBuffer } from "../program/pipelines.ts";
import { ProgramRefusal } from "../program/program.ts";
import { cacheWidth, headsWidth, mostHeadSize, queryWidth } from "./kernels.ts";
import { type Matrix, openMatrix } from "./matrix.ts";

export interface LayerWeights {
  readonly matrices: Readonly<Record<LayerMatrix, Matrix>>;
  readonly vectors: Readonly<Partial<Record<LayerVector, GPUBuffer>>>;
}

export interface DecoderWeightBuffers {
  readonly table: Matrix;
  readonly head: Matrix;
  readonly finalNorm: GPUBuffer;
  readonly cos: GPUBuffer;
  readonly sin: GPUBuffer;
  readonly layers: readonly LayerWeights[];
  close(): void;
}

/** Rows and columns of each matrix of a layer. */
const matrixSizes = (sizes: DecoderSizes): Readonly<Record<LayerMatrix, readonly [rows: number, columns: number]>> => ({
  heads: [headsWidth(sizes), sizes.hiddenSize],
  output: [sizes.hiddenSize, queryWidth(sizes)],
  gated: [2 * sizes.intermediateSize, sizes.hiddenSize],
  down: [sizes.hiddenSize, sizes.intermediateSize],
});

/** Throws ProgramRefusal for sizes that no kernel here holds; `out-of-memory`; what the source throws. */
export async function uploadDecoder(on: ProgramDevice, source: DecoderSource): Promise<DecoderWeightBuffers> {
  refuse(on, source.sizes);
  const { device } = on;
  const made: { close(): void }[] = [];
  const close = () => {
    for (const one of made.splice(0)) one.close();
  };
  const vector = (data: Float32Array<ArrayBuffer>): GPUBuffer => {
    const buffer = storageBuffer(device, data.byteLength);
    made.push({ close: () => buffer.destroy() });
    device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  };
  const matrix = async (name: LayerMatrix | "table" | "head", layer: number, [rows, columns]: readonly [number, number]) => {
    const opened = openMatrix(on, source.format(name), rows, columns);
    made.push(opened);
    let at = 0;
    for await (const piece of source.matrix(name, layer)) at += opened.write(at, piece);
    return opened;
  };
  const layer = async (i: number): Promise<LayerWeights> => {
    const matrices: Partial<Record<LayerMatrix, Matrix>> = {};
    for (const name of layerMatrices) matrices[name] = await matrix(name, i, matrixSizes(source.sizes)[name]);
    const vectors: Partial<Record<LayerVector, GPUBuffer>> = {};
    for (const name of layerVectors) {
      const data = await source.vector(name, i);
      if (data) vectors[name] = vector(data);
    }
    return { matrices: matrices as Record<LayerMatrix, Matrix>, vectors };
  };
  device.pushErrorScope("out-of-memory");
  let scoped = true;
  const full = () => {
    scoped = false;
    return device.popErrorScope();
  };
  try {
    const { vocabSize, hiddenSize, layers } = source.sizes;
    const table = await matrix("table", 0, [vocabSize, hiddenSize]);
    const all: LayerWeights[] = [];
    for (let i = 0; i < layers; i++) all.push(await layer(i));
    const scales = await source.vector("finalNorm", 0);
    if (!scales) throw new ProgramRefusal("the decoder has no norm before its head"); // without its scales every logit would be 0
    const finalNorm = vector(scales);
    const head = source.tied ? table : await matrix("head", 0, [vocabSize, hiddenSize]);
    const [cos, sin] = [vector(source.angles.cos), vector(source.angles.sin)];
    const error = await full();
    if (error) throw outOfMemory(error.message);
    return { table, head, finalNorm, cos, sin, layers: all, close };
  } catch (error) {
    if (scoped) await full();
    close();
    throw error;
  }
}

export const outOfMemory = (what: string): ClinfuseError =>
  new ClinfuseError("out-of-memory", `the model does not fit into the GPU's memory: ${what}`, { what });

function refuse({ most }: ProgramDevice, sizes: DecoderSizes): void {
  const { headSize } = sizes;
  if (headSize > mostHeadSize) throw new ProgramRefusal(`a head has ${headSize} numbers, the kernels hold ${mostHeadSize}`);
  const token = 4 * cacheWidth(sizes);
  if (token > most) throw new ProgramRefusal(`a token of the cache has ${token} bytes, a binding holds ${most}`);
}
