// Losses and norms of steps, kept on the GPU until those of several come back in one copy. Knows no graph.

import { storageBuffer } from "./pipelines.ts";
import type { Reader } from "./reader.ts";

/** Reads a step's numbers, once they are on their way. */
export type ReadNumbers = () => Promise<Float32Array>;

export interface StepResults {
  /** Encodes that a step's numbers are kept, at the end of those before them; `held` ones wait for a later step or for `flush`. */
  keep(encoder: GPUCommandEncoder, from: GPUBuffer, bytes: number, held: boolean): ReadNumbers;
  /** To be called once the step that kept its numbers is submitted. */
  submitted(): void;
  flush(): void;
  /** Fails what is held: nothing will bring it back. */
  fail(error: Error): void;
  close(): void;
}

/** Numbers that come back together. */
interface Group {
  bytes: number;
  readonly read: Promise<Float32Array>;
  resolve(read: Promise<Float32Array>): void;
  reject(error: Error): void;
}

/** `most`: bytes of all that is held at a time; one step's numbers have that many at most. */
export function stepResults(device: GPUDevice, back: Reader, most: number): StepResults {
  const kept = storageBuffer(device, most);
  let group: Group | undefined;
  let submitted: (() => void) | undefined;
  const bringBack = (encoder: GPUCommandEncoder, { bytes, resolve }: Group) => {
    group = undefined;
    const read = back.copy(encoder, kept, 0, bytes);
    return () => resolve(read());
  };
  const flush = () => {
    if (!group) return;
    const encoder = device.createCommandEncoder();
    const read = bringBack(encoder, group);
    device.queue.submit([encoder.finish()]);
    read();
  };
  return {
    keep(encoder, from, bytes, held) {
      if (group && group.bytes + bytes > most) flush();
      if (!group && !held) return back.copy(encoder, from, 0, bytes);
      group ??= newGroup();
      const own = group;
      const at = own.bytes;
      own.bytes += bytes;
      encoder.copyBufferToBuffer(from, 0, kept, at, bytes);
      if (!held) submitted = bringBack(encoder, own);
      return async () => (await own.read).subarray(at / 4, (at + bytes) / 4);
    },
    submitted() {
      submitted?.();
      submitted = undefined;
    },
    flush,
    fail(error) {
      group?.reject(error);
      group = undefined;
    },
    close: () => kept.destroy(),
  };
}

function newGroup(): Group {
  let settle: Pick<Group, "resolve" | "reject"> | undefined;
  const read = new Promise<Float32Array>((resolve, reject) => {
    settle = { resolve, reject };
  });
  read.catch(() => undefined); // each step of the group tells it
  return { bytes: 0, read, ...(settle as unknown as Pick<Group, "resolve" | "reject">) };
}
