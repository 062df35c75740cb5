// The nearest token against the facts' golden table, and against plain distances over random tables.

import { expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { tokenSearch } from "../../../src/train/nearest-token.ts";

const all = () => true;

it("is the golden table's: neither of the two, and no special one", () => {
  const table = { shape: [5, 2], data: Float32Array.of(0, 0, 1, 0, 0, 1, 0.6, 0.6, 0.9, 0.1) };
  expect(tokenSearch(table, all).nearest(1, 2, 0.75)).toBe(4); // 0.045 away; 3: 0.145
  expect(tokenSearch(table, (row) => row !== 4).nearest(1, 2, 0.75)).toBe(3);
  expect(tokenSearch(table, (row) => row === 0).nearest(1, 2, 0.75)).toBe(0); // 0.625
  expect(tokenSearch(table, all).nearest(1, 1, 0.5)).toBe(4); // of one token with itself: the nearest other
  expect(() => tokenSearch(table, (row) => row === 1).nearest(1, 2, 0.75)).toThrow("neither of the two");
});

it("is what plain distances over a random table give, however many tokens were asked for", () => {
  const [rows, columns] = [50, 8];
  const draws = rng("nearest");
  const data = Float32Array.from({ length: rows * columns }, () => draws.next() - 0.5);
  const search = tokenSearch({ shape: [rows, columns], data }, (row) => row > 3);
  for (let i = 0; i < 400; i++) {
    const [a, b, share] = [draws.int(rows), draws.int(rows), draws.next()];
    const far = (row: number) => {
      let sum = 0;
      for (let k = 0; k < columns; k++) {
        const mix = share * data[a * columns + k]! + (1 - share) * data[b * columns + k]!;
        sum += (mix - data[row * columns + k]!) ** 2;
      }
      return sum;
    };
    const others = Array.from({ length: rows }, (_, row) => row).filter((row) => row > 3 && row !== a && row !== b);
    const nearest = others.reduce((best, row) => (far(row) < far(best) ? row : best));
    expect(search.nearest(a, b, share)).toBe(nearest);
  }
});
