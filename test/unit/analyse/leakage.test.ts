import { describe, expect, it } from "vitest";
import { binomialTail, copiesOf, leakageOf, referenceOf } from "../../../src/analyse/leakage.ts";
import { SharedSpans } from "../../../src/analyse/shared-span.ts";
import { nearest } from "../../../src/analyse/similarity.ts";
import { unitRows, vectorsOf } from "../../../src/analyse/vectors.ts";
import { rng } from "../../../src/base/rng.ts";
import { golden } from "./golden.ts";

/** Longest run of numbers that two texts share, by trying all. */
function bruteForce(query: Int32Array, text: Int32Array): number {
  let most = 0;
  for (let i = 0; i < query.length; i++) {
    for (let j = 0; j < text.length; j++) {
      let k = 0;
      while (i + k < query.length && j + k < text.length && query[i + k] === text[j + k]) k++;
      most = Math.max(most, k);
    }
  }
  return most;
}

describe("shared spans", () => {
  const stream = rng("spans", 2);
  const texts = Array.from({ length: 40 }, () => Int32Array.from({ length: 1 + stream.int(25) }, () => stream.int(4)));
  const runs = new SharedSpans(texts);

  it("are the longest of a brute force, each text held out from its own set too", () => {
    for (let n = 0; n < 60; n++) {
      const query = Int32Array.from({ length: 1 + stream.int(20) }, () => stream.int(4));
      expect(runs.longest(query).length).toBe(Math.max(...texts.map((text) => bruteForce(query, text))));
    }
    for (const [i, text] of texts.entries()) {
      const others = texts.filter((_, j) => j !== i);
      expect(runs.longest(text, i).length).toBe(Math.max(...others.map((other) => bruteForce(text, other))));
    }
  });

  it("names a text that has the run, and where it begins", () => {
    for (const [i, text] of texts.entries()) {
      const { length, start, owner } = runs.longest(text, i);
      expect(owner).not.toBe(i);
      expect(bruteForce(text.subarray(start, start + length), texts[owner] as Int32Array)).toBe(length);
    }
  });

  it("finds nothing of another vocabulary", () => {
    expect(runs.longest(Int32Array.from([9, 9]))).toEqual({ length: 0, start: 0, owner: -1 });
    expect(new SharedSpans([]).longest(Int32Array.from([1])).owner).toBe(-1);
  });
});

describe("leakage", () => {
  const stream = rng("leak", 4);
  const vocabulary = Array.from({ length: 300 }, (_, i) => `w${i}`);
  const draw = (n: number) => {
    const words = Array.from({ length: n }, () => Array.from({ length: 14 }, () => stream.pick(vocabulary)));
    return { words, unit: unitRows(vectorsOf(words.map(() => Array.from({ length: 24 }, () => stream.next() - 0.5)))) };
  };
  const real = draw(200);
  const join = (a: ReturnType<typeof draw>, b: ReturnType<typeof draw>) => ({
    words: [...a.words, ...b.words],
    unit: vectorsOf([...rows(a.unit), ...rows(b.unit)]),
  });
  const rows = ({ rows: n, columns, data }: ReturnType<typeof vectorsOf>) =>
    Array.from({ length: n }, (_, i) => data.subarray(i * columns, (i + 1) * columns));

  it("finds copies, and calls texts of the same making none", () => {
    const fresh = leakageOf(draw(100), referenceOf(real));
    expect(fresh.copied).toBeLessThanOrEqual(2);
    expect(fresh.p).toBeGreaterThan(0.01);
    const copies = { words: real.words.slice(0, 10), unit: vectorsOf(rows(real.unit).slice(0, 10)) };
    const { texts, copied, p } = leakageOf(join(draw(90), copies), referenceOf(real, draw(150)));
    expect(copied).toBeGreaterThanOrEqual(10);
    expect(p).toBeLessThan(1e-6);
    expect(texts.slice(90).map(({ source, shared, nearest }) => [source, shared, nearest])).toEqual(
      copies.words.map((_, i) => [i, 14, i]),
    );
  });

  it("tells of each text whether it is a copy, beside too few texts never shown by its words alone", () => {
    const copies = { words: real.words.slice(0, 10), unit: vectorsOf(rows(real.unit).slice(0, 10)) };
    const texts = join(draw(90), copies);
    const found = copiesOf(texts, referenceOf(real, draw(150)));
    expect(found.slice(90)).toEqual(copies.words.map(() => true));
    expect(found.filter((is) => is).length).toBe(leakageOf(texts, referenceOf(real, draw(150))).copied);
    expect(copiesOf(texts, referenceOf(real, draw(1)))).toEqual([...Array(90).fill(false), ...Array(10).fill(true)]);
  });

  it("calls nothing a copy beside too few texts never shown, where all would hang on the nearest of them", () => {
    const few = leakageOf(draw(20), referenceOf(real, draw(1)));
    expect(few).toMatchObject({ judged: false, copied: 0, p: 1, heldOut: 1 });
    expect(leakageOf(draw(20), referenceOf(real, draw(19))).judged).toBe(true);
  });

  it("lets no real text that stands twice, and none held out that is a real one, excuse copies", () => {
    const twice = join(real, { words: real.words.slice(0, 20), unit: vectorsOf(rows(real.unit).slice(0, 20)) });
    expect(referenceOf(real, undefined, nearest(real.unit, real.unit))).toEqual(referenceOf(real));
    expect(referenceOf(twice, undefined, nearest(twice.unit, twice.unit))).toEqual(referenceOf(twice)); // which has other pairs
    const [plain, twins] = [referenceOf(real), referenceOf(twice)];
    expect(twins.lengths).toEqual(plain.lengths);
    expect(twins.similarities).toEqual(plain.similarities);
    const copies = { words: real.words.slice(0, 30), unit: vectorsOf(rows(real.unit).slice(0, 30)) };
    expect(leakageOf(copies, twins)).toMatchObject({ copied: 30, verbatim: 30, heldOut: 200 });
    const five = () => ({ words: real.words.slice(0, 5), unit: vectorsOf(rows(real.unit).slice(0, 5)) });
    expect(leakageOf(five(), referenceOf(five(), real))).toMatchObject({ copied: 5, verbatim: 5, heldOut: 195 });
  });

  it("counts texts that are the same word for word where chance cannot be told, short ones left out", () => {
    const shown = { words: [["no", "complaints"], real.words[0] ?? []], unit: vectorsOf(rows(real.unit).slice(0, 2)) };
    expect(leakageOf(shown, referenceOf(shown))).toMatchObject({ judged: false, copied: 0, verbatim: 1, heldOut: 2 });
    expect(leakageOf(shown, referenceOf(shown, shown))).toMatchObject({ judged: false, verbatim: 1, heldOut: 0 });
  });

  it("has scipy's binomial tails", () => {
    for (const { n, k, p, tail } of golden.binomial) expect(binomialTail(n, k, p) / tail).toBeCloseTo(1, 9);
  });
});
