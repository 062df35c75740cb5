// The pipeline beside the language model: data, graphs, knowledge, generation. Knows no worker, no storage and no page.

import type { Hold } from "../base/locks.ts";
import { runLock, trainedLock } from "../base/locks.ts";
import { reporting } from "../base/progress.ts";
import { rng } from "../base/rng.ts";
import { today } from "../base/today.ts";
import { type EngineChoices, engineChoices } from "../engines/catalogue.ts";
import type {
  GenerateRequest,
  OpenModelEvent,
  OpenModelRequest,
  WatchAttemptRequest,
  WriteAgainRequest,
} from "../experiment/steps.ts";
import { type Dataset, readDataset } from "../formats/dataset.ts";
import type { GenerateEvent, LogEntry, RunStore } from "../generate/log.ts";
import { type DrawsRequest, type LabelDraws, plannedDraws } from "../generate/planned-draws.ts";
import type { WatchedAttempt } from "../generate/requests-of.ts";
import { runId } from "../generate/run-config.ts";
import { needs } from "../generate/sources.ts";
import { gatherKnowledge, type KnowledgeEvent, type KnowledgeRequest, readsGraph } from "../knowledge/gather.ts";
import { openGraph } from "../knowledge/graphs.ts";
import { findModel, type ModelReader } from "../models/reader.ts";
import { fileOf } from "../models/verify.ts";
import { checkpointFolder, type Files, trainedFolder } from "../store/files.ts";
import type { Notebooks } from "../store/notebook.ts";
import { type TaskRef, taskOf } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import { type BatchPorts, type BatchProcedures, batchProcedures } from "./batch.ts";
import { type CareProcedures, careProcedures } from "./graph-care.ts";
import { type LookupProcedures, lookupProcedures } from "./graph-lookup.ts";
import { type GraphPorts, type GraphProcedures, graphProcedures } from "./graphs.ts";
import { type OpenModelPorts, openModel } from "./open-model.ts";
import { engineSpeeds } from "./speeds.ts";
import { watchedAttempt, writtenAgain, writtenRun } from "./written-run.ts";

export type GenerateProcedures = GraphProcedures &
  CareProcedures &
  LookupProcedures &
  BatchProcedures & {
    /** Files of a data set by path, in whatever format. Errors as readDataset's, with file and line. */
    readData(
      argument: { task: TaskRef; files: Readonly<Record<string, Blob>>; seed: number },
      signal: AbortSignal,
    ): Promise<Dataset>;
    /** A file of the user's as the file `name` of a model; told in bytes. Throws `file-not-the-model`, and keeps nothing then. */
    keepModelFile(
      argument: { model: string; name: string; picked: File },
      signal: AbortSignal,
    ): AsyncGenerator<{ readonly done: number; readonly total: number }, void>;
    /** The engines that read a model of the manifest, and which of them "auto" is. */
    engines(argument: { model: string }, signal: AbortSignal): Promise<EngineChoices>;
    /** Loads a language model by its id in the catalogue; the one before is closed. */
    openModel(argument: OpenModelRequest, signal: AbortSignal): AsyncGenerator<OpenModelEvent, void>;
    /** Section 4.1: topics from the graph or the open model, styles from the open model or the paper. */
    gatherKnowledge(argument: KnowledgeRequest, signal: AbortSignal): AsyncGenerator<KnowledgeEvent, void>;
    /** Topics that a run will draw, by label. Undefined where it draws none, or where its draws depend on what it accepts. Throws `no-topics`. */
    plannedDraws(argument: DrawsRequest, signal: AbortSignal): Promise<readonly LabelDraws[] | undefined>;
    /** Section 4.2. Resumes or extends the run of this config; stop by the signal. A writer's model must be open. At a barrier it ends with `wants-feedback`. */
    generate(argument: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateEvent, void>;
    /** Another example for one attempt of the run of this config; its log stays as it is. Its writer's model must be open. Undefined where no draw was accepted. */
    writeAgain(argument: WriteAgainRequest, signal: AbortSignal): Promise<Example | undefined>;
    /** Candidates at each token of an attempt's last completion; the log stays as it is. Its writer's model must be open. */
    watchAttempt(argument: WatchAttemptRequest, signal: AbortSignal): Promise<WatchedAttempt>;
    /** The log of a run so far, in order of index. */
    readRun(argument: { id: string }, signal: AbortSignal): AsyncGenerator<LogEntry, void>;
    /** A notebook with all that it alone holds: its rows, the logs of its runs, its trained model. Throws `run-busy` and `training-busy`, and then deletes nothing. */
    deleteRun(argument: { notebook: string }, signal: AbortSignal): Promise<void>;
  };

export interface GeneratePorts extends GraphPorts, OpenModelPorts, BatchPorts {
  readonly models: ModelReader;
  readonly runs: () => Promise<RunStore>;
  readonly notebooks: () => Promise<Pick<Notebooks, "holdings" | "delete">>;
  readonly disk: Pick<Files, "delete">;
  readonly hold: Hold;
}

export function generateProcedures(ports: GeneratePorts): GenerateProcedures {
  const model = openModel(ports);
  return {
    ...graphProcedures(ports),
    ...careProcedures(ports),
    ...lookupProcedures(ports),
    ...batchProcedures(ports),

    async readData({ task, files, seed }) {
      return readDataset(taskOf(task), new Map(Object.entries(files)), rng("dataset", seed));
    },

    keepModelFile: (argument, signal) => keepModelFile(ports.models, argument, signal),

    engines: async ({ model }) => engineChoices(await findModel(ports.models, model), await engineSpeeds(ports, model)),

    openModel: model.open,

    async *gatherKnowledge(request, signal) {
      const graph = readsGraph(request) ? await openGraph(await ports.graphs(), request.graph) : undefined;
      yield* gatherKnowledge(request, { ...(graph ? { graph } : {}), model: () => model.current(), today: today() }, signal);
    },

    plannedDraws: async (request) => plannedDraws(request),

    async *generate(request, signal) {
      const { config } = request;
      const store = await ports.runs();
      const release = await ports.hold(runLock(await runId(config)));
      try {
        const writer = needs(config.source, "writer") ? model.current() : undefined;
        const opened = writer?.asksDate ? { date: today(), ...config } : config;
        yield* writtenRun({ ...request, config: opened }, writer ? { model: writer } : {}, store, signal);
      } finally {
        release();
      }
    },

    async writeAgain(request, signal) {
      const writer = needs(request.config.source, "writer") ? model.current() : undefined;
      const config = writer?.asksDate ? { date: today(), ...request.config } : request.config;
      return writtenAgain({ ...request, config }, writer ? { model: writer } : {}, await ports.runs(), signal);
    },

    async watchAttempt(request, signal) {
      return watchedAttempt(request, { model: model.current() }, await ports.runs(), signal);
    },

    async *readRun({ id }) {
      yield* (await ports.runs()).read(id);
    },

    deleteRun: ({ notebook }) => deleteRun(ports, notebook),
  };
}

async function* keepModelFile(
  models: ModelReader,
  { model, name, picked }: { model: string; name: string; picked: File },
  signal: AbortSignal,
): AsyncGenerator<{ readonly done: number; readonly total: number }, void> {
  const entry = await findModel(models, model);
  type Progress = { readonly done: number; readonly total: number };
  yield* reporting((tell: (event: Progress) => void) => {
    const onBytes = (done: number, total: number) => tell({ done, total });
    return models.keep(entry, fileOf(entry, name), picked, { signal, onBytes });
  });
}

async function deleteRun({ notebooks, disk, hold }: GeneratePorts, notebook: string): Promise<void> {
  const store = await notebooks();
  const { logs, models } = await store.holdings(notebook);
  const release = await hold(...logs.map(runLock), ...models.map(trainedLock));
  try {
    // The notebook goes last: should the rest fail, it is still there to be deleted.
    for (const model of models) for (const folder of [trainedFolder(model), checkpointFolder(model)]) await disk.delete(folder);
    await store.delete(notebook);
  } finally {
    release();
  }
}
