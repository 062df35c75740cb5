// Memory estimates against what was measured, and the setting that fits.

import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { bucketOf, lengthBuckets } from "../../../src/classifier/batches.ts";
import type { BertConfig } from "../../../src/nn/bert-config.ts";
import {
  lessMemory,
  partsThatFit,
  requireTrainingMemory,
  sessionLimit,
  trainingMemory,
  withLessMemory,
} from "../../../src/train/training-memory.ts";
import { withRowsOf } from "../../../src/train/training-methods.ts";

const common = { typeVocabSize: 2, vocabSize: 30522, maxPositions: 512, layerNormEpsilon: 1e-12, initializerRange: 0.02 };
const base: BertConfig = { ...common, hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072 };
const mini: BertConfig = { ...common, hiddenSize: 384, layers: 6, heads: 12, intermediateSize: 1536 };
const large: BertConfig = { ...common, hiddenSize: 1024, layers: 24, heads: 16, intermediateSize: 4096 };
const recipe = { batchSize: 8, maxTokens: 128 };

describe("trainingMemory", () => {
  // After two steps of bench:train's page, in MB of WebAssembly memory.
  it.each<[name: string, batch: number, tokens: number, encoder: BertConfig, whole: number, checkpointed: number]>([
    ["MiniLM", 32, 128, mini, 1339, 587],
    ["BERT-base", 4, 64, base, 873, 174],
    ["BERT-base", 8, 128, base, 1407, 361],
    ["BERT-base", 4, 256, base, 1508, 361],
  ])(
    "%s, %i x %i, whole and with checkpointing: 0.88 to 1.25 of what was measured",
    (_, batchSize, maxTokens, encoder, whole, checkpointed) => {
      const of = (checkpointing: boolean) => trainingMemory(encoder, { batchSize, maxTokens, checkpointing }).session / 1e6;
      for (const ratio of [of(false) / whole, of(true) / checkpointed]) {
        expect(ratio).toBeGreaterThan(0.88);
        expect(ratio).toBeLessThan(1.25);
      }
    },
  );

  it("reckons the widest batch that there may be: as wide as inputs may be, or as the encoder's positions", () => {
    const of = (batchSize: number, maxTokens: number) => trainingMemory(base, { batchSize, maxTokens }).session;
    expect(bucketOf(300, 512, lengthBuckets.wasm)).toBe(512);
    expect(of(4, 512)).toBeGreaterThan(of(8, 256)); // as many tokens, and attention over twice the length
    expect(of(4, 1024)).toBe(of(4, 512));
  });

  it("checkpointing changes nothing where the layers below stay as they are, or cannot be cut", () => {
    for (const trains of [{ kind: "head" }, { kind: "layers", last: 2 }] as const)
      expect(trainingMemory(base, { ...recipe, trains, checkpointing: true })).toEqual(
        trainingMemory(base, { ...recipe, trains }),
      );
    const short = { ...base, layers: 2 };
    expect(trainingMemory(short, { ...recipe, checkpointing: true })).toEqual(trainingMemory(short, recipe));
  });

  it("training everything holds weights twice, moments and gradients outside: five times 109 million floats", () => {
    expect(trainingMemory(base, recipe).outside / 1e6).toBeCloseTo(5 * 4 * 108.9, -2);
  });

  it("a long product's partial sums are counted apart, and activations in 16 bits wait in about half the memory", () => {
    // 4,096 tokens through a 3072 x 768 matrix, in two parts of float32: more than the matrix's gradient.
    const wide = { batchSize: 16, maxTokens: 256 };
    expect(trainingMemory(base, wide).partials).toBe(2 * 4 * 4096 * 768);
    expect(trainingMemory(base, { ...wide, accumulation: 16 }).partials).toBeLessThan(8e6);
    const [long, short] = [trainingMemory(base, wide), trainingMemory(base, { ...wide, activations: "float16" })];
    expect(short.session).toBeLessThan(0.75 * long.session);
    expect(short.outside).toBe(long.outside);
  });

  it("parts of a batch and frozen layers take less; the weights stay", () => {
    const whole = trainingMemory(base, recipe);
    const parts = trainingMemory(base, { ...recipe, accumulation: 4 });
    const top = trainingMemory(base, { ...recipe, trains: { kind: "layers", last: 2 } });
    expect(parts.session).toBeLessThan(whole.session);
    expect(parts.session).toBeGreaterThan(4 * 108e6);
    expect(parts.outside).toBe(whole.outside);
    expect(top.session).toBeLessThan(whole.session);
    expect(top.outside).toBeLessThan(0.55 * whole.outside);
  });
});

it("a way of training is reckoned by its own batches: LightNER's by three rows, TMix's by an example and its partner", () => {
  const config = {
    ...recipe,
    learningRate: 2e-5,
    batchSize: 16,
    maxTokens: 256,
    warmup: 0,
    weightDecay: 0,
    clipNorm: 1,
    seed: 1,
  };
  const lightner = { kind: "lightner", learningRate: 1e-3, batchSize: 3, epochs: 30 } as const;
  const own = withRowsOf({ method: lightner, size: 60 }, config);
  expect([own.batchSize, own.trains?.kind]).toEqual([3, "prefix"]);
  expect(() => requireTrainingMemory(base, own)).not.toThrow();
  expect(withRowsOf({ method: { kind: "tmix", alpha: 16, layers: [12] }, size: 60 }, config).batchSize).toBe(32);
});

describe("what does not fit", () => {
  const wide = { batchSize: 32, maxTokens: 256 };

  it("is said with the parts that would", () => {
    const parts = partsThatFit(large, wide) as number;
    expect(trainingMemory(large, { ...wide, accumulation: parts }).session).toBeLessThanOrEqual(sessionLimit);
    expect(trainingMemory(large, { ...wide, accumulation: parts / 2 }).session).toBeGreaterThan(sessionLimit);
    const refused = expect.objectContaining({
      code: "out-of-memory",
      message: expect.stringContaining(`parts of a batch to ${parts}`),
    });
    expect(() => requireTrainingMemory(large, wide)).toThrow(refused);
    requireTrainingMemory(large, { ...wide, accumulation: parts });
  });

  it("where no number of parts helps, says what would", () => {
    const huge = { ...large, layers: 96 };
    expect(partsThatFit(huge, wide)).toBeUndefined();
    expect(() => requireTrainingMemory(huge, wide)).toThrow(/turn checkpointing on$/);
    requireTrainingMemory(huge, { ...wide, checkpointing: true });
    const long = { ...huge, hiddenSize: 2048, intermediateSize: 8192, heads: 32 };
    expect(() => requireTrainingMemory(long, wide)).toThrow(/turn checkpointing on, and set the parts of a batch to 2$/);
    requireTrainingMemory(long, { ...wide, checkpointing: true, accumulation: 2 });
    const broad = { ...large, hiddenSize: 16384, intermediateSize: 65536 };
    expect(() => requireTrainingMemory(broad, wide)).toThrow(/last layers or the head/);
  });
});

describe("a device that has not enough", () => {
  it("is told the next setting that takes less, until there is none", () => {
    expect(lessMemory({ batchSize: 16, maxTokens: 256 })).toBe("set the parts of a batch to 2");
    expect(lessMemory({ batchSize: 16, accumulation: 16, maxTokens: 256 })).toBe("turn checkpointing on");
    const most = { batchSize: 16, accumulation: 16, checkpointing: true };
    expect(lessMemory({ ...most, maxTokens: 256 })).toBe("cut inputs at 128 tokens");
    expect(lessMemory({ ...most, maxTokens: 64 })).toMatch(/last layers or the head/);
    expect(lessMemory({ batchSize: 1, maxTokens: 64, trains: { kind: "head" } })).toBe("take another encoder");
  });

  it("has the setting in its error; other errors, and one that has a setting already, stay", () => {
    const own = new ClinfuseError("out-of-memory", "the model does not fit into the GPU's memory", { what: "why" });
    const told = withLessMemory(own, recipe);
    expect(told).toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/memory: set the parts of a batch to 2$/),
    });
    expect(withLessMemory(told, recipe)).toBe(told);
    const other = new ClinfuseError("device-lost", "gone");
    expect(withLessMemory(other, recipe)).toBe(other);
  });
});
