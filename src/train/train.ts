// Fine-tuning in two stages (section 4.3, equations 1 and 2). Knows no device, no storage and no test set.

import { breathe } from "../base/async.ts";
import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { rng } from "../base/rng.ts";
import { mean } from "../base/stats.ts";
import { mainScore, score } from "../evaluate/score.ts";
import type { Scores } from "../evaluate/scores.ts";
import type { Weights } from "../runtime/trainer.ts";
import type { Example } from "../tasks/example.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import { type Batch, epochBatches, rowsFor } from "./batches.ts";
import type { Classifier } from "./classifier.ts";
import { balancedWeights, dropoutFeeds, type Outcome, trainingFeeds } from "./feeds.ts";
import { infer, inputsOf } from "./predict.ts";
import { learningRateAt, warmupSteps } from "./schedule.ts";
import { type Input, predictedExample } from "./task-head.ts";
import type { Stage, TrainConfig, TrainEvent } from "./train-config.ts";

/** How well an epoch's weights do on the validation examples. */
export interface Validated {
  readonly scores: Scores;
  /** The task's main metric. */
  readonly main: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
}

/**
 * Whether the later of two epochs is to be kept: the higher main metric; where they are equal the lower validation loss, and then
 * the later epoch. With five examples to validate on, equal metrics are the rule, and the loss still tells epochs apart.
 */
export function isBetter(later: Validated, best: Validated | undefined): boolean {
  if (!best || later.main !== best.main) return !best || later.main > best.main;
  return later.loss <= best.loss;
}

/**
 * Trains the classifier in place, stage after stage, each from the best weights of the one before and with a fresh optimizer and
 * schedule. When `stage-finished` is yielded the classifier holds the weights of that stage's best epoch, so that its caller may
 * predict before going on. The same config on the same device takes the same steps. Errors: `aborted`, `not-enough-examples` for
 * a stage without any, `engine-failed` when the loss is no longer a number, and the trainer's.
 */
export async function* train(
  classifier: Classifier,
  stages: readonly Stage[],
  validation: readonly Example[],
  config: TrainConfig,
  signal: AbortSignal,
): AsyncGenerator<TrainEvent, void> {
  const judge = { examples: validation, inputs: await inputsOf(classifier, validation, signal) };
  for (const stage of stages) {
    if (stage.examples.length === 0 || stage.epochs < 1) {
      throw new ClinfuseError(
        "not-enough-examples",
        `stage "${stage.id}" has ${stage.examples.length} examples and ${stage.epochs} epochs`,
        { what: stage.id, got: stage.examples.length, expected: 1 },
      );
    }
    yield* trainStage(classifier, stage, judge, config, signal);
  }
}

interface Judge {
  readonly examples: readonly Example[];
  readonly inputs: readonly Input[];
}

async function* trainStage(
  classifier: Classifier,
  stage: Stage,
  judge: Judge,
  config: TrainConfig,
  signal: AbortSignal,
): AsyncGenerator<TrainEvent, void> {
  const { trainer, maxTokens } = classifier;
  const inputs = await inputsOf(classifier, stage.examples, signal);
  const lengths = inputs.map((input) => input.encoding.ids.length);
  const rows = rowsFor(inputs.length, config.batchSize);
  const steps = Math.ceil(inputs.length / rows) * stage.epochs;
  yield { type: "stage", stage: stage.id, examples: inputs.length, epochs: stage.epochs, steps };

  const stream = rng(config.seed, "train", stage.id);
  let best: (Validated & { epoch: number; weights: Weights }) | undefined;
  let step = 0;
  for (let epoch = 1; epoch <= stage.epochs; epoch++) {
    const losses: number[] = [];
    const batches = epochBatches(lengths, rows, maxTokens, stream.fork(epoch));
    for await (const event of runEpoch(
      classifier,
      { stage, inputs, rows, batches, epoch, first: step + 1, steps },
      config,
      signal,
    )) {
      if (event.type === "step") losses.push(event.loss);
      yield event;
    }
    step += batches.length;
    const found = yield* validate(classifier, judge, signal);
    const better = isBetter(found, best);
    if (better) best = { ...found, epoch, weights: await trainer.read() };
    const { scores, loss: validationLoss } = found;
    yield { type: "epoch", stage: stage.id, epoch, loss: mean(losses), validation: scores, validationLoss, best: better };
    if (epoch - (best?.epoch ?? 0) >= (config.patience || Number.POSITIVE_INFINITY)) break;
  }
  if (!best) throw new Error(`train: expected at least one epoch, got ${stage.epochs}`);
  await trainer.write(best.weights);
  yield { type: "stage-finished", stage: stage.id, bestEpoch: best.epoch };
}

interface Epoch {
  readonly stage: Stage;
  readonly inputs: readonly Input[];
  readonly rows: number;
  readonly batches: readonly Batch[];
  readonly epoch: number;
  /** Number of its first step within the stage, and of all steps. */
  readonly first: number;
  readonly steps: number;
}

async function* runEpoch(
  classifier: Classifier,
  work: Epoch,
  config: TrainConfig,
  signal: AbortSignal,
): AsyncGenerator<TrainEvent, void> {
  const { stage, inputs, rows, batches, epoch, first, steps } = work;
  const layout = {
    rows,
    pad: classifier.encoder.tokenizer.special.pad,
    perToken: classifier.task.kind === "token",
    outputs: classifier.names.length,
  };
  const warmup = warmupSteps(steps, config.warmup);
  const weighing = {
    smoothing: config.labelSmoothing ?? 0,
    ...(config.classWeights === "balanced" ? { weights: balancedWeights(inputs, layout.outputs) } : {}),
  };
  for (const [i, batch] of batches.entries()) {
    if (classifier.compiles("step", rows, batch.tokens)) yield { type: "compiling", tokens: batch.tokens };
    await breathe(); // an abort sent from another thread gets its turn
    throwIfAborted(signal);
    const step = first + i;
    const learningRate = learningRateAt(step, steps, config.learningRate, warmup, config.schedule);
    const { weightDecay, clipNorm } = config;
    const start = performance.now();
    const feeds = {
      ...trainingFeeds(inputs, batch, layout, weighing),
      ...(config.dropout ? dropoutFeeds(classifier.encoder.config, rng(config.seed, "dropout", stage.id, step)) : {}),
    };
    const { loss, gradientNorm } = await classifier.trainer.step(feeds, { learningRate, weightDecay, clipNorm });
    const milliseconds = performance.now() - start;
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw new ClinfuseError("engine-failed", `the loss is ${loss} at step ${step} of stage "${stage.id}": training diverged`, {
        what: "loss",
        got: String(loss),
      });
    }
    yield { type: "step", stage: stage.id, step, steps, epoch, loss, learningRate, gradientNorm, milliseconds };
  }
}

async function* validate(classifier: Classifier, judge: Judge, signal: AbortSignal): AsyncGenerator<TrainEvent, Validated> {
  const { task } = classifier;
  const work = infer(classifier, judge.inputs, signal);
  let next = await work.next();
  for (; !next.done; next = await work.next()) if (next.value.type === "compiling") yield next.value;
  const found = next.value;
  const predicted = judge.examples.map((e, i) =>
    predictedExample(task, e, judge.inputs[i] as Input, (found[i] as Outcome).outputs),
  );
  const ofTask = (examples: readonly Example[]) => examples as readonly ExampleOf<Task>[]; // `inputOf` refused other kinds
  const scores = score(task, ofTask(judge.examples), ofTask(predicted));
  const count = found.reduce((n, o) => n + o.count, 0);
  const loss = found.reduce((n, o) => n + o.loss, 0) / Math.max(1, count);
  return { scores, main: mainScore(task, scores), loss };
}
