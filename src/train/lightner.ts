// LightNER (Chen et al. 2022; App. E) as a variant of the encoder: one training of its prefix on the few-shot set. Knows no graph and no device.

import type { MethodOf, TrainingMethodRow } from "./training-method.ts";

export const lightner: TrainingMethodRow<MethodOf<"lightner">> = {
  begins: "encoder", // stage I would change what is to stay frozen
  rows: 1,
  batchSize: ({ batchSize }) => batchSize,
  variant: "lightner",
  classifier: () => ({ variant: "lightner" }),
  prepare: async ({ learningRate, batchSize, epochs }, { few }) => ({
    stage: { id: "synthetic", examples: few, epochs, recipe: { learningRate, batchSize } },
    remarks: [
      `LightNER made no texts: a prefix before a frozen encoder learned the few-shot set by a recipe of its own, ${epochs} epochs in batches of ${batchSize} at a rate of ${learningRate}.`,
    ],
  }),
};
