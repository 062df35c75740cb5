// Ports that count what they compute: texts from a list, trainings of a classifier of single words.

import { rng } from "../../../src/base/rng.ts";
import { predict } from "../../../src/classifier/predict.ts";
import type { NotebookData } from "../../../src/experiment/notebook.ts";
import type { ExperimentPorts } from "../../../src/experiment/ports.ts";
import { stageKeeper } from "../../../src/experiment/stage-keeper.ts";
import type { TrainRequest, TrainRunEvent } from "../../../src/experiment/steps.ts";
import { trainAndScore } from "../../../src/experiment/train-and-score.ts";
import type { LogEntry } from "../../../src/generate/log.ts";
import { runId } from "../../../src/generate/run-config.ts";
import { taskOf } from "../../../src/tasks/catalogue.ts";
import type { Task } from "../../../src/tasks/task.ts";
import type { Folder } from "../../../src/train/checkpoint-files.ts";
import { methodRow } from "../../../src/train/training-methods.ts";
import { linearClassifier, tokenExamples } from "../train/toy.ts";

export function memoryFolder(files = new Map<string, Blob>()): Folder {
  return {
    read: async (name) => files.get(name),
    async write(name, data) {
      const blob = await new Response(data as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
      files.set(name, blob);
      return blob.size;
    },
    names: async () => [...files.keys()],
    async delete(name) {
      files.delete(name);
    },
  };
}

export const data: NotebookData = {
  source: "toy",
  remarks: [],
  train: tokenExamples(5, 1),
  validation: tokenExamples(5, 2),
  test: tokenExamples(12, 3),
};

const recipe = {
  config: { learningRate: 1, batchSize: 8, maxTokens: 64, warmup: 0.05, weightDecay: 0, clipNorm: 0, seed: 7 },
  fewEpochs: 3,
  syntheticEpochs: 2,
};

/** Accepted twice, then rejected, and so on. */
function entryOf(index: number, seed: number): LogEntry {
  const common = { index, label: "Disease", origin: { kind: "prompted", turns: [] } } as const;
  if (index % 3 === 2) return { type: "rejected", ...common, reason: "truncated" };
  return { type: "accepted", ...common, example: tokenExamples(1, 100 + index + 1000 * seed)[0] as never };
}

export interface Computed {
  gathered: number;
  attempts: number;
  steps: Record<"few" | "synthetic", number>;
  predictions: number;
  opened: number;
}

/** The disk of the workers: it outlives a kill, as `computed` does. */
export interface FakeDisk {
  readonly logs: Map<string, LogEntry[]>;
  readonly stages: Map<string, Map<string, Blob>>;
  /** Names of trained models -> their weights. */
  readonly models: Map<string, Float32Array>;
  readonly computed: Computed;
}

export const fakeDisk = (): FakeDisk => ({
  logs: new Map(),
  stages: new Map(),
  models: new Map(),
  computed: { gathered: 0, attempts: 0, steps: { few: 0, synthetic: 0 }, predictions: 0, opened: 0 },
});

const inner = async (classifier: ReturnType<typeof linearClassifier>) =>
  (await classifier.trainer.read()).get("table")?.data as Float32Array;

/** Stage II of a way of training, from embeddings that are drawn by a seed. */
async function preparedOf(request: TrainRequest, { encoder }: ReturnType<typeof linearClassifier>, signal: AbortSignal) {
  const { task, few, synthetic, training, syntheticEpochs: epochs, config: recipe } = request;
  if (!training) return undefined;
  const { vocabSize, hiddenSize } = encoder.config;
  const draws = rng("fake embeddings");
  const rows = Float32Array.from({ length: vocabSize * hiddenSize }, () => draws.next() - 0.5);
  const weights = new Map([["embeddings.word_embeddings.weight", { shape: [vocabSize, hiddenSize], data: rows }]]);
  const material = { task: taskOf(task), encoder: { ...encoder, weights }, few, synthetic, size: training.size };
  return methodRow(training).prepare(training.method, { ...material, epochs, config: recipe }, signal);
}

export function fakePorts(disk: FakeDisk): ExperimentPorts {
  const { computed, logs } = disk;
  const graph = { id: "starter", name: "Starter", nodes: { Disease: 3 }, edges: {}, provenance: [] };
  return {
    data: async () => data,
    pipeline: {
      async *importStarter() {
        yield { type: "imported", graph };
      },
      graphs: async () => [graph],
      async *openModel({ model }) {
        computed.opened++;
        yield {
          type: "opened",
          model: { id: `fake/${model}`, engine: "fake", contextTokens: 2048, slots: 1, runsOn: "nothing" },
        };
      },
      async *gatherKnowledge({ seed }) {
        computed.gathered++;
        const styles = [{ name: `style ${seed}`, source: "paper" as const }];
        yield { type: "gathered", knowledge: { topics: {}, styles, lexicon: [] } };
      },
      async *generate({ config }) {
        const run = await runId(config);
        const log = logs.get(run) ?? [];
        logs.set(run, log);
        const accepted = () => log.filter((e) => e.type === "accepted").length;
        yield { type: "opened", run, next: log.length, accepted: accepted(), rejected: {} };
        while (accepted() < config.size) {
          computed.attempts++;
          const entry = entryOf(log.length, config.seed + (config.source.kind === "zerogen" ? 50 : 0));
          log.push(entry);
          yield entry;
        }
        yield { type: "finished", accepted: accepted(), attempts: log.length };
      },
      async *readRun({ id }) {
        yield* structuredClone(logs.get(id) ?? []);
      },
    },
    trainer: {
      recipe: async () => recipe,
      async *train(request, signal = new AbortController().signal) {
        const classifier = linearClassifier(taskOf(request.task) as Task);
        const key = request.stageOne;
        const files = key === undefined ? undefined : (disk.stages.get(key) ?? new Map<string, Blob>());
        if (key !== undefined && files) disk.stages.set(key, files);
        yield { type: "device", device: "wasm", reason: "fake" };
        let found = false;
        const keepers = {
          ...(files ? { stageOne: stageKeeper(memoryFolder(files), key as string, { device: "wasm" }, []) } : {}),
          ...(request.keepModel === false
            ? {}
            : {
                async *model(): AsyncGenerator<TrainRunEvent, void> {
                  disk.models.set(request.save, await inner(classifier));
                  yield { type: "saved", model: request.save, bytes: 1 };
                },
              }),
        };
        const events = trainAndScore(classifier, request, signal, keepers, await preparedOf(request, classifier, signal));
        const replayed: TrainRunEvent[] = [];
        for await (const event of events) {
          if (event.type === "stage-found") found = true;
          if (event.type === "stage-found") replayed.length = 0;
          if (event.type === "step") replayed.push(event);
          yield event;
          if (event.type === "stage-finished" || event.type === "stage-found") {
            if (!(found && event.type === "stage-found")) {
              for (const { stage } of replayed as { stage: "few" | "synthetic" }[]) computed.steps[stage]++;
            }
            replayed.length = 0;
          }
          if (event.type === "scored") computed.predictions++;
        }
      },
      /** Every third example is wrong to the head. */
      async *features({ stage, examples, wanted }, signal = new AbortController().signal) {
        if (wanted !== "data-map") throw new Error("no source of these tests has rounds");
        computed.predictions++;
        yield* trainAndScore(linearClassifier(taskOf(stage.task) as Task), stage, signal);
        const right = examples.map((_, i) => i % 3 !== 0);
        yield { type: "data-map", epochs: [{ epoch: 1, gold: right.map((is) => (is ? 0.9 : 0.1)), right }] };
      },
      // biome-ignore lint/correctness/useYield: it only fails
      async *fill() {
        throw new Error("no source of these tests fills masked places");
      },
      async *predict({ model, examples }, signal = new AbortController().signal) {
        const weights = disk.models.get(model);
        if (!weights) throw new Error(`there is no model ${model}`);
        const classifier = linearClassifier();
        const [shape] = [...(await classifier.trainer.read()).values()].map((w) => w.shape);
        await classifier.trainer.write(new Map([["table", { shape: shape ?? [], data: weights }]]) as never);
        computed.predictions++;
        for await (const event of predict(classifier, examples, signal)) {
          if (event.type === "predicted")
            yield { type: "predicted", done: examples.length, examples: event.examples, sure: event.sure };
        }
      },
      trainedState: async ({ model }) => (disk.models.has(model) ? { kind: "whole" } : { kind: "missing" }),
    },
  };
}
