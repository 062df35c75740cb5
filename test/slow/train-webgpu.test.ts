// Small trainings that take a minute on WebGPU by software: layers above fixed features, and the task of pairs.

import { it } from "vitest";
import { featuresOnce, learnsToy, patience } from "../browser/toy-training.ts";

it.each([
  ["token", { kind: "layers", last: 1 }],
  ["pair", { kind: "layers", last: 1 }],
  ["pair", { kind: "head" }],
] as const)(
  "on WebGPU, features computed once train a %s task as those of each step do (%j)",
  (kind, trains) => featuresOnce(kind, trains, "webgpu"),
  patience,
);

it("on WebGPU, a tiny BERT learns a toy task of pairs, is saved and loaded", () => learnsToy("pair", "webgpu"), patience);
