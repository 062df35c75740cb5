// A BERT small enough for the float64 evaluator.

import type { BertConfig } from "../../../src/nn/bert-config.ts";

export const tinyConfig = (layers: number, vocabSize = 11): BertConfig => ({
  vocabSize,
  hiddenSize: 8,
  layers,
  heads: 2,
  intermediateSize: 12,
  maxPositions: 6,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  initializerRange: 0.3,
});
