import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { trustworthiness } from "../../../src/analyse/tsne.ts";
import { umap } from "../../../src/analyse/umap.ts";
import { type Vectors, vectorsOf } from "../../../src/analyse/vectors.ts";

const { rows, projection } = JSON.parse(readFileSync(new URL("../../fixtures/analyse/map.json", import.meta.url), "utf8")) as {
  readonly rows: readonly (readonly number[])[];
  readonly projection: number;
};

function mapOf(vectors: Vectors, seed: number): Float64Array {
  const run = umap(vectors, { seed });
  for (;;) {
    const next = run.next();
    if (next.done) return next.value;
  }
}

it("keeps neighbours far better than a projection, the same way for the same seed", () => {
  const some = vectorsOf(rows.filter((_, i) => i % 2 === 0));
  const map = mapOf(some, 1);
  expect(trustworthiness(some, map)).toBeGreaterThan((1 + projection) / 2);
  expect([...mapOf(some, 1)]).toEqual([...map]);
});

it("gives as many finite places as there are rows, however few or equal", () => {
  for (const set of [[], rows.slice(0, 1), rows.slice(0, 3), rows.slice(0, 5), Array.from({ length: 8 }, () => [1, 0])]) {
    const map = mapOf(vectorsOf(set, set[0]?.length ?? 10), 1);
    expect(map).toHaveLength(2 * set.length);
    expect(map.every(Number.isFinite)).toBe(true);
  }
});
