// Weights of 8 bits against the definition of their rounding.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { quantised } from "../../../src/nn/llama-weights.ts";

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
