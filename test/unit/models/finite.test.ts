// The search for numbers that are none: what it finds, and that a file of any size passes in pieces.

import { describe, expect, it } from "vitest";
import { type FloatKind, ggufScales, plainFloats, requireFinite } from "../../../src/models/inspect/finite.ts";
import { ggufTypes } from "../../../src/weights/gguf-types.ts";

const signal = new AbortController().signal;
const none = () => undefined;

/** Bits of a NaN, an infinity and the largest finite number of each type. */
const odd: Readonly<Record<FloatKind, readonly [nan: number, infinity: number, largest: number]>> = {
  F32: [0x7fc00000, 0xff800000, 0x7f7fffff],
  F16: [0x7e00, 0xfc00, 0x7bff],
  BF16: [0x7fc0, 0xff80, 0x7f7f],
};

describe.each(Object.entries(odd) as [FloatKind, (typeof odd)[FloatKind]][])("%s", (float, [nan, infinity, largest]) => {
  const blobWith = (bits: number) => {
    const words = float === "F32" ? new Uint32Array(100) : new Uint16Array(100);
    words[61] = bits;
    return new Blob([new Uint8Array(8), words]); // behind a header
  };
  const check = (bits: number) => {
    const blob = blobWith(bits);
    return requireFinite([plainFloats("w", blob, 8, blob.size, float)], "m", signal, none);
  };

  it("finds a NaN and an infinity by their place", async () => {
    await expect(check(nan)).rejects.toThrow("number 62 of w is NaN");
    await expect(check(infinity)).rejects.toThrow("number 62 of w is infinite");
  });

  it("passes the largest number", async () => {
    await expect(check(largest)).resolves.toBeUndefined();
  });
});

it("knows where each of GGUF's block types that is read has its scales: a NaN there makes the block's numbers NaN, and is found", async () => {
  for (const { name, blockSize, blockBytes, unpack } of ggufTypes.values()) {
    if (blockSize === 1) continue;
    const [stride, ...offsets] = ggufScales[name] ?? [];
    expect(stride, name).toBe(blockBytes);
    for (const offset of offsets) {
      const block = new Uint8Array(blockBytes).fill(1);
      new DataView(block.buffer).setUint16(offset, 0x7e00, true);
      const out = new Float32Array(blockSize);
      unpack(block, 1, out, 0);
      expect(out.some(Number.isNaN), `${name} at ${offset}`).toBe(true);
      const floats = {
        tensor: "w",
        blob: new Blob([block]),
        begin: 0,
        end: blockBytes,
        float: "F16",
        stride: blockBytes,
        offsets,
      } as const;
      await expect(requireFinite([floats], "m", signal, none)).rejects.toThrow("the scale of block 1 of w is NaN");
    }
  }
});

it("holds some megabytes at a time of a file of gigabytes, and counts them all", async () => {
  const size = 5 * 2 ** 30;
  let [largest, read] = [0, 0];
  class Huge extends Blob {
    readonly #bytes: number;
    constructor(bytes: number) {
      super();
      this.#bytes = bytes;
    }
    override get size() {
      return this.#bytes;
    }
    override slice(begin = 0, end = this.#bytes) {
      return new Huge(end - begin);
    }
    override async arrayBuffer() {
      largest = Math.max(largest, this.#bytes);
      read += this.#bytes;
      return new ArrayBuffer(read > 64 * 2 ** 20 ? 0 : this.#bytes); // zeros of the first megabytes; the rest only counted
    }
  }
  await requireFinite([plainFloats("w", new Huge(size), 0, size, "F16")], "m", signal, none);
  expect(read).toBe(size);
  expect(largest).toBeLessThanOrEqual(4 * 2 ** 20);
});

it("stops when it is told to", async () => {
  const blob = new Blob([new Uint8Array(64)]);
  const stopped = AbortSignal.abort();
  await expect(requireFinite([plainFloats("w", blob, 0, 64, "F32")], "m", stopped, none)).rejects.toMatchObject({
    code: "aborted",
  });
});
