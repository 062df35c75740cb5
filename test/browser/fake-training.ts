// A training that a test lays out: its recipe, and the events of a stage with a falling loss. Knows no service.

import type { TrainRunEvent } from "../../src/experiment/steps.ts";
import type { Example } from "../../src/tasks/example.ts";
import type { StageId } from "../../src/train/train-config.ts";

export const recipe = {
  config: { learningRate: 3e-4, batchSize: 16, maxTokens: 64, warmup: 0.05, weightDecay: 0.01, clipNorm: 1, seed: 1 },
  fewEpochs: 20,
  syntheticEpochs: 6,
  encoder: {
    vocabSize: 30522,
    hiddenSize: 384,
    layers: 6,
    heads: 12,
    intermediateSize: 1536,
    maxPositions: 512,
    typeVocabSize: 2,
    layerNormEpsilon: 1e-12,
    initializerRange: 0.02,
  },
};

export async function* stage(
  id: StageId,
  epochs: number,
  steps: number,
  test: readonly Example[],
  tick: () => Promise<void>,
): AsyncGenerator<TrainRunEvent, void> {
  const total = epochs * steps;
  yield { type: "stage", stage: id, examples: steps * 16, epochs, steps: total };
  for (let step = 1; step <= total; step++) {
    await tick();
    const loss = (id === "few" ? 1.1 : 0.7) * Math.exp(-step / (total * 0.6)) + 0.05 * Math.abs(Math.sin(step * 3));
    const epoch = Math.ceil(step / steps);
    yield {
      type: "step",
      stage: id,
      step,
      steps: total,
      epoch,
      loss,
      learningRate: 3e-4 * (1 - step / total),
      gradientNorm: 1.4,
      milliseconds: 90,
    };
    if (step % steps === 0)
      yield {
        type: "epoch",
        stage: id,
        epoch,
        loss,
        validation: scores(id, 0.3 + epoch / 50),
        validationLoss: loss + 0.2,
        best: epoch < 5,
      };
  }
  yield { type: "stage-finished", stage: id, bestEpoch: 4 };
  const predicted = test.map((e, i) =>
    e.kind === "token" && (id === "few" || i % 4 === 0) ? { ...e, spans: e.spans.slice(1) } : e,
  );
  yield { type: "scored", stage: id, scores: scores(id, id === "few" ? 0.141 : 0.412), predicted };
}

const scores = (id: StageId, f1: number) => ({
  values: { f1, precision: id === "few" ? 0.12 : 0.39, recall: id === "few" ? 0.17 : 0.44 },
  perLabel: { Disease: { precision: 0.39, recall: 0.44, f1, support: 96 } },
  examples: 60,
});

/** Every fifth example is never learnt, the fourth only half of the time. */
export const dynamics = (epoch: number, examples: number): Extract<TrainRunEvent, { type: "dynamics" }> => {
  const right = Array.from({ length: examples }, (_, i) => i % 5 !== 0 && (i !== 3 || epoch === 2));
  return { type: "dynamics", stage: "synthetic", epoch, gold: right.map((is, i) => (is ? 0.9 : 0.1 + i / 1000)), right };
};

/** A stream that no test of the page reads. */
export const unasked = (why: string) =>
  // biome-ignore lint/correctness/useYield: it only fails
  async function* (): AsyncGenerator<never, void> {
    throw new Error(why);
  };
