// A tiny random BERT learns two toy tasks on each device, is saved under transformers' names, loaded and predicts the same.

import { describe, expect, it } from "vitest";
import type { Device } from "../../src/runtime/device.ts";
import { recipeFor } from "../../src/train/recipe.ts";
import { train } from "../../src/train/train.ts";
import { tokenExamples, toyTasks } from "../unit/train/toy.ts";
import { randomEncoder } from "./random-encoder.ts";
import { featuresOnce, learnsToy, patience, predicted, scoreOf, start, toyRecipe } from "./toy-training.ts";

const never = new AbortController().signal;
const devices: readonly Device[] = ["wasm", "webgpu"];

// On WebGPU by software the other rows take a minute and more: they are in test/slow/train-webgpu.test.ts.
it.each([
  ["wasm", "token", { kind: "layers", last: 1 }],
  ["wasm", "pair", { kind: "layers", last: 1 }],
  ["wasm", "pair", { kind: "head" }],
] as const)(
  "on %s, features computed once train a %s task as those of each step do (%j)",
  (device, kind, trains) => featuresOnce(kind, trains, device),
  patience,
);

it.each([
  ["wasm", "token"],
  ["wasm", "pair"],
  ["webgpu", "token"],
] as const)("on %s, a tiny BERT learns a toy %s task, is saved and loaded", (device, kind) => learnsToy(kind, device), patience);

it.each(devices)(
  "on %s, takes the same steps twice",
  async (device) => {
    const losses = async () => {
      const classifier = await start(toyTasks.token, randomEncoder(2), device);
      const found: number[] = [];
      const stages = [{ id: "few", examples: tokenExamples(10, 1), epochs: 2 }] as const;
      for await (const e of train(classifier, stages, [], toyRecipe, never)) if (e.type === "step") found.push(e.loss);
      return found;
    };
    expect(await losses()).toEqual(await losses());
  },
  patience,
);

const minilm = "/models/all-minilm-l6-v2";
const served = (await fetch(`${minilm}/config.json`, { method: "HEAD" })).ok;

describe.skipIf(!served)("MiniLM (skipped where models/all-minilm-l6-v2 is not served)", () => {
  it(
    "learns five examples by its own recipe, on WASM",
    async () => {
      const names = ["config.json", "tokenizer.json", "vocab.txt", "model.safetensors"];
      const files = new Map<string, Blob>();
      for (const name of names) files.set(name, await (await fetch(`${minilm}/${name}`)).blob());
      const classifier = await start(toyTasks.token, files, "wasm");
      expect(classifier.initialised.every((name) => name.startsWith("classifier"))).toBe(true);
      const { config, fewEpochs } = recipeFor(classifier.encoder.config, "small");
      const examples = tokenExamples(5, 1);
      const stages = [{ id: "few", examples, epochs: fewEpochs }] as const;
      for await (const _ of train(classifier, stages, examples, config, never));
      expect(scoreOf(toyTasks.token, examples, await predicted(classifier, examples))).toBeGreaterThan(0.9);
    },
    patience,
  );
});
