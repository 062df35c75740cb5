// The default recipe of an encoder: the paper's for PubMedBERT (App. C), our own for smaller encoders. Pure.

import type { BertConfig } from "../nn/bert-config.ts";
import type { TrainConfig } from "./train-config.ts";

export interface Recipe {
  readonly config: TrainConfig;
  /** Stage I, equation 1. */
  readonly fewEpochs: number;
  /** Stage II, equation 2. */
  readonly syntheticEpochs: number;
}

/** Peak rate of encoders smaller than the paper's, such as MiniLM (hidden size 384): 2e-5 teaches them nothing in so few steps. */
const smallEncoderRate = 3e-4; // mean F1 on BC5CDR-Disease, 60 and 200 sentences with a quarter of the marks lost: 1e-4 0.36, 3e-4 0.47

/**
 * `paper`: 6 epochs a stage, 256 tokens, warm-up 5 %, BERT's own dropout. `small`: the same with 128 tokens, 20 epochs on the few examples
 * (a step or two each), and no dropout, which costs time. The peak rate is the encoder's: the paper's for PubMedBERT Base (hidden size 768, 2e-5)
 * and Large (1024, 4e-5), our own for smaller ones. The paper leaves open: batches of 16; decay 0.01, PyTorch's default for AdamW; gradients
 * clipped to norm 1, the default of transformers' Trainer.
 */
export function recipeFor(encoder: BertConfig, preset: "small" | "paper"): Recipe {
  const learningRate = encoder.hiddenSize >= 1024 ? 4e-5 : encoder.hiddenSize >= 768 ? 2e-5 : smallEncoderRate;
  const shared = { learningRate, batchSize: 16, warmup: 0.05, weightDecay: 0.01, clipNorm: 1, seed: 1 };
  switch (preset) {
    case "paper":
      return { config: { ...shared, maxTokens: 256, dropout: 0.1 }, fewEpochs: 6, syntheticEpochs: 6 };
    case "small":
      return { config: { ...shared, maxTokens: 128 }, fewEpochs: 20, syntheticEpochs: 6 };
    default:
      return preset satisfies never;
  }
}
