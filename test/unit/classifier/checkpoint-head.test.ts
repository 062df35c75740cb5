// A classifier that came with a checkpoint: taken for its own labels alone.

import { expect, it } from "vitest";
import { weightsForLabels } from "../../../src/classifier/checkpoint-head.ts";
import type { Weight } from "../../../src/weights/weight.ts";

const weight: Weight = { shape: [1], data: new Float32Array([1]) };
const checkpoint = (id2label: unknown) => ({
  configJson: id2label === undefined ? {} : { id2label },
  weights: new Map([
    ["bert.pooler.dense.weight", weight],
    ["classifier.weight", weight],
    ["classifier.bias", weight],
  ]),
});
const names = ["O", "B-Disease", "I-Disease"];

it("is taken where its labels are the task's, whatever the order of config.json's keys", () => {
  const { weights, remark } = weightsForLabels(checkpoint({ 2: "I-Disease", 0: "O", 1: "B-Disease" }), names);
  expect([...weights.keys()]).toContain("classifier.weight");
  expect(remark).toBeUndefined();
});

it.each([
  ["other labels", { 0: "O", 1: "B-Chemical", 2: "I-Chemical" }],
  ["the same in another order", { 0: "B-Disease", 1: "I-Disease", 2: "O" }],
  ["fewer", { 0: "O", 1: "B-Disease" }],
  ["more", { 0: "O", 1: "B-Disease", 2: "I-Disease", 3: "B-Chemical" }],
  ["names that say nothing", { 0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2" }],
  ["no names", undefined],
])("is left with %s, with a remark, and the encoder stays", (_, id2label) => {
  const { weights, remark } = weightsForLabels(checkpoint(id2label), names);
  expect([...weights.keys()]).toEqual(["bert.pooler.dense.weight"]);
  expect(remark).toContain("a new classifier is drawn");
});

it("that is not there is no remark", () => {
  const bare = { configJson: {}, weights: new Map([["bert.pooler.dense.weight", weight]]) };
  expect(weightsForLabels(bare, names)).toEqual({ weights: bare.weights });
});
