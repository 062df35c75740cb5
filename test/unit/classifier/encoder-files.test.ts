// Opening a checkpoint's folder, whole or damaged; the files of a trained model; the recipes.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { sha256 } from "../../../src/base/hash.ts";
import { openEncoder } from "../../../src/classifier/encoder-files.ts";
import { loadModel, saveModel } from "../../../src/classifier/saved-model.ts";
import { recipeFor } from "../../../src/train/recipe.ts";
import { writeSafetensors } from "../../../src/weights/safetensors.ts";
import { linearClassifier, toyTasks, vocabulary, vocabularyText } from "../train/toy.ts";

const config = {
  model_type: "bert",
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 16,
  max_position_embeddings: 64,
  type_vocab_size: 2,
  vocab_size: vocabulary.length,
};
const weights = writeSafetensors(new Map([["x", { shape: [2], data: Float32Array.of(1, 2) }]]));
const whole = { "config.json": JSON.stringify(config), "vocab.txt": vocabularyText, "model.safetensors": weights };

const folder = (files: Record<string, string | Blob | undefined>) =>
  new Map(Object.entries(files).flatMap(([name, f]) => (f === undefined ? [] : [[name, new Blob([f])] as const])));

describe("openEncoder", () => {
  it("reads config, tokenizer and weights", async () => {
    const encoder = await openEncoder(folder(whole));
    expect(encoder.config).toMatchObject({ hiddenSize: 8, heads: 2 });
    expect(encoder.tokenizer.vocabulary).toEqual(vocabulary);
    expect(encoder.weights.get("x")?.data).toEqual(Float32Array.of(1, 2));
    expect([...encoder.tokenizerFiles]).toEqual([["vocab.txt", vocabularyText]]);
  });

  it("takes PyTorch's own file where there is no safetensors file, and not where there is one", async () => {
    const pytorch = new Blob([readFileSync(new URL("../../fixtures/pytorch/zip.bin", import.meta.url))]);
    const files = { ...whole, "pytorch_model.bin": pytorch };
    expect((await openEncoder(folder({ ...files, "model.safetensors": undefined }))).weights.get("scalar")?.data).toEqual(
      Float32Array.of(2.5),
    );
    expect((await openEncoder(folder(files))).weights.has("scalar")).toBe(false);
  });

  it("checks the hashes that it is given", async () => {
    const hash = await sha256(vocabularyText);
    await expect(openEncoder(folder(whole), new Map([["vocab.txt", hash]]))).resolves.toBeDefined();
    const altered = folder({ ...whole, "vocab.txt": vocabularyText.replace("fever", "fewer") });
    await expect(openEncoder(altered, new Map([["vocab.txt", hash]]))).rejects.toMatchObject({
      code: "model-altered",
      place: { file: "vocab.txt", expected: hash },
    });
  });

  const cases: [string, Record<string, string | Blob | undefined>, object][] = [
    ["no config", { "config.json": undefined }, { code: "model-missing", place: { file: "config.json" } }],
    ["no tokenizer", { "vocab.txt": undefined }, { code: "model-missing", place: { file: "vocab.txt" } }],
    ["no weights", { "model.safetensors": undefined }, { code: "model-missing", place: { file: "model.safetensors" } }],
    ["empty weights", { "model.safetensors": "" }, { code: "model-truncated", place: { file: "model.safetensors" } }],
    ["cut weights", { "model.safetensors": weights.slice(0, weights.size - 3) }, { code: "model-truncated" }],
    ["a config that is cut", { "config.json": '{"model_type"' }, { code: "file-malformed", place: { file: "config.json" } }],
    ["a config that is a list", { "config.json": "[]" }, { code: "file-malformed" }],
    ["no BERT", { "config.json": JSON.stringify({ ...config, model_type: "gpt2" }) }, { code: "model-unsupported" }],
    [
      "a vocabulary beyond the embeddings",
      { "vocab.txt": `${vocabularyText}extra\n` },
      { code: "model-unsupported", place: { file: "vocab.txt", got: vocabulary.length + 1, expected: vocabulary.length } },
    ],
  ];
  it.each(cases)("refuses %s", async (_, change, expected) => {
    const error = await openEncoder(folder({ ...whole, ...change })).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ClinfuseError);
    expect(error).toMatchObject(expected);
  });
});

describe("saveModel", () => {
  let files: Map<string, Blob>;
  beforeAll(async () => {
    files = await saveModel(linearClassifier(toyTasks.token));
  });
  const json = async (name: string) => JSON.parse(await files.get(name)!.text()) as unknown;

  it("writes what transformers loads: weights, config with labels, tokenizer", async () => {
    expect([...files.keys()].sort()).toEqual(["clinfuse.json", "config.json", "model.safetensors", "vocab.txt"]);
    expect(await json("config.json")).toEqual({
      model_type: "bert",
      architectures: ["BertForTokenClassification"],
      id2label: { 0: "O", 1: "B-Disease", 2: "I-Disease" },
      label2id: { O: 0, "B-Disease": 1, "I-Disease": 2 },
      dtype: "float32",
    });
    expect(await files.get("vocab.txt")!.text()).toBe(vocabularyText);
  });

  it("names its task and the hash of each file", async () => {
    expect(await json("clinfuse.json")).toMatchObject({
      task: "bc5cdr-disease",
      maxTokens: 64,
      sha256: { "vocab.txt": await sha256(vocabularyText) },
    });
  });

  const load = (change: (all: Map<string, Blob>) => void) => {
    const copy = new Map(files);
    change(copy);
    return loadModel(copy, "wasm");
  };

  it("is refused by loadModel when a file was altered, lost or is not ours", async () => {
    await expect(load((all) => all.set("vocab.txt", new Blob(["x"])))).rejects.toMatchObject({ code: "model-altered" });
    await expect(load((all) => all.delete("model.safetensors"))).rejects.toMatchObject({ code: "model-missing" });
    await expect(load((all) => all.delete("clinfuse.json"))).rejects.toMatchObject({ code: "model-missing" });
    await expect(load((all) => all.set("clinfuse.json", new Blob(["{"])))).rejects.toMatchObject({ code: "file-malformed" });
    const other = JSON.stringify({ task: "no-such-task", maxTokens: 64, sha256: {} });
    await expect(load((all) => all.set("clinfuse.json", new Blob([other])))).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("recipeFor", () => {
  const { config: toy } = linearClassifier().encoder;
  it("is the paper's for PubMedBERT Base and Large", () => {
    const base = recipeFor({ ...toy, hiddenSize: 768, layers: 12 }, "paper");
    expect(base).toMatchObject({
      fewEpochs: 6,
      syntheticEpochs: 6,
      config: { learningRate: 2e-5, maxTokens: 256, warmup: 0.05, dropout: 0.1, batchSize: 16, weightDecay: 0.01, clipNorm: 1 },
    });
    expect(base.config).not.toHaveProperty("decayVectors"); // PyTorch's AdamW decays them
    for (const extra of ["schedule", "labelSmoothing", "classWeights", "patience", "trains"])
      expect(base.config).not.toHaveProperty(extra);
    expect(recipeFor({ ...toy, hiddenSize: 1024, layers: 24 }, "paper").config.learningRate).toBe(4e-5);
  });

  it("gives a small encoder a higher rate", () => {
    expect(recipeFor({ ...toy, hiddenSize: 384 }, "small").config.learningRate).toBeGreaterThan(2e-5);
  });
});
