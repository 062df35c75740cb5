// Section 5: one config through the whole flow. Knows the steps' ports, not who stands behind them (workers in the app).

import type { GenerateEvent, LogEntry, Synthetic } from "../generate/log.ts";
import type { RejectReason } from "../generate/source.ts";
import { needs, sourceOf, writerOf } from "../generate/sources.ts";
import type { KnowledgeEvent, KnowledgeRequest } from "../knowledge/gather.ts";
import type { ImportEvent } from "../knowledge/graphs.ts";
import { type KnowledgeData, noKnowledge } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import type { TrainConfig } from "../train/train-config.ts";
import type { ExperimentConfig, Preset } from "./experiment-config.ts";
import type { NotebookData, StageResult, Step, TrainingResult } from "./notebook.ts";
import { runConfigOf } from "./run-inputs.ts";
import type { GenerateRequest, ModelInfo, OpenModelEvent, OpenModelRequest, TrainRequest, TrainRunEvent } from "./steps.ts";
import { basisOf, type TrainingBasis } from "./training-basis.ts";

type Stream<A, E> = (argument: A, signal?: AbortSignal) => AsyncGenerator<E, void>;

/** What the flow asks of others: the workers' procedures are such. */
export interface ExperimentPorts {
  readonly pipeline: {
    readonly importStarter: Stream<null, ImportEvent>;
    readonly openModel: Stream<OpenModelRequest, OpenModelEvent>;
    readonly gatherKnowledge: Stream<KnowledgeRequest, KnowledgeEvent>;
    readonly generate: Stream<GenerateRequest, GenerateEvent>;
    readonly readRun: LogReader;
  };
  readonly trainer: {
    readonly recipe: RecipeReader;
    readonly train: Stream<TrainRequest, TrainRunEvent>;
  };
}

type LogReader = Stream<{ id: string }, LogEntry>;
type RecipeReader = (argument: { encoder: string; preset: Preset }) => Promise<{
  config: TrainConfig;
  fewEpochs: number;
  syntheticEpochs: number;
}>;

export interface ExperimentResult {
  readonly run: string;
  /** The language model that wrote; absent for a source without one. */
  readonly model?: ModelInfo;
  readonly knowledge: KnowledgeData;
  readonly synthetic: readonly Synthetic[];
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  readonly training: TrainingResult;
  readonly spent: Readonly<Partial<Record<Step, number>>>; // milliseconds
}

export type ExperimentEvent =
  | { readonly type: "step"; readonly step: Step }
  | { readonly type: "knowledge"; readonly event: KnowledgeEvent | ImportEvent | OpenModelEvent }
  | { readonly type: "generate"; readonly event: GenerateEvent }
  | { readonly type: "train"; readonly event: TrainRunEvent }
  | { readonly type: "result"; readonly result: ExperimentResult };

/** Ends with the `result` event. Throws what the steps throw; the run's log stays, so that the same config goes on where it was. */
export async function* experiment(
  config: ExperimentConfig,
  data: NotebookData,
  ports: ExperimentPorts,
  signal: AbortSignal,
): AsyncGenerator<ExperimentEvent, void> {
  const spent: Partial<Record<Step, number>> = {};
  const clock = stopwatch(spent);

  yield { type: "step", step: "knowledge" };
  const model = yield* openWriter(config, ports, signal);
  let knowledge = noKnowledge;
  for await (const event of gather(config, data, ports, signal)) {
    yield { type: "knowledge", event };
    if (event.type === "gathered") knowledge = event.knowledge;
  }
  clock("knowledge");

  yield { type: "step", step: "generate" };
  const runConfig = await runConfigOf(config, model?.id, data, knowledge);
  const request = { config: runConfig, demonstrations: data.train, gold: data.gold ?? [], knowledge };
  let run = "";
  for await (const event of ports.pipeline.generate(request, signal)) {
    yield { type: "generate", event };
    if (event.type === "opened") run = event.run;
  }
  const { synthetic, rejected } = await readLog(ports.pipeline.readRun, run, runConfig.size);
  clock("generate");

  yield { type: "step", step: "train" };
  const training = yield* trainOn(config, data, synthetic, run, ports, signal);
  clock("train");
  yield { type: "result", result: { run, ...(model ? { model } : {}), knowledge, synthetic, rejected, training, spent } };
}

/** Opens the language model of a source that has one. */
async function* openWriter(config: ExperimentConfig, ports: ExperimentPorts, signal: AbortSignal) {
  const writer = writerOf(config.source);
  if (!writer) return undefined;
  let model: ModelInfo | undefined;
  for await (const event of ports.pipeline.openModel({ model: writer.model, engine: config.engine }, signal)) {
    yield { type: "knowledge", event } as const;
    if (event.type === "opened") model = event.model;
  }
  if (!model) throw new Error("openModel ended without `opened`");
  return model;
}

function stopwatch(spent: Partial<Record<Step, number>>): (step: Step) => void {
  let last = performance.now();
  return (step) => {
    const now = performance.now();
    spent[step] = Math.round(now - last);
    last = now;
  };
}

/** Section 4.1; a source that works without knowledge gathers none. */
async function* gather(config: ExperimentConfig, data: NotebookData, ports: ExperimentPorts, signal: AbortSignal) {
  const request = knowledgeRequestOf(config, data.train);
  if (!request) return;
  if (needs(config.source, "graph") && config.graph === "starter") yield* ports.pipeline.importStarter(null, signal);
  yield* ports.pipeline.gatherKnowledge(request, signal);
}

/** Undefined for a source that works without knowledge. */
export function knowledgeRequestOf(config: ExperimentConfig, demonstrations: readonly Example[]): KnowledgeRequest | undefined {
  const { task, graph, source, topicCount, topicLists = "free", seed } = config;
  const choice = sourceOf(source).knowledge?.(source);
  if (!choice) return undefined;
  return {
    task,
    graph,
    topics: choice.topics,
    topicCount,
    topicLists,
    suggestStyles: choice.styles === "llm",
    seed,
    demonstrations,
  };
}

/** The first `size` accepted examples of a run, and how often each reason threw one away before them. */
export async function readLog(
  readRun: LogReader,
  run: string,
  size: number,
): Promise<{ synthetic: Synthetic[]; rejected: Partial<Record<RejectReason, number>> }> {
  const synthetic: Synthetic[] = [];
  const rejected: Partial<Record<RejectReason, number>> = {};
  for await (const entry of readRun({ id: run })) {
    if (synthetic.length === size) break;
    if (entry.type === "accepted") synthetic.push(entry);
    else if (entry.type === "rejected") rejected[entry.reason] = (rejected[entry.reason] ?? 0) + 1;
  }
  return { synthetic, rejected };
}

/** The recipe of the encoder and preset, with what the config changes. */
export async function trainRequestOf(
  config: ExperimentConfig,
  data: NotebookData,
  synthetic: readonly Synthetic[],
  save: string,
  recipeOf: RecipeReader,
): Promise<TrainRequest> {
  const recipe = await recipeOf({ encoder: config.encoder, preset: config.preset });
  const { fewEpochs = recipe.fewEpochs, syntheticEpochs = recipe.syntheticEpochs, ...changes } = config.train ?? {};
  return {
    task: config.task,
    encoder: config.encoder,
    device: config.device,
    few: data.train,
    synthetic: synthetic.map((s) => s.example),
    validation: data.validation,
    test: data.test,
    config: { ...recipe.config, seed: config.seed, ...changes },
    fewEpochs,
    syntheticEpochs,
    save,
  };
}

async function* trainOn(
  config: ExperimentConfig,
  data: NotebookData,
  synthetic: readonly Synthetic[],
  run: string,
  ports: ExperimentPorts,
  signal: AbortSignal,
): AsyncGenerator<ExperimentEvent, TrainingResult> {
  const request = await trainRequestOf(config, data, synthetic, `${run}-${config.size}`, ports.trainer.recipe);
  let result = untrained(request.save, basisOf(config, run, synthetic.length));
  for await (const event of ports.trainer.train(request, signal)) {
    yield { type: "train", event };
    result = withTrainEvent(result, event);
  }
  return result;
}

/** A training run that has told nothing yet. */
export const untrained = (model: string, basis: TrainingBasis): TrainingResult => ({
  device: "wasm",
  model,
  basis,
  history: [],
  results: {},
});

/** What a training run has told so far, and one event more. */
export function withTrainEvent(result: TrainingResult, event: TrainRunEvent): TrainingResult {
  switch (event.type) {
    case "device":
      return { ...result, device: event.device };
    case "step":
    case "epoch":
      return { ...result, history: [...result.history, event] };
    case "scored": {
      const stage: StageResult = { scores: event.scores, predicted: event.predicted };
      return { ...result, results: { ...result.results, [event.stage]: stage } };
    }
    case "device-lost": // what it told before is told again
      return { ...result, history: [], results: {} };
    case "saved":
      return { ...result, model: event.model };
    default:
      return result;
  }
}
