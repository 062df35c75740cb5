// The search for numbers that are none: what it finds, and that a file of any size passes in pieces.

import { describe, expect, it } from "vitest";
import { ggufScales, plainFloats, requireFinite } from "../../../src/models/inspect/finite.ts";
import { type FloatType, floatBytes } from "../../../src/weights/floats.ts";
import { ggufTypes } from "../../../src/weights/gguf-types.ts";

const signal = new AbortController().signal;
const none = () => undefined;

/** Bits of a NaN, an infinity and the largest finite number of each type. */
const odd: Readonly<Record<FloatType, readonly [nan: bigint, infinity: bigint, largest: bigint]>> = {
  F64: [0x7ff8000000000000n, 0xfff0000000000000n, 0x7fefffffffffffffn],
  F32: [0x7fc00000n, 0xff800000n, 0x7f7fffffn],
  F16: [0x7e00n, 0xfc00n, 0x7bffn],
  BF16: [0x7fc0n, 0xff80n, 0x7f7fn],
};

describe.each(Object.entries(odd) as [FloatType, (typeof odd)[FloatType]][])("%s", (float, [nan, infinity, largest]) => {
  const blobWith = (bits: bigint) => {
    const bytes = floatBytes[float];
    const numbers = new Uint8Array(100 * bytes);
    for (let i = 0; i < bytes; i++) numbers[61 * bytes + i] = Number((bits >> BigInt(8 * i)) & 0xffn);
    return new Blob([new Uint8Array(8), numbers]); // behind a header
  };
  const check = (bits: bigint) => {
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
