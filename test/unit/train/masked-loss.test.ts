// The loss of a masked model by finite differences: it is the masked places', and no other's.

import { expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { inferenceFeeds, targetFeeds } from "../../../src/classifier/feeds.ts";
import type { MaskedInput } from "../../../src/classifier/masked-input.ts";
import { masked } from "../../../src/classifier/masking.ts";
import { sizeOf } from "../../../src/graph/ops.ts";
import { bertModel } from "../../../src/nn/model.ts";
import { ignoredLabel } from "../../../src/text/bio.ts";
import { evaluate } from "../graph/evaluate.ts";
import { tinyConfig } from "../nn/tiny-config.ts";

const config = tinyConfig(1);
const model = bertModel(config, { kind: "masked" });
const bias = "cls.predictions.bias";
const weights = Object.fromEntries(
  model.parameters.map(({ name, shape }) => {
    const draws = rng("masked loss", name);
    const one = name.includes("LayerNorm.weight") ? 1 : 0;
    return [name, Array.from({ length: sizeOf(shape) }, () => one + 0.6 * (draws.next() - 0.5))];
  }),
);

/** [CLS] a label, three pieces of a text, [SEP]. */
const ids = [2, 9, 5, 7, 6, 3];
const zeros = ids.map(() => 0);
const places = [2, 3, 4].map((at, i) => ({ at, text: 0, start: i, end: i + 1, word: i, begins: true, ends: true }));
const input: MaskedInput = {
  encoding: { ids, types: zeros, starts: zeros, ends: zeros, words: zeros },
  condition: 1,
  places,
};

it("is the mean over the masked places, whatever stands at the others", () => {
  const hidden = masked(input, { kind: "each", rate: 0.6 }, 4, rng("masked loss", 1));
  const asked = hidden.targets.flatMap((target, at) => (target === ignoredLabel ? [] : [{ target, at }]));
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.length).toBeLessThan(places.length);

  const batch = { indices: [0], tokens: ids.length };
  const shape = { batch: 1, tokens: ids.length };
  const outputs = config.vocabSize;
  const fed = {
    ...inferenceFeeds([hidden], batch, { rows: 1, pad: 0 }),
    ...targetFeeds([hidden], batch, { rows: 1, perToken: true, outputs }),
  };
  const feeds = Object.fromEntries(Object.entries(fed).map(([name, { data }]) => [name, [...data]]));
  const lossWith = (own: readonly number[]) => {
    const { loss } = evaluate(model.training(shape), { ...weights, ...feeds, [bias]: own });
    return loss?.[0] as number;
  };
  const { targets: _, scale: __, ...read } = feeds;
  const { logits } = evaluate(model.inference(shape), { ...weights, ...read }) as { logits: number[] };
  const sharesAt = (at: number) => {
    const row = logits.slice(at * outputs, (at + 1) * outputs).map(Math.exp);
    return row.map((x) => x / row.reduce((sum, y) => sum + y, 0));
  };
  const own = weights[bias] as readonly number[];
  const step = 1e-5;
  for (let piece = 0; piece < outputs; piece++) {
    const moved = (by: number) => own.map((x, i) => (i === piece ? x + by : x));
    const slope = (lossWith(moved(step)) - lossWith(moved(-step))) / (2 * step);
    const expected = asked.reduce((sum, { at, target }) => sum + (sharesAt(at)[piece] as number) - Number(target === piece), 0);
    expect(slope).toBeCloseTo(expected / asked.length, 6);
  }
});
