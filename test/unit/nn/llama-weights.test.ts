// Weights of 8 bits against the definition of their rounding.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { llamaParameters } from "../../../src/nn/llama.ts";
import type { LlamaConfig } from "../../../src/nn/llama-config.ts";
import { inBlocks, quantised } from "../../../src/nn/llama-weights.ts";

describe("quantised", () => {
  const [rows, columns] = [37, 11];
  const draws = rng("quantised");
  const matrix = Float32Array.from({ length: rows * columns }, (_, i) => (draws.next() - 0.5) * 10 ** ((i % columns) - 5));
  for (let r = 0; r < rows; r++) matrix[r * columns + 3] = 0;

  it("is off by no more than half a step of its column, and uses the column's whole range", () => {
    const { weight, scale } = quantised(matrix, columns);
    for (let c = 0; c < columns; c++) {
      const column = Array.from({ length: rows }, (_, r) => r * columns + c);
      for (const i of column) {
        const error = Math.abs((weight[i] as number) * (scale[c] as number) - (matrix[i] as number));
        expect(error).toBeLessThanOrEqual(0.5001 * (scale[c] as number));
      }
      expect(Math.max(...column.map((i) => Math.abs(weight[i] as number)))).toBe(c === 3 ? 0 : 127);
    }
  });

  it("keeps a column of zeros, with a scale that is none", () => {
    const { weight, scale } = quantised(matrix, columns);
    expect(scale[3]).toBe(1);
    expect(weight.filter((_, i) => i % columns === 3).every((x) => x === 0)).toBe(true);
  });
});

describe("inBlocks", () => {
  const config: LlamaConfig = {
    architecture: "llama",
    vocabSize: 40,
    hiddenSize: 64,
    layers: 1,
    heads: 2,
    keyValueHeads: 1,
    headSize: 4,
    intermediateSize: 48,
    contextTokens: 8,
    rmsEpsilon: 1e-5,
    ropeBase: 1e4,
    ropeScale: 1,
    interleaved: true,
  };
  const parameters = llamaParameters(config, true, "blocks4");
  const parameter = (name: string) => parameters.find((p) => p.name === name)!;
  const query = parameter("blk.0.attn_q.weight"); // [8, 64], rows of two heads interleaved
  const factor = 4 ** -0.5; // of attention, which queries carry
  const fileRow = [0, 2, 1, 3, 4, 6, 5, 7]; // the file's row at each of the graph's: neighbours of a head become its halves

  /** Numbers back, [rows, 64] in the graph's order. */
  function unpacked(bits: 4 | 8, { weight, scale }: ReturnType<typeof inBlocks>): number[] {
    const code = (i: number) => (bits === 8 ? weight[i]! : (weight[i >> 1]! >> (4 * (i & 1))) & 15);
    return Array.from({ length: 8 * 64 }, (_, i) => Math.fround(scale[Math.floor(i / 32)]! * (code(i) - 2 ** (bits - 1))));
  }

  it("keeps the numbers of Q4_0, times the parameter's factor: a half-precision step times -8 to 7, the farthest at -8", () => {
    const draws = rng("q4");
    const matrix = Float32Array.from({ length: 8 * 64 }, (_, i) => {
      const step = (i & 32 ? -1 : 1) * (1 + Math.floor(i / 32)) * 2 ** -9;
      return step * (i % 32 === 5 ? -8 : draws.int(16) - 8);
    });
    const got = unpacked(4, inBlocks(query, matrix, 4));
    for (let row = 0; row < 8; row++) {
      const expected = matrix.subarray(fileRow[row]! * 64, fileRow[row]! * 64 + 64).map((x) => factor * x);
      expect(got.slice(row * 64, row * 64 + 64)).toEqual([...expected]);
    }
  });

  it("is off by half a step, or by one where the range has no code for the far side", () => {
    const draws = rng("q8");
    const matrix = Float32Array.from({ length: 8 * 64 }, () => draws.next() - 0.5);
    for (const bits of [4, 8] as const) {
      const packed = inBlocks(query, matrix, bits);
      for (const [i, x] of unpacked(bits, packed).entries()) {
        const step = Math.abs(packed.scale[Math.floor(i / 32)]!);
        const exact = factor * matrix[fileRow[Math.floor(i / 64)]! * 64 + (i % 64)]!;
        expect(Math.abs(x - exact)).toBeLessThanOrEqual(step * (exact * packed.scale[Math.floor(i / 32)]! > 0 ? 1 : 0.5001));
      }
    }
  });

  it("leaves matrices whose rows are no whole blocks in floats", () => {
    expect(parameter("blk.0.ffn_down.weight").precision).toBe("float32");
    expect(parameter("blk.0.ffn_up.weight").precision).toBe("blocks4");
    expect(parameter("output.weight")).toMatchObject({ precision: "blocks4", tensor: "token_embd.weight" });
  });
});
