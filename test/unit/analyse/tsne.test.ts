import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { affinities, conditional } from "../../../src/analyse/affinities.ts";
import { nearestRows, principal } from "../../../src/analyse/neighbours.ts";
import { aloneRepulsion, sharedMap, sharedRepulsion } from "../../../src/analyse/repulsion.ts";
import { divergence, gradientOf, type MapEvent, trustworthiness, tsne } from "../../../src/analyse/tsne.ts";
import { vectorsOf } from "../../../src/analyse/vectors.ts";
import { rng } from "../../../src/base/rng.ts";

const golden = JSON.parse(readFileSync(new URL("../../fixtures/analyse/map.json", import.meta.url), "utf8")) as {
  readonly rows: readonly (readonly number[])[];
  readonly tsne: readonly number[];
  readonly divergence: readonly number[];
  readonly projection: number;
};
const rows = vectorsOf(golden.rows);

function resultOf<T>(generator: Generator<unknown, T>): T {
  for (;;) {
    const next = generator.next();
    if (next.done) return next.value;
  }
}

describe("neighbours", () => {
  it("are those of all pairs sorted", () => {
    const { k, indices, squares } = resultOf(nearestRows(rows, 7));
    for (const i of [0, 17, 131, 299]) {
      const square = (j: number) =>
        (golden.rows[i] as number[]).reduce((sum, x, c) => sum + (x - (golden.rows[j]?.[c] as number)) ** 2, 0);
      const near = golden.rows
        .map((_, j) => j)
        .filter((j) => j !== i)
        .sort((a, b) => square(a) - square(b));
      expect([...indices.subarray(i * k, (i + 1) * k)]).toEqual(near.slice(0, k));
      expect(squares[i * k]).toBeCloseTo(square(near[0] as number), 3);
    }
  });

  it("keep distances on all principal axes", () => {
    const turned = principal(rows, 10);
    const { indices } = resultOf(nearestRows(turned, 3));
    expect([...indices]).toEqual([...resultOf(nearestRows(rows, 3)).indices]);
  });
});

describe("affinities", () => {
  it("have the perplexity that was asked for in every row", () => {
    const neighbours = resultOf(nearestRows(rows, 90));
    const p = conditional(neighbours, 30);
    for (let i = 0; i < rows.rows; i++) {
      const own = p.subarray(i * 90, (i + 1) * 90);
      const entropy = own.reduce((sum, x) => (x > 0 ? sum - x * Math.log(x) : sum), 0);
      expect(Math.abs(Math.exp(entropy) - 30)).toBeLessThan(1e-3);
    }
  });

  it("are symmetric and sum to 1, equal rows too", () => {
    const equal = vectorsOf(Array.from({ length: 12 }, () => [1, 2]));
    for (const set of [rows, equal]) {
      const { starts, columns, values } = affinities(resultOf(nearestRows(set, 9)), 3);
      const at = (i: number, j: number) => {
        for (let k = starts[i] as number; k < (starts[i + 1] as number); k++) if (columns[k] === j) return values[k] as number;
        return 0;
      };
      expect(values.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 9);
      for (let i = 0; i < set.rows; i += 7) for (let j = 0; j < set.rows; j++) expect(at(i, j)).toBe(at(j, i));
    }
  });

  it("are half of each row's share of the other, both ways, over the rows", () => {
    const neighbours = resultOf(nearestRows(rows, 9));
    const share = conditional(neighbours, 3);
    const dense = (i: number, j: number) => {
      const at = neighbours.indices.subarray(i * 9, (i + 1) * 9).indexOf(j);
      return at < 0 ? 0 : (share[i * 9 + at] as number);
    };
    const { starts, columns, values } = affinities(neighbours, 3);
    for (let i = 0; i < rows.rows; i += 11) {
      const own = [...columns.subarray(starts[i], starts[i + 1])];
      const wanted = golden.rows.flatMap((_, j) => (dense(i, j) + dense(j, i) > 0 ? [j] : []));
      expect(own.filter((_, at) => (values[(starts[i] as number) + at] as number) > 0)).toEqual(wanted);
      for (const [at, j] of own.entries())
        expect(values[(starts[i] as number) + at]).toBeCloseTo((dense(i, j) + dense(j, i)) / (2 * rows.rows), 12);
    }
  });
});

describe("the gradient", () => {
  const stream = rng("points", 1);
  const points = Float64Array.from({ length: 16 }, () => stream.next() * 4 - 2);
  const p = affinities(resultOf(nearestRows(vectorsOf(golden.rows.slice(0, 8)), 6)), 2);
  const sumOf = (at: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++) {
        if (i !== j)
          sum +=
            1 /
            (1 +
              ((at[2 * i] as number) - (at[2 * j] as number)) ** 2 +
              ((at[2 * i + 1] as number) - (at[2 * j + 1] as number)) ** 2);
      }
    }
    return sum;
  };

  it("is the divergence's by finite differences on eight points", () => {
    const gradient = new Float64Array(16);
    const sum = gradientOf(points, p, aloneRepulsion(), 0, 1, gradient);
    expect(sum).toBeCloseTo(sumOf(points), 9);
    const step = 1e-5;
    for (let k = 0; k < 16; k++) {
      const moved = (by: number) => {
        const at = points.slice();
        at[k] = (at[k] as number) + by;
        return divergence(at, p, sumOf(at));
      };
      expect(gradient[k]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 6);
    }
  });

  it("comes near with a tree, and counts points on one place once each", () => {
    const many = Float64Array.from({ length: 2000 }, () => stream.next() * 40);
    for (let i = 0; i < 20; i++) many[i] = i % 2 === 0 ? 3 : 5; // ten points on one place
    const none = { starts: new Int32Array(1001), columns: new Int32Array(0), values: new Float64Array(0) };
    const [exact, near] = [new Float64Array(2000), new Float64Array(2000)];
    const sum = gradientOf(many, none, aloneRepulsion(), 0, 1, exact);
    let brute = 0;
    for (let i = 0; i < 1000; i++) {
      for (let j = 0; j < 1000; j++) {
        if (i !== j)
          brute +=
            1 /
            (1 +
              ((many[2 * i] as number) - (many[2 * j] as number)) ** 2 +
              ((many[2 * i + 1] as number) - (many[2 * j + 1] as number)) ** 2);
      }
    }
    expect(sum / brute).toBeCloseTo(1, 9);
    expect(gradientOf(many, none, aloneRepulsion(), 0.5, 1, near) / sum).toBeCloseTo(1, 1.5);
    const length = (of: Float64Array) => Math.sqrt(of.reduce((s, x) => s + x * x, 0));
    expect(length(exact.map((x, i) => x - (near[i] as number))) / length(exact)).toBeLessThan(0.03);
  });
});

describe("memory that threads share", () => {
  const stream = rng("shared", 1);
  const step = () => Float64Array.from({ length: 1400 }, () => stream.next() * 30);

  it("gives the force and the sum of one thread to the bit, step by step, while nobody helps", () => {
    const [alone, shared] = [aloneRepulsion(), sharedRepulsion(sharedMap(700))];
    for (const points of [step(), step(), step()]) {
      const [one, other] = [new Float64Array(1400), new Float64Array(1400)];
      expect(shared.repel(points, 0.5, other)).toBe(alone.repel(points, 0.5, one));
      expect(other).toEqual(one);
    }
  });

  it("throws where a thread took a part and died", async () => {
    const map = sharedMap(20_000);
    const takesOne = `const { parentPort, workerData: turns } = require("node:worker_threads");
      parentPort.postMessage("up");
      for (;;) {
        const word = Atomics.load(turns, 0);
        if (word >> 7 === 1 && Atomics.compareExchange(turns, 0, word, word + 1) === word) break;
      }`;
    const thread = new Worker(takesOne, { eval: true, workerData: map.turns });
    await new Promise((resolve) => thread.once("message", resolve));
    const points = Float64Array.from({ length: 40_000 }, () => stream.next() * 30);
    expect(() => sharedRepulsion(map, 50).repel(points, 0.5, new Float64Array(40_000))).toThrow("did not answer");
    await thread.terminate();
  });
});

describe("t-SNE", () => {
  it("measures trustworthiness as scikit-learn does", () => {
    const projection = Float64Array.from(golden.rows.flatMap((row) => row.slice(0, 2)));
    expect(trustworthiness(rows, projection)).toBeCloseTo(golden.projection, 6);
  });

  it("is as trustworthy as scikit-learn's map, and falls after the exaggeration", () => {
    const events: Extract<MapEvent, { type: "step" }>[] = [];
    const generator = tsne(rows);
    let next = generator.next();
    for (; !next.done; next = generator.next()) if (next.value.type === "step") events.push({ ...next.value });
    const best = Math.max(...golden.tsne);
    expect(trustworthiness(rows, next.value)).toBeGreaterThan(best - 0.01);
    const looked = events.flatMap(({ divergence: found }) => (found === undefined ? [] : [found]));
    expect(looked.at(-1)).toBeLessThan(looked[4] as number);
    expect(looked.at(-1)).toBeLessThan(Math.max(...golden.divergence) * 1.1);
  });

  it("gives the same map for the same seed, and none that is no number for few or equal rows", () => {
    const few = vectorsOf(golden.rows.slice(0, 4));
    const map = (of: typeof few, seed: number) => [...resultOf(tsne(of, { seed, iterations: [50, 50] }))];
    expect(map(few, 1)).toEqual(map(few, 1));
    expect(map(few, 1)).not.toEqual(map(few, 2));
    for (const set of [
      few,
      vectorsOf(golden.rows.slice(0, 1)),
      vectorsOf([], 10),
      vectorsOf(Array.from({ length: 9 }, () => [1, 0])),
    ]) {
      expect(map(set, 1).every(Number.isFinite)).toBe(true);
      expect(map(set, 1)).toHaveLength(2 * set.rows);
    }
  });
});
