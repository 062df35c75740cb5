// LightNER (Chen et al. 2022; App. E) as a variant of the encoder: a way of training on the few real examples. It makes none.

import type { ConfigOf, Source } from "./source.ts";

export const lightner: Source<ConfigOf<"lightner">> = {
  name: "LightNER (encoder variant)",
  group: "augmentation",
  summary:
    "Makes no text: a frozen encoder learns the few real examples through a small prefix, and its labels are words. For named entities.",
  title: () => "LightNER (encoder variant)",
  needs: () => [],
  rounds: () => [],
  extent: () => 0,
  families: ["ner"],
  // Batches and epochs as the original has them. Its rate, 5e-5, is for BART-large: F1 of MiniLM on 60 training sentences of BC5CDR-Disease outside the
  // few-shot set is 0.04 at that, 0.19 at 1e-3 and 0.07 at 3e-3.
  training: () => ({ kind: "lightner", learningRate: 1e-3, batchSize: 3, epochs: 30 }),
  attempt: async () => undefined,
};
