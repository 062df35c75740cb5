import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { fromHalf, toHalves } from "../../../src/weights/floats.ts";

const half = (x: number): number => toHalves(Float32Array.of(x))[0] as number;

describe("halves of floats", () => {
  it("are those of IEEE 754", () => {
    const known: readonly (readonly [number, number])[] = [
      [1, 0x3c00],
      [-2, 0xc000],
      [1 / 3, 0x3555],
      [65504, 0x7bff], // the largest
      [65519, 0x7bff],
      [65520, 0x7c00], // from half a step above it on: infinity
      [Number.NEGATIVE_INFINITY, 0xfc00],
      [2 ** -14, 0x0400], // the smallest normal one
      [2 ** -24, 0x0001], // the smallest
      [2 ** -25, 0x0000], // a tie goes to the even one
      [1.5 * 2 ** -25, 0x0001],
      [-0, 0x8000],
    ];
    for (const [x, bits] of known) expect(half(x), `${x}`).toBe(bits);
    expect(fromHalf(half(Number.NaN))).toBeNaN();
  });

  it("give every finite half back as it was", () => {
    for (let bits = 0; bits < 65536; bits++) if ((bits & 0x7c00) !== 0x7c00) expect(half(fromHalf(bits))).toBe(bits);
  });

  it("are the nearest there is, whatever the size of the number", () => {
    const draws = rng("halves", 1);
    for (let i = 0; i < 5000; i++) {
      const x = Math.fround((draws.next() - 0.5) * 2 ** (20 - 46 * draws.next()));
      if (Math.abs(x) >= 65504) continue;
      const bits = half(x);
      const away = (other: number) => Math.abs(fromHalf(other) - x);
      for (const other of [bits - 1, bits + 1])
        if ((other & 0x7fff) < 0x7c00 && other >= 0) expect(away(bits)).toBeLessThanOrEqual(away(other));
    }
  });
});
