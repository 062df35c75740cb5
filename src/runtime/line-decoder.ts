// A decoder's step as one submit: every pipeline, buffer and group is made once, keys and values are written where they stay. Knows no text and no requests.

import { ClinfuseError } from "../base/errors.ts";
import { cacheWidth, lineNumbers } from "./decode/kernels.ts";
import { type StepDispatch, stepBuffers, stepDispatches } from "./decode/step.ts";
import { type DecoderWeightBuffers, outOfMemory, uploadDecoder } from "./decode/weights.ts";
import type { DecoderSource } from "./decoder-source.ts";
import { type ProgramDevice, programDevice } from "./program/device.ts";
import { storageBuffer } from "./program/pipelines.ts";
import { ProgramRefusal } from "./program/program.ts";
import { reader } from "./program/reader.ts";

export interface DecoderOptions {
  readonly source: DecoderSource;
  /** Tokens of a seat at most. */
  readonly contextTokens: number;
  /** Texts that are under way at a time. */
  readonly seats: number;
  /** Lines of a step at most. */
  readonly lines: number;
}

/** One token that a step reads. Its seat's tokens before it are in the cache, or are lines of the same step. */
export interface Line {
  readonly token: number;
  readonly position: number;
  readonly seat: number;
  /** Where its keys and values go. */
  readonly place: number;
}

export interface Decoder {
  readonly lines: number;
  /** Places of the cache. */
  readonly places: number;
  /** Makes the cache have so many places at least; what is in it stays. Throws `out-of-memory`. */
  grow(places: number): Promise<void>;
  /** Makes a seat's text begin with the tokens at these places. */
  seat(seat: number, places: Uint32Array<ArrayBuffer>): void;
  /** Reads the lines; gives the logits after the `wanted` ones, by their numbers. Throws `device-lost`, `engine-failed`. */
  step(lines: readonly Line[], wanted: readonly number[]): Promise<Float32Array[]>;
  readonly dispatches: number;
  close(): void;
}

/** Reason why no kernels here hold that decoder, in words: onnxruntime may run it. */
export interface DecoderRefusal {
  readonly refusal: string;
}

/** Throws `no-webgpu`, `out-of-memory`; what the source throws. */
export async function openDecoder(options: DecoderOptions): Promise<Decoder | DecoderRefusal> {
  const on = await programDevice();
  let weights: DecoderWeightBuffers | undefined;
  try {
    weights = await uploadDecoder(on, options.source);
    return await decoderOf(on, weights, options);
  } catch (error) {
    weights?.close();
    if (error instanceof ProgramRefusal) return { refusal: error.message };
    throw error;
  }
}

/** Places at the beginning. */
const firstPlaces = 512;

async function decoderOf(on: ProgramDevice, weights: DecoderWeightBuffers, options: DecoderOptions): Promise<Decoder> {
  const { device } = on;
  const { source, lines: most, contextTokens, seats } = options;
  const { sizes } = source;
  const buffers = stepBuffers(device, options);
  const caches = (places: number) =>
    Array.from({ length: sizes.layers }, () => storageBuffer(device, 4 * cacheWidth(sizes) * places));
  const mostPlaces = Math.floor(on.most / (4 * cacheWidth(sizes)));
  let places = Math.min(firstPlaces, mostPlaces);
  let cache = caches(places);
  const prepared = async () => stepDispatches(on, weights, buffers, cache, options);
  let dispatches: readonly StepDispatch[] = await prepared();
  const back = reader(device);
  const host = new Uint32Array(buffers.upload.size / 4);
  const failed = (error: unknown) =>
    on.lost() === undefined ? error : new ClinfuseError("device-lost", `the GPU went away: ${on.lost()}`, {}, { cause: error });

  return {
    lines: most,
    get places() {
      return places;
    },
    dispatches: dispatches.length,
    async grow(wanted) {
      if (wanted <= places) return;
      if (wanted > mostPlaces) throw outOfMemory(`${wanted} tokens of keys and values are more than one binding holds`);
      const next = Math.min(mostPlaces, Math.max(wanted, 2 * places));
      device.pushErrorScope("out-of-memory");
      const larger = caches(next);
      const error = await device.popErrorScope();
      if (error) {
        for (const buffer of larger) buffer.destroy();
        throw outOfMemory(error.message);
      }
      const encoder = device.createCommandEncoder();
      for (const [i, old] of cache.entries()) encoder.copyBufferToBuffer(old, 0, larger[i] as GPUBuffer, 0, old.size);
      device.queue.submit([encoder.finish()]);
      for (const old of cache) old.destroy();
      [cache, places] = [larger, next];
      dispatches = await prepared();
    },
    seat(seat, at) {
      device.queue.writeBuffer(buffers.places, 4 * seat * contextTokens, at);
    },
    async step(lines, wanted) {
      if (lines.length > most || wanted.length > seats) throw new Error(`${lines.length} lines, ${wanted.length} of them wanted`);
      for (const [i, { token, position, seat, place }] of lines.entries())
        host.set([token, position, seat, place], lineNumbers * i);
      host.set(wanted, buffers.chosen.offset / 4);
      try {
        if (on.lost() !== undefined) throw failed(undefined);
        device.queue.writeBuffer(buffers.upload, 0, host);
        const encoder = device.createCommandEncoder();
        encode(encoder, dispatches, lines.length, wanted.length);
        const read =
          wanted.length > 0 ? back.copy(encoder, buffers.logits, 0, 4 * buffers.logitWidth * wanted.length) : undefined;
        device.queue.submit([encoder.finish()]);
        const numbers = (await read?.()) ?? new Float32Array();
        const fault = on.fault();
        if (fault) throw fault;
        return wanted.map((_, i) => numbers.subarray(i * buffers.logitWidth, i * buffers.logitWidth + sizes.vocabSize));
      } catch (error) {
        throw failed(error);
      }
    },
    close() {
      back.close();
      weights.close();
      for (const buffer of [...buffers.all, ...cache]) buffer.destroy();
    },
  };
}

function encode(encoder: GPUCommandEncoder, dispatches: readonly StepDispatch[], lines: number, wanted: number): void {
  const pass = encoder.beginComputePass();
  let current: GPUComputePipeline | undefined;
  for (const { pipeline, group, groups, of } of dispatches) {
    const count = of === "lines" ? lines : wanted;
    if (count === 0) continue;
    if (pipeline !== current) pass.setPipeline(pipeline);
    current = pipeline;
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...groups(count));
  }
  pass.end();
}
