import { describe, expect, it } from "vitest";
import { numberAt, packedBytes, packNumbers, unpackNumbers } from "../../../src/base/packed-numbers.ts";
import { rng } from "../../../src/base/rng.ts";

describe("packed numbers", () => {
  it.each([0, 1, 2, 7, 8, 15, 16, 17, 24, 31, 32])("of %i bits come back, all at once and one by one", (width) => {
    const draws = rng("packed", String(width), 1);
    const numbers = Uint32Array.from({ length: 1000 }, () => (width === 0 ? 0 : draws.int(2 ** width)));
    if (width > 0) numbers[500] = 2 ** width - 1;
    const packed = packNumbers(numbers);
    expect(packed.width).toBe(width);
    expect(packed.words.byteLength).toBe(4 * Math.ceil((1000 * width) / 32));
    expect(packedBytes(numbers)).toBe(packed.words.byteLength);
    expect(unpackNumbers(packed)).toEqual(numbers);
    expect(Uint32Array.from(numbers, (_, i) => numberAt(packed, i))).toEqual(numbers);
  });

  it("may be none", () => {
    expect(unpackNumbers(packNumbers([]))).toHaveLength(0);
  });
});
