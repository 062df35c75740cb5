// Fine-tuning of a masked model on the few-shot set: masks drawn anew each epoch, loss on masked places alone. Knows no storage and no source.

import { turn } from "../base/async.ts";
import { throwIfAborted } from "../base/errors.ts";
import { rng } from "../base/rng.ts";
import { mean } from "../base/stats.ts";
import { epochBatches, epochLayout, lengthBuckets, partsOfBatch, rowsFor, sortedBatches } from "../classifier/batches.ts";
import { dropoutFeeds, inferenceFeeds, outcomes, targetFeeds } from "../classifier/feeds.ts";
import type { MaskedInput } from "../classifier/masked-input.ts";
import type { MaskedModel } from "../classifier/masked-model.ts";
import { type MaskScheme, masked } from "../classifier/masking.ts";
import type { Input } from "../classifier/task-head.ts";
import type { Example } from "../tasks/example.ts";
import type { Weights } from "../weights/weight.ts";
import { divergenceWatch } from "./divergence.ts";
import { learningRateAt, warmupSteps } from "./schedule.ts";
import { StepsAhead } from "./steps-ahead.ts";
import type { TrainConfig } from "./train-config.ts";

/** Settings of a masked model's fine-tuning, as TrainConfig has them. */
export type MaskTuning = Pick<TrainConfig, "learningRate" | "batchSize" | "maxTokens" | "warmup" | "weightDecay" | "seed"> & {
  readonly epochs: number;
  readonly dropout: number;
  readonly masks: MaskScheme;
};

export type MaskedEvent =
  | { readonly type: "compiling"; readonly tokens: number }
  | {
      readonly type: "step";
      readonly step: number; // from 1
      readonly steps: number;
      readonly epoch: number; // from 1
      /** Mean cross-entropy of the masked pieces, in nats. */
      readonly loss: number;
      readonly milliseconds: number;
    }
  | {
      readonly type: "epoch";
      readonly epoch: number;
      readonly loss: number;
      /** The same of the validation examples, whose masks are the same in each epoch. */
      readonly validationLoss: number;
      readonly best: boolean;
    }
  | { readonly type: "tuned"; readonly bestEpoch: number };

/** Maskings drawn beforehand, of which each epoch takes the next (Zhou et al. 2022). */
const maskings = 30;
const clipNorm = 1;

interface Work {
  readonly model: MaskedModel;
  readonly inputs: readonly MaskedInput[];
  readonly tuning: MaskTuning;
  readonly signal: AbortSignal;
}

/**
 * Fine-tunes the model in place. When it ends, the model holds the weights of the epoch with the lowest validation loss. The same arguments on
 * the same device take the same steps: nothing is kept, and who needs the model again makes it again. Examples without a place to mask teach
 * nothing; where all are so, the model stays as it is. Errors: `aborted`, `diverged`, and the trainer's.
 */
export async function* tuneMasked(
  model: MaskedModel,
  few: readonly Example[],
  validation: readonly Example[],
  tuning: MaskTuning,
  signal: AbortSignal,
): AsyncGenerator<MaskedEvent, void> {
  const readable = (examples: readonly Example[]) => examples.map(model.read).filter(({ places }) => places.length > 0);
  const inputs = readable(few);
  if (inputs.length === 0) return;
  const judged = readable(validation).map((input, i) =>
    masked(input, tuning.masks, model.mask, rng(tuning.seed, "masks", "dev", i)),
  );
  const work: Work = { model, inputs, tuning, signal };
  const watch = divergenceWatch("masked model");
  let best: { readonly epoch: number; readonly loss: number; readonly weights: Weights } | undefined;
  for (let epoch = 1; epoch <= tuning.epochs; epoch++) {
    const losses: number[] = [];
    for await (const event of runEpoch(work, epoch)) {
      if (event.type === "step") {
        watch.take(event.step, event.loss, event.gradientNorm);
        losses.push(event.loss);
      }
      yield event;
    }
    const loss = yield* lossOf(model, judged, signal);
    const better = !best || loss <= best.loss;
    if (better) {
      best = undefined; // its weights need not lie beside the new ones
      best = { epoch, loss, weights: await model.trainer.read() };
    }
    yield { type: "epoch", epoch, loss: mean(losses), validationLoss: loss, best: better };
  }
  if (!best) return;
  await model.trainer.write(best.weights);
  yield { type: "tuned", bestEpoch: best.epoch };
}

type Step = Extract<MaskedEvent, { type: "step" }> & { readonly gradientNorm: number };

async function* runEpoch(
  { model, inputs, tuning, signal }: Work,
  epoch: number,
): AsyncGenerator<Exclude<MaskedEvent, { type: "step" }> | Step, void> {
  const { trainer, encoder, maxTokens, mask } = model;
  const { epochs, learningRate, weightDecay, dropout, seed } = tuning;
  const rows = rowsFor(inputs.length, tuning.batchSize);
  const parts = Math.ceil(rows / model.rows);
  const layout = layoutOf(model, Math.ceil(rows / parts));
  const perEpoch = Math.ceil(inputs.length / rows);
  const steps = perEpoch * epochs;
  const warmup = warmupSteps(steps, tuning.warmup);
  const cutting = epochLayout(trainer.device, perEpoch);
  const lengths = inputs.map(({ encoding }) => encoding.ids.length);
  const round = (epoch - 1) % maskings;
  const hidden = inputs.map((input, i) => masked(input, tuning.masks, mask, rng(seed, "masks", round, i)));
  const batches = epochBatches(lengths, rows, maxTokens, rng(seed, "masked epoch", epoch), cutting);
  const ahead = new StepsAhead<{
    readonly type: "step";
    readonly step: number;
    readonly steps: number;
    readonly epoch: number;
  }>(trainer);
  const tellDownTo = async function* (most: number): AsyncGenerator<Step, void> {
    while (ahead.waiting > most) yield await ahead.next();
  };
  for (const [i, batch] of batches.entries()) {
    const step = (epoch - 1) * perEpoch + i + 1;
    const partial = partsOfBatch(batch, lengths, rows, parts, maxTokens, cutting.buckets);
    for (const { tokens } of partial) {
      if (!model.compiles("step", layout.rows, tokens)) continue;
      yield* tellDownTo(0);
      yield { type: "compiling", tokens };
    }
    await turn(); // an abort sent from another thread gets its turn
    throwIfAborted(signal);
    const start = performance.now();
    const feeds = partial.map((part, k) => ({
      ...inferenceFeeds(hidden, part, layout),
      ...targetFeeds(hidden, part, layout, { smoothing: 0 }, batch.indices),
      ...(dropout > 0 ? dropoutFeeds(encoder.config, rng(seed, "masked dropout", step, k)) : {}),
    }));
    const rate = learningRateAt(step, steps, learningRate, warmup);
    const held = ahead.holds && i < batches.length - 1;
    const taken = trainer.step(feeds, { learningRate: rate, weightDecay, clipNorm, held });
    ahead.add({ type: "step", step, steps, epoch }, start, taken, held);
    yield* tellDownTo(ahead.most);
  }
  yield* tellDownTo(0);
}

const layoutOf = ({ encoder: { config, tokenizer } }: MaskedModel, rows: number) => ({
  rows,
  pad: tokenizer.special.pad,
  perToken: true,
  outputs: config.vocabSize,
});

/** Mean cross-entropy of the masked pieces; 0 where there are none, so that the last epoch is taken. */
async function* lossOf(
  model: MaskedModel,
  inputs: readonly Input[],
  signal: AbortSignal,
): AsyncGenerator<Extract<MaskedEvent, { type: "compiling" }>, number> {
  const layout = layoutOf(model, Math.min(model.rows, rowsFor(inputs.length, model.rows)));
  const lengths = inputs.map(({ encoding }) => encoding.ids.length);
  let sum = 0;
  let count = 0;
  for (const batch of sortedBatches(lengths, layout.rows, model.maxTokens, lengthBuckets[model.trainer.device])) {
    if (model.compiles("infer", layout.rows, batch.tokens)) yield { type: "compiling", tokens: batch.tokens };
    await turn();
    throwIfAborted(signal);
    const logits = await model.trainer.infer(inferenceFeeds(inputs, batch, layout));
    for (const found of outcomes(inputs, batch, logits, "likeliest")) {
      sum += found.loss;
      count += found.count;
    }
  }
  return sum / Math.max(1, count);
}
