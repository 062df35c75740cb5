// KGPC (Chen et al. 2023; App. E), re-implemented: one training on real and made examples, each with a question behind it. Knows no graph.

import type { MethodOf, TrainingMethodRow } from "./training-method.ts";

export const kgpc: TrainingMethodRow<MethodOf<"kgpc">> = {
  begins: "encoder", // stage I reads its texts without the question
  rows: 1,
  variant: "kgpc",
  classifier: () => ({ variant: "kgpc" }),
  prepare: async (_, { few, synthetic, epochs }) => ({
    stage: { id: "synthetic", examples: [...few, ...synthetic], epochs },
    remarks: [
      `KGPC learned ${few.length} real examples and ${synthetic.length} made of them in one training, by the recipe of stage II, with a question behind each text.`,
    ],
  }),
};
