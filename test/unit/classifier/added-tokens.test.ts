// Rows of new tokens: about the word that they mean where one is given, and what was there before stays.

import { expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { withAddedTokens } from "../../../src/classifier/added-tokens.ts";
import type { Encoder } from "../../../src/classifier/encoder-files.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";
import { linearClassifier, tokenizerFiles, vocabulary } from "../train/toy.ts";

const table = "bert.embeddings.word_embeddings.weight";
const hidden = 512;
const deviation = 0.02;

const draws = rng("table");
const data = Float32Array.from({ length: vocabulary.length * hidden }, () => draws.next() - 0.5);
const { encoder: toy } = linearClassifier();
const encoder: Encoder = {
  ...toy,
  config: { ...toy.config, hiddenSize: hidden, initializerRange: deviation },
  tokenizer: readTokenizer(tokenizerFiles).tokenizer,
  weights: new Map([[table, { shape: [vocabulary.length, hidden], data }]]),
};
const rowOf = (of: Encoder, id: number) => [...(of.weights.get(table)?.data.slice(id * hidden, (id + 1) * hidden) ?? [])];
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.sqrt(a.reduce((sum, x, i) => sum + (x - (b[i] as number)) ** 2, 0) / a.length);

it("lie about the mean row of the pieces of the word that they mean, else about zero", () => {
  const meanings = new Map([["<B-A>", "Fevers"]]); // fever ##s
  const made = withAddedTokens(encoder, ["<B-A>", "<I-A>"], rng("noise"), meanings);
  const pieces = ["fever", "##s"].map((piece) => rowOf(encoder, vocabulary.indexOf(piece)));
  const mean = (pieces[0] as number[]).map((x, i) => (x + (pieces[1]?.[i] as number)) / 2);
  const [meant, plain] = [rowOf(made, vocabulary.length), rowOf(made, vocabulary.length + 1)];
  const nothing = mean.map(() => 0);
  for (const spread of [distance(meant, mean), distance(plain, nothing)]) {
    expect(spread).toBeGreaterThan(deviation * 0.85);
    expect(spread).toBeLessThan(deviation * 1.15);
  }
  expect(distance(meant, nothing)).toBeGreaterThan(0.1);
  for (const id of vocabulary.keys()) expect(rowOf(made, id)).toEqual(rowOf(encoder, id));
});
