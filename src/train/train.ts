// Fine-tuning in two stages (section 4.3, equations 1 and 2). Knows no device, no storage and no test set.

import { turn } from "../base/async.ts";
import { ClinfuseError, isAbort, throwIfAborted } from "../base/errors.ts";
import { type Rng, rng } from "../base/rng.ts";
import { mean } from "../base/stats.ts";
import { type Batch, type EpochLayout, epochBatches, epochLayout, partsOfBatch, rowsFor } from "../classifier/batches.ts";
import type { Classifier } from "../classifier/classifier.ts";
import { balancedWeights, dropoutFeeds, inferenceFeeds, targetFeeds } from "../classifier/feeds.ts";
import { type FixedFeatures, fixedFeatures } from "../classifier/fixed-features.ts";
import { drawMixture, mixedFeeds, mixedLengths } from "../classifier/mixed-feeds.ts";
import { allWindows, answer, inputsOf } from "../classifier/predict.ts";
import { headOf, type Input } from "../classifier/task-head.ts";
import { mainScore, score } from "../evaluate/score.ts";
import type { Example } from "../tasks/example.ts";
import type { ExampleOf, LearnableTask } from "../tasks/task.ts";
import type { Weights } from "../weights/weight.ts";
import { type BestEpoch, type Checkpoint, type Checkpoints, lazyWeights, noCheckpoints, readAll } from "./checkpoint.ts";
import { type DivergenceWatch, divergenceWatch } from "./divergence.ts";
import { dynamicsOf } from "./dynamics.ts";
import { learningRateAt, warmupSteps } from "./schedule.ts";
import { StepsAhead } from "./steps-ahead.ts";
import type { Stage, TrainConfig, TrainEvent, Validated } from "./train-config.ts";

/**
 * Tells whether the later of two epochs is better: by a higher main metric, else by a lower validation loss, else by being later.
 * With five examples to validate on, equal metrics are the rule, and the loss still tells epochs apart.
 */
export function isBetter(later: Validated, best: Validated | undefined): boolean {
  if (!best || later.main !== best.main) return !best || later.main > best.main;
  return later.loss <= best.loss;
}

/** Checkpoints of a training, and the one to resume from. */
export interface Resume {
  readonly checkpoints: Checkpoints;
  /** A checkpoint of a training with the same stages, config, encoder and device. */
  readonly from?: Checkpoint;
}

/**
 * Trains the classifier in place, stage after stage, each from the best weights of the one before and with a fresh optimizer and
 * schedule. When `stage-finished` is yielded the classifier holds the weights of that stage's best epoch, so that its caller may
 * predict before going on. The same config on the same device takes the same steps, also when it resumes from a checkpoint: the events
 * then are those after it. Leaving the loop, or an abort, saves a checkpoint first. Errors: `aborted`,
 * `not-enough-examples` for a stage without any, `diverged`, and the trainer's.
 */
export async function* train(
  classifier: Classifier,
  stages: readonly Stage[],
  validation: readonly Example[],
  config: TrainConfig,
  signal: AbortSignal,
  { checkpoints, from }: Resume = { checkpoints: noCheckpoints },
): AsyncGenerator<TrainEvent, void> {
  const judge = { examples: validation, windows: await allWindows(classifier, validation, signal) };
  const first = from ? stages.findIndex((stage) => stage.id === from.position.stage) : 0;
  for (const stage of stages.slice(first)) {
    if (stage.examples.length === 0 || stage.epochs < 1) {
      throw new ClinfuseError(
        "not-enough-examples",
        `stage "${stage.id}" has ${stage.examples.length} examples and ${stage.epochs} epochs`,
        { what: stage.id, got: stage.examples.length, expected: 1 },
      );
    }
    yield* trainStage({ classifier, stage, judge, config, checkpoints, signal }, stage === stages[first] ? from : undefined);
  }
}

interface Judge {
  readonly examples: readonly Example[];
  readonly windows: readonly (readonly Input[])[];
}

interface Work {
  readonly classifier: Classifier;
  readonly stage: Stage;
  readonly judge: Judge;
  readonly config: TrainConfig;
  readonly checkpoints: Checkpoints;
  readonly signal: AbortSignal;
}

/** Progress of a stage. */
interface Progress {
  /** Taken in the stage. */
  step: number;
  /** Over, validation included. */
  epochs: number;
  /** Losses of the epoch under way. */
  losses: number[];
  best: (BestEpoch & { weights: Weights }) | undefined;
  /** Queued on the trainer beyond `step`. */
  readonly ahead: StepsAhead<StepFacts>;
  /** Taken, but not told: the reader left before. */
  untold: StepEvent[];
}

type StepEvent = Extract<TrainEvent, { type: "step" }>;
type StepFacts = Omit<StepEvent, "loss" | "gradientNorm" | "milliseconds">;

async function* trainStage(work: Work, from: Checkpoint | undefined): AsyncGenerator<TrainEvent, void> {
  const { classifier, stage, judge, checkpoints, signal } = work;
  const config = { ...work.config, ...stage.recipe };
  const inputs = [...(await inputsOf(classifier, stage.examples, signal)), ...(stage.made ?? [])];
  const lengths = inputs.map((input) => input.encoding.ids.length);
  const rows = rowsFor(inputs.length, config.batchSize);
  const perEpoch = stage.batches ?? Math.ceil(inputs.length / rows);
  const cutting = epochLayout(classifier.trainer.device, perEpoch);
  const steps = perEpoch * stage.epochs;
  const progress = await progressAt(classifier, from);
  if (!from) yield { type: "stage", stage: stage.id, examples: inputs.length, epochs: stage.epochs, steps };
  const features = stage.mixing ? undefined : yield* featuresOf(work, inputs); // a layer that mixes may be a frozen one

  const stream = rng(config.seed, "train", stage.id);
  const watch = divergenceWatch(stage.id);
  const patience = config.patience || Number.POSITIVE_INFINITY;
  let left: "stopped" | "failed" | "finished" = "stopped";
  try {
    while (progress.untold.length > 0) yield progress.untold.shift() as StepEvent;
    while (progress.epochs < stage.epochs && progress.epochs - (progress.best?.epoch ?? 0) < patience) {
      const epoch = progress.epochs + 1;
      const cut = (draws: Rng) => epochBatches(lengths, rows, classifier.maxTokens, draws, cutting);
      const batches = batchesOf(perEpoch, stream.fork(epoch), cut);
      const ahead = batches.slice(progress.step - progress.epochs * perEpoch);
      yield* runEpoch({ ...work, config }, { inputs, features, cutting, rows, batches: ahead, epoch, steps, progress, watch });
      if (config.cartography) yield* dynamicsOf(classifier, stage, epoch, inputs, signal);
      yield* endEpoch(work, progress, yield* validate(classifier, judge, signal));
      if (checkpoints.due("epoch")) await saveProgress(work, progress);
    }
    left = "finished";
  } catch (error) {
    if (!isAbort(error)) left = "failed"; // what a failed device holds is worth nothing
    throw error;
  } finally {
    if (left === "stopped") await saveLeft(work, progress, watch).catch(() => undefined); // who stopped it is told that, whatever the device says
  }
  const { best } = progress;
  if (!best) throw new Error(`train: expected at least one epoch, got ${stage.epochs}`);
  await classifier.trainer.write(best.weights);
  yield { type: "stage-finished", stage: stage.id, bestEpoch: best.epoch };
}

/** So many batches, in one pass over the examples or in several. */
function batchesOf(count: number, stream: Rng, cut: (draws: Rng) => Batch[]): Batch[] {
  const batches = cut(stream);
  for (let pass = 1; batches.length < count; pass++) batches.push(...cut(stream.fork("pass", pass)));
  return batches.slice(0, count);
}

async function* featuresOf(
  { classifier, stage, signal }: Work,
  inputs: readonly Input[],
): AsyncGenerator<TrainEvent, FixedFeatures | undefined> {
  const work = fixedFeatures(classifier, inputs, signal);
  let next = await work.next();
  for (; !next.done; next = await work.next()) {
    yield next.value.type === "features" ? { ...next.value, stage: stage.id } : next.value;
  }
  return next.value;
}

async function progressAt({ trainer }: Classifier, from: Checkpoint | undefined): Promise<Progress> {
  const ahead = new StepsAhead<StepFacts>(trainer);
  if (!from) return { step: 0, epochs: 0, losses: [], best: undefined, ahead, untold: [] };
  await trainer.restore(from.trainer);
  const { step, epochs, losses, best, untold = [] } = from.position;
  const kept = best && { ...best, weights: await readAll(from.best ?? []) };
  return { step, epochs, losses: [...losses], best: kept, ahead, untold: [...untold] };
}

/** Takes the numbers of the first step that is under way. Throws `diverged`, and the step's error. */
async function tellNext(progress: Progress, watch: DivergenceWatch): Promise<StepEvent> {
  const event = await progress.ahead.next();
  watch.take(event.step, event.loss, event.gradientNorm);
  progress.step = event.step;
  progress.losses.push(event.loss);
  return event;
}

/** Saves where the reader left: what is queued is taken, and told by who resumes. */
async function saveLeft(work: Work, progress: Progress, watch: DivergenceWatch): Promise<void> {
  while (progress.ahead.waiting > 0) progress.untold.push(await tellNext(progress, watch));
  await saveProgress(work, progress);
}

/** For when no step is under way: the trainer's state is the progress's. */
async function saveProgress({ classifier, stage, checkpoints }: Work, progress: Progress): Promise<void> {
  const { step, epochs, losses, best, untold } = progress;
  const { weights, ...bestEpoch } = best ?? {};
  await checkpoints.save({
    position: {
      stage: stage.id,
      step,
      epochs,
      losses,
      ...(best ? { best: bestEpoch as BestEpoch } : {}),
      ...(untold.length > 0 ? { untold } : {}),
    },
    trainer: await classifier.trainer.state(),
    ...(weights ? { best: lazyWeights(weights) } : {}),
  });
}

/** Keeps the epoch's weights where they are the best so far. */
async function* endEpoch({ classifier, stage }: Work, progress: Progress, found: Validated): AsyncGenerator<TrainEvent, void> {
  const epoch = progress.epochs + 1;
  const better = isBetter(found, progress.best);
  if (better) {
    progress.best = undefined; // its weights need not lie beside the new ones
    progress.best = { ...found, epoch, weights: await classifier.trainer.read() };
  }
  const loss = mean(progress.losses);
  progress.epochs = epoch;
  progress.losses = [];
  yield { type: "epoch", stage: stage.id, epoch, loss, validation: found.scores, validationLoss: found.loss, best: better };
}

interface Epoch {
  readonly inputs: readonly Input[];
  readonly features: FixedFeatures | undefined;
  readonly cutting: EpochLayout;
  readonly rows: number;
  /** Batches of the epoch that are still ahead. */
  readonly batches: readonly Batch[];
  readonly epoch: number;
  /** Steps of the stage. */
  readonly steps: number;
  /** Moves on with each step. */
  readonly progress: Progress;
  readonly watch: DivergenceWatch;
}

/** Steps are told in their order, once their numbers are there: on a GPU those of some together. A checkpoint waits for what is queued. */
async function* runEpoch(whole: Work, work: Epoch): AsyncGenerator<TrainEvent, void> {
  const { classifier, stage, config, signal, checkpoints } = whole;
  const { inputs, features, cutting, rows, batches, epoch, steps, progress, watch } = work;
  const parts = config.accumulation ?? 1;
  const layout = {
    rows: Math.ceil(rows / parts),
    pad: classifier.encoder.tokenizer.special.pad,
    perToken: headOf(classifier.task) === "token",
    multi: headOf(classifier.task) === "multi",
    outputs: classifier.names.length,
    asks: classifier.query.length > 0,
  };
  const warmup = warmupSteps(steps, config.warmup);
  const weighing = {
    smoothing: config.labelSmoothing ?? 0,
    ...(config.classWeights === "balanced" ? { weights: balancedWeights(inputs, layout.outputs) } : {}),
  };
  const lengths = inputs.map((input) => input.encoding.ids.length);
  const { weightDecay, decayVectors = true, clipNorm } = config;
  const { mixing } = stage;
  const { ahead } = progress;
  let due = false;
  const tellDownTo = async function* (most: number): AsyncGenerator<TrainEvent, void> {
    while (ahead.waiting > most) {
      yield await tellNext(progress, watch);
      due = checkpoints.due("step") || due;
    }
    if (!due || most > 0) return;
    due = false;
    await saveProgress(whole, progress);
  };
  for (const [i, batch] of batches.entries()) {
    const step = progress.step + ahead.waiting + 1;
    const mixture = mixing && drawMixture(mixing, batch.indices, rng(config.seed, "mix", stage.id, step));
    const widths = mixture ? mixedLengths(lengths, mixture) : lengths;
    const partial = partsOfBatch(batch, widths, rows, parts, classifier.maxTokens, cutting.buckets);
    for (const part of partial) {
      const tokens = features?.width(part) ?? part.tokens;
      if (!classifier.compiles("step", layout.rows, tokens, mixture?.layer)) continue;
      yield* tellDownTo(0);
      yield { type: "compiling", tokens };
    }
    await turn(); // an abort sent from another thread gets its turn
    if (signal.aborted) yield* tellDownTo(0);
    throwIfAborted(signal);
    const learningRate = learningRateAt(step, steps, config.learningRate, warmup, config.schedule);
    const start = performance.now();
    const feeds = partial.map((part, k) => ({
      ...(mixture
        ? mixedFeeds(inputs, part, layout, mixture, weighing, batch.indices)
        : {
            ...(features?.feeds(part, layout.rows) ?? inferenceFeeds(inputs, part, layout)),
            ...targetFeeds(inputs, part, layout, weighing, batch.indices),
          }),
      ...(config.dropout ? dropoutFeeds(classifier.encoder.config, rng(config.seed, "dropout", stage.id, step, k)) : {}),
    }));
    const held = ahead.holds && !due && i < batches.length - 1;
    const taken = classifier.trainer.step(feeds, { learningRate, weightDecay, decayVectors, clipNorm, held });
    ahead.add({ type: "step", stage: stage.id, step, steps, epoch, learningRate }, start, taken, held);
    yield* tellDownTo(due ? 0 : ahead.most);
  }
  yield* tellDownTo(0);
}

async function* validate(classifier: Classifier, judge: Judge, signal: AbortSignal): AsyncGenerator<TrainEvent, Validated> {
  const { task } = classifier;
  const work = answer(classifier, judge.examples, judge.windows, signal);
  let next = await work.next();
  for (; !next.done; next = await work.next()) if (next.value.type === "compiling") yield next.value;
  const { examples: predicted, outcomes: found } = next.value;
  const ofTask = (examples: readonly Example[]) => examples as readonly ExampleOf<LearnableTask>[]; // `inputOf` refused other kinds
  const scores = score(task, ofTask(judge.examples), ofTask(predicted));
  const count = found.reduce((n, o) => n + o.count, 0);
  const loss = found.reduce((n, o) => n + o.loss, 0) / Math.max(1, count);
  return { scores, main: mainScore(task, scores), loss };
}
