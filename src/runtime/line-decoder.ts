// A decoder's step as one submit: every pipeline, buffer and group is made once, keys and values are written where they stay. Knows no text and no requests.

import { ClinfuseError } from "../base/errors.ts";
import { openCaches } from "./decode/caches.ts";
import { fromResult, lineNumbers } from "./decode/kernels.ts";
import { maskWords, resultNumbers } from "./decode/sample.ts";
import { type StepCounts, type StepDispatch, stepBuffers, stepCounts, stepDispatches } from "./decode/step.ts";
import { type DecoderWeightBuffers, uploadDecoder } from "./decode/weights.ts";
import type { DecoderSource } from "./decoder-source.ts";
import { type ProgramDevice, programDevice } from "./program/device.ts";
import { ProgramRefusal } from "./program/program.ts";
import { reader } from "./program/reader.ts";
import { type Chosen, chosenOf, type TokenChoice, writeChoices } from "./token-choice.ts";

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
  /** Its id; or what the step before chose by its choice of this number, whose results need not be back. */
  readonly token: number | { readonly chosenBy: number };
  readonly position: number;
  readonly seat: number;
  /** Where its keys and values go. */
  readonly place: number;
}

export interface StepResult {
  readonly chosen: readonly Chosen[];
  readonly logits: readonly Float32Array[];
}

export interface Decoder {
  readonly lines: number;
  /** Places of the cache. */
  readonly places: number;
  /** Makes the cache have so many places at least; what is in it stays. Throws `out-of-memory`. */
  grow(places: number): Promise<void>;
  /** Makes a seat's text begin with the tokens at these places. */
  seat(seat: number, places: Uint32Array<ArrayBuffer>): void;
  /**
   * Reads the lines; the next step may be asked for before this one is done. Of the `wanted` ones, by their numbers, the first have a choice each and give a token, the others the logits after them.
   * Throws `device-lost`, `engine-failed`.
   */
  step(lines: readonly Line[], wanted: readonly number[], choices?: readonly TokenChoice[]): Promise<StepResult>;
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

async function decoderOf(on: ProgramDevice, weights: DecoderWeightBuffers, options: DecoderOptions): Promise<Decoder> {
  const { device } = on;
  const { source, lines: most, contextTokens, seats } = options;
  const { sizes } = source;
  const buffers = stepBuffers(device, options);
  const caches = openCaches(on, sizes);
  const prepared = async () => stepDispatches(on, weights, buffers, caches.buffers, options);
  const free = () => {
    caches.close();
    for (const buffer of buffers.all) buffer.destroy();
  };
  let dispatches = await prepared().catch((error: unknown) => {
    free();
    throw error;
  });
  const back = reader(device);
  const host = new Uint32Array(buffers.upload.size / 4);
  const words = maskWords(sizes.vocabSize);
  const masks = new Int32Array(buffers.masks.size / 4);

  /** Queues a step; gives what reads its results. */
  const run = (lines: readonly Line[], wanted: readonly number[], choices: readonly TokenChoice[]) => {
    if (lines.length > most || wanted.length > seats) throw new Error(`${lines.length} lines, ${wanted.length} of them wanted`);
    for (const [i, { token, position, seat, place }] of lines.entries())
      host.set([typeof token === "number" ? token : fromResult + token.chosenBy, position, seat, place], lineNumbers * i);
    host.set(wanted, buffers.chosen.offset / 4);
    const used = writeChoices(host.subarray(buffers.choices.offset / 4), masks, words, choices);
    device.queue.writeBuffer(buffers.upload, 0, host);
    if (used > 0) device.queue.writeBuffer(buffers.masks, 0, masks, 0, used * words);
    const encoder = device.createCommandEncoder();
    const positions = lines.map(({ position }) => position);
    encode(encoder, dispatches, stepCounts(positions, wanted.length, choices.length, contextTokens));
    const { results, logits, logitWidth } = buffers;
    const left = wanted.length - choices.length;
    const read = [
      choices.length > 0 ? back.copy(encoder, results, 0, 4 * resultNumbers * choices.length) : none,
      left > 0 ? back.copy(encoder, logits, 4 * logitWidth * choices.length, 4 * logitWidth * left) : none,
    ] as const;
    device.queue.submit([encoder.finish()]);
    return read;
  };

  return {
    lines: most,
    get places() {
      return caches.places;
    },
    dispatches: dispatches.length,
    async grow(places) {
      if (await caches.grow(places)) dispatches = await prepared();
    },
    seat(seat, at) {
      device.queue.writeBuffer(buffers.places, 4 * seat * contextTokens, at);
    },
    async step(lines, wanted, choices = []) {
      try {
        if (on.lost() !== undefined) throw new Error("the GPU is not there");
        const { logitWidth } = buffers;
        const [chosen, logits] = await Promise.all(run(lines, wanted, choices).map((read) => read()));
        const fault = on.fault();
        if (fault) throw fault;
        const row = (i: number) => (logits as Float32Array).subarray(i * logitWidth, i * logitWidth + sizes.vocabSize);
        const left = Array.from({ length: wanted.length - choices.length }, (_, i) => row(i));
        return { chosen: chosenOf(chosen as Float32Array, choices.length), logits: left };
      } catch (error) {
        throw failureOf(on, error);
      }
    },
    close() {
      back.close();
      weights.close();
      free();
    },
  };
}

const none = async () => new Float32Array();

/** An error of a call, as `device-lost` once the device is. */
function failureOf({ lost }: ProgramDevice, error: unknown): unknown {
  const why = lost();
  return why === undefined ? error : new ClinfuseError("device-lost", `the GPU went away: ${why}`, {}, { cause: error });
}

function encode(encoder: GPUCommandEncoder, dispatches: readonly StepDispatch[], counts: StepCounts): void {
  const pass = encoder.beginComputePass();
  let current: GPUComputePipeline | undefined;
  for (const { pipeline, group, groups, of } of dispatches) {
    const count = counts[of];
    if (count === 0) continue;
    if (pipeline !== current) pass.setPipeline(pipeline);
    current = pipeline;
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...groups(count, counts.spans));
  }
  pass.end();
}
