// Fine-tuning of a masked model: which pieces are hidden in which epoch. The trainer is a table of single words.

import { expect, it } from "vitest";
import { maskedInput } from "../../../src/classifier/masked-input.ts";
import type { MaskedModel } from "../../../src/classifier/masked-model.ts";
import type { Feeds } from "../../../src/runtime/trainer.ts";
import { type MaskTuning, tuneMasked } from "../../../src/train/masked.ts";
import { linearTrainer } from "./linear-trainer.ts";
import { linearClassifier, tokenExamples, vocabulary } from "./toy.ts";

const { encoder, task } = linearClassifier();
const few = tokenExamples(4, 1);

/** What each epoch's step was shown, an array of ids. */
async function shownBy(masks: MaskTuning["masks"], epochs: number): Promise<string[]> {
  const trainer = linearTrainer({ vocabulary: vocabulary.length, outputs: vocabulary.length, perToken: true });
  const shown: string[] = [];
  const model: MaskedModel = {
    encoder: { config: { ...encoder.config, vocabSize: vocabulary.length }, tokenizer: encoder.tokenizer },
    trainer: {
      ...trainer,
      step(feeds, options) {
        shown.push(String((feeds as readonly Feeds[])[0]?.input_ids?.data));
        return trainer.step(feeds, options);
      },
    },
    mask: vocabulary.indexOf("[MASK]"),
    maxTokens: 64,
    rows: few.length,
    read: (example) => maskedInput("before", task, encoder.tokenizer, example, 64),
    compiles: () => false,
    close: async () => undefined,
  };
  const tuning = {
    epochs,
    learningRate: 0.1,
    batchSize: few.length,
    maxTokens: 64,
    warmup: 0,
    weightDecay: 0,
    dropout: 0,
    seed: 3,
  };
  for await (const _ of tuneMasked(model, few, few, { ...tuning, masks }, new AbortController().signal));
  return shown.map((ids) => ids.split(",").sort().join()); // batches are shuffled: only what is hidden counts
}

it("hides other pieces in each of thirty epochs, then the same again (Zhou et al. 2022)", async () => {
  const shown = await shownBy({ kind: "each", rate: 0.5 }, 32);
  expect(shown).toHaveLength(32);
  expect(new Set(shown.slice(0, 30)).size).toBeGreaterThan(20);
  expect(shown.slice(30)).toEqual(shown.slice(0, 2));
});
