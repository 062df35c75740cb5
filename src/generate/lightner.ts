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
  // Batches and rounds over the examples as the original has them; its rate is for BART-large. See docs/paper.md.
  training: () => ({ kind: "lightner", learningRate: 3e-3, batchSize: 3, epochs: 30 }),
  attempt: async () => undefined,
};
