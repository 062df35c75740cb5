// A tiny random BERT with its masked head: it learns masked words on each device, fills them, and an encoder without the head is refused.

import { afterEach, describe, expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { openEncoder } from "../../src/classifier/encoder-files.ts";
import { maskFiller } from "../../src/classifier/masked-filler.ts";
import type { LabelSight } from "../../src/classifier/masked-input.ts";
import { type MaskedModel, openMaskedModel } from "../../src/classifier/masked-model.ts";
import { presetSource } from "../../src/experiment/presets.ts";
import { conditionalMlm } from "../../src/generate/conditional-mlm.ts";
import { melm } from "../../src/generate/melm.ts";
import type { Device } from "../../src/runtime/device.ts";
import type { Example, TokenExample } from "../../src/tasks/example.ts";
import { tagsOfSpans } from "../../src/text/bio.ts";
import { readTokenizer } from "../../src/text/tokenizer-files.ts";
import { type MaskedEvent, type MaskTuning, tuneMasked } from "../../src/train/masked.ts";
import { readSafetensors, writeSafetensors } from "../../src/weights/safetensors.ts";
import type { Weight, Weights } from "../../src/weights/weight.ts";
import { pairExamples, tokenExamples, tokenizerFiles, toyTasks, vocabulary } from "../unit/train/toy.ts";
import { randomEncoder } from "./random-encoder.ts";

// SwiftShader takes a second or two for what a GPU does in milliseconds, and compiles each kernel on its first use.
const patience = 240_000;
const never = new AbortController().signal;
const open: MaskedModel[] = [];
afterEach(async () => {
  for (const model of open.splice(0)) await model.close();
});

async function start(
  sight: LabelSight,
  device: Device = "wasm",
  files = randomEncoder(1, 1, { kind: "masked" }),
  dropout = 0.1,
): Promise<MaskedModel> {
  const task = sight === "around" ? toyTasks.token : toyTasks.pair;
  const model = await openMaskedModel(task, await openEncoder(files), { device, sight, maxTokens: 32, seed: 1, dropout });
  open.push(model);
  return model;
}

const tuning: MaskTuning = {
  epochs: 6,
  learningRate: 2e-2,
  batchSize: 8,
  maxTokens: 32,
  warmup: 0.1,
  weightDecay: 0.01,
  dropout: 0.1,
  seed: 1,
  masks: { kind: "each", rate: 0.7 },
};

async function tuned(model: MaskedModel, few: readonly Example[], dev: readonly Example[], over: Partial<MaskTuning> = {}) {
  const events: MaskedEvent[] = [];
  for await (const event of tuneMasked(model, few, dev, { ...tuning, ...over }, never)) events.push(event);
  return events;
}

const bits = (weights: Weights) => [...weights].map(([name, { data }]) => [name, [...new Uint32Array(data.slice().buffer)]]);
const losses = (events: readonly MaskedEvent[]) => events.flatMap((e) => (e.type === "epoch" ? [e.validationLoss] : []));

const [few, dev] = [tokenExamples(16, 1), tokenExamples(8, 2)];

describe("on wasm", () => {
  it(
    "learns which words are entities, holds the best epoch, and takes the same steps again",
    async () => {
      const model = await start("around");
      const events = await tuned(model, few, dev);
      const found = losses(events);
      expect(Math.min(...found)).toBeLessThan((found[0] as number) * 0.8);
      expect(events.at(-1)).toEqual({ type: "tuned", bestEpoch: found.lastIndexOf(Math.min(...found)) + 1 });

      const fill = maskFiller(model);
      const example = few[0] as TokenExample;
      const at = fill.places(example).places.findIndex(({ begins }) => begins);
      const [first] = await fill.fill(example, [at]);
      expect([...(first?.likeliest(6) ?? [])].sort()).toEqual(["asthma", "cough", "fever", "flu", "gout", "lupus"]);

      const again = await start("around");
      expect(losses(await tuned(again, few, dev))).toEqual(found);
      expect(bits(await again.trainer.read())).toEqual(bits(await model.trainer.read()));
    },
    patience,
  );
});

describe("on webgpu", () => {
  it(
    "takes the steps that it takes on wasm",
    async () => {
      const short = few.filter(({ text }) => text.length < 60).slice(0, 8);
      const over = { epochs: 1, batchSize: 4, learningRate: 1e-3, warmup: 0, dropout: 0 };
      const plain = (on: Device) => start("around", on, randomEncoder(1, 1, { kind: "masked" }), 0);
      const steps = (events: readonly MaskedEvent[]) => events.flatMap((e) => (e.type === "step" ? [e.loss] : []));
      const expected = steps(await tuned(await plain("wasm"), short, [], over));
      const found = steps(await tuned(await plain("webgpu"), short, [], over));
      expect(found).toHaveLength(2);
      for (const [i, loss] of found.entries()) expect(loss).toBeCloseTo(expected[i] as number, 3);
    },
    patience,
  );
});

/** The checkpoint with a bias of the pieces that outweighs everything else. */
async function always(piece: string) {
  const files = new Map(randomEncoder(2, 1, { kind: "masked" }));
  const weights = new Map<string, Weight>(await readSafetensors(files.get("model.safetensors") as Blob, "model.safetensors"));
  const data = new Float32Array(vocabulary.length);
  data[vocabulary.indexOf(piece)] = 1000;
  files.set("model.safetensors", writeSafetensors(weights.set("cls.predictions.bias", { shape: [vocabulary.length], data })));
  return files;
}

describe("a model that always predicts one piece", () => {
  it("puts it at exactly the masked places", async () => {
    const model = await start("before", "wasm", await always("gout"));
    const fill = maskFiller(model);
    const [pair] = pairExamples(1, 3);
    if (!pair) throw new Error("no pair");
    const { length, condition, places } = fill.places(pair);
    expect(length).toBe(condition + places.length + 3);
    for (const masked of [[0], [1, 3], [...places.keys()]]) {
      const found = await fill.fill(pair, masked);
      expect(found.map((at) => at.drawn(0.999))).toEqual(masked.map(() => "gout"));
    }
    const context = { config: presetSource("small", "conditional-mlm"), task: toyTasks.pair, demonstrations: [pair] } as never;
    const words = (example: Example) => (example.kind === "pair" ? `${example.first} ${example.second}`.split(" ") : []);
    for (let i = 0; i < 20; i++) {
      const attempt = await conditionalMlm.attempt(i, context, { fill }, rng("once", i), never);
      if (!attempt?.parsed.ok) throw new Error("expected an example");
      const changed = words(attempt.parsed.value).filter((word, at) => word !== words(pair)[at]);
      expect(changed.every((word) => word === "gout")).toBe(true);
      expect(changed.length).toBeLessThanOrEqual(1); // of ten pieces and a label, one place
    }
  });

  it("offers a piece of a word's beginning for none that goes on with a word, and the other way round", async () => {
    const fill = maskFiller(await start("around", "wasm", await always("##s")));
    const example: TokenExample = { kind: "token", text: "fevers", spans: [{ start: 0, end: 6, label: "Disease" }] };
    const [begin, end] = await fill.fill(example, [0, 1]);
    expect([end?.drawn(0.5), end?.likeliest(5)]).toEqual(["s", ["s"]]);
    for (const piece of [...(begin?.likeliest(99) ?? []), begin?.drawn(0.5)]) expect(piece).toMatch(/^[a-z]+$/);
    expect(begin?.likeliest(99)).toHaveLength(vocabulary.length - 8); // five special ones, the one that goes on, two marks
    const alone: TokenExample = { kind: "token", text: "fever", spans: [{ start: 0, end: 5, label: "Disease" }] };
    const [whole] = await fill.fill(alone, [0]);
    expect(whole?.likeliest(99)).toHaveLength(vocabulary.length - 6); // a mark is a word
  });
});

describe("MELM over it", () => {
  it("makes sentences whose words have the tags that were carried over", async () => {
    const few = tokenExamples(12, 5);
    const model = await start("around");
    await tuned(model, few, [], { epochs: 2 });
    const fill = maskFiller(model);
    const { tokenizer } = readTokenizer(tokenizerFiles);
    const tagsOf = ({ text, spans }: TokenExample) => tagsOfSpans(tokenizer.words(text), spans);
    const context = { config: presetSource("small", "melm"), task: toyTasks.token, demonstrations: few } as never;
    let changed = 0;
    for (let i = 0; i < 40; i++) {
      const attempt = await melm.attempt(i, context, { fill }, rng("melm", i), never);
      if (!attempt?.parsed.ok || attempt.origin.kind !== "derived") throw new Error("expected an example");
      const made = attempt.parsed.value as TokenExample;
      const from = few[attempt.origin.from[0] as number] as TokenExample;
      expect(tagsOf(made)).toEqual(tagsOf(from));
      for (const { start, end } of made.spans) expect(made.text.slice(start, end)).toMatch(/^\S+$/);
      if (made.text !== from.text) changed++;
    }
    expect(changed).toBeGreaterThan(30);
  });
});

describe("an encoder without its masked head", () => {
  it("is refused by a code of its own, as is one without [MASK]", async () => {
    await expect(start("around", "wasm", randomEncoder(1))).rejects.toMatchObject({ code: "no-masked-head" });
    const files = new Map(randomEncoder(1, 1, { kind: "masked" }));
    const other = vocabulary.map((piece) => (piece === "[MASK]" ? "[GAP]" : piece));
    files.set("vocab.txt", new Blob([`${other.join("\n")}\n`]));
    await expect(start("around", "wasm", files)).rejects.toMatchObject({ code: "no-masked-head", place: { what: "[MASK]" } });
  });
});
