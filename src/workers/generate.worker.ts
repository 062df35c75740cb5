// The worker that owns the language model and the pipeline beside it: graph, knowledge, generation. Tokens do not cross threads.

import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { rng } from "../base/rng.ts";
import { engineChoices, openTour, openWith, type Speeds, scriptedId } from "../engines/catalogue.ts";
import type { LanguageModel } from "../engines/language-model.ts";
import type { ModelInfo, OpenModelEvent, OpenModelRequest } from "../experiment/steps.ts";
import { readDataset } from "../formats/dataset.ts";
import { generate } from "../generate/generate.ts";
import { methods } from "../generate/methods.ts";
import { runId } from "../generate/run-config.ts";
import { gatherKnowledge } from "../knowledge/gather.ts";
import { countTopics } from "../knowledge/graph-topics.ts";
import { importGraph, listGraphs, openGraph } from "../knowledge/graphs.ts";
import { knowledgeOf } from "../knowledge/topic.ts";
import { modelEntry } from "../models/manifest.ts";
import { fileOf } from "../models/model-files.ts";
import { type Db, openDb } from "../store/db.ts";
import { files, trainedFolder } from "../store/files.ts";
import { graphStore, sweepImports } from "../store/graph-store.ts";
import { readMeasurements } from "../store/measurements.ts";
import { notebooks } from "../store/notebook.ts";
import { runLog } from "../store/run-log.ts";
import { taskById } from "../tasks/catalogue.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import type { GenerateProcedures } from "./generate.client.ts";
import { hold, runLock, trainedLock } from "./locks.ts";
import { findModel, keepModelFile, readManifest, readModelFile } from "./model-access.ts";
import { reporting } from "./progress.ts";
import { serve } from "./rpc.ts";
import { recordRequests } from "./seen-requests.ts";

const starterId = "starter";
const disk = files();

/** So slow that a tour can be followed, so fast that it is no wait. */
const tourMillisecondsPerToken = 4;

let database: Promise<Db> | undefined;
function db(): Promise<Db> {
  database ??= openDb().then(async (opened) => {
    await sweepImports(opened);
    return opened;
  });
  return database;
}

let open: { readonly request: OpenModelRequest; readonly model: LanguageModel; readonly info: ModelInfo } | undefined;

async function* openModel(request: OpenModelRequest, signal: AbortSignal): AsyncGenerator<OpenModelEvent, void> {
  const engines = open && [open.request.engine, open.info.engine]; // as it was asked for, and what that came to
  if (open && open.request.model === request.model && engines?.includes(request.engine)) {
    yield { type: "opened", model: open.info };
    return;
  }
  await open?.model.close();
  open = undefined;
  const { model, runsOn, engine } = request.model === scriptedId ? await openScript() : yield* openWeights(request, signal);
  const { id, contextTokens, slots } = model;
  open = { request, model, info: { id, engine, contextTokens, slots, runsOn } };
  yield { type: "opened", model: open.info };
}

async function openScript() {
  return {
    model: await openTour(tourMillisecondsPerToken),
    engine: scriptedId,
    runsOn: "no device",
  };
}

async function* openWeights(request: OpenModelRequest, signal: AbortSignal) {
  const known = await readManifest();
  const entry = modelEntry(known, request.model);
  const speeds = await speedsOf(entry.id);
  type Progress = Extract<OpenModelEvent, { type: "progress" }>;
  const { engine, model } = yield* reporting(async (tell: (event: Progress) => void) => {
    const opened = await openWith(
      request.engine,
      {
        entry,
        read: (file, of = entry) => {
          const onBytes = (done: number, total: number) => tell({ type: "progress", what: file.name, done, total });
          return readModelFile(of, file, { signal, onBytes });
        },
        find: (id) => known.models.find((other) => other.id === id),
        onLoad: (done, total) => tell({ type: "progress", what: `${entry.name}, onto the device`, done, total }),
      },
      speeds,
    );
    if (signal.aborted) await opened.model.close(); // nobody waits for it any more
    throwIfAborted(signal);
    return opened;
  });
  const runsOn = await engine.runsOn();
  return { model, engine: engine.id, runsOn: model.remark === undefined ? runsOn : `${runsOn}; ${model.remark}` };
}

/** What was measured with the model on this device; nothing where the storage cannot be read. */
async function speedsOf(model: string): Promise<Speeds> {
  const measured = await db()
    .then(readMeasurements)
    .catch(() => undefined);
  const ofModel = measured?.engines.filter((speed) => speed.model === model) ?? [];
  return Object.fromEntries(ofModel.map(({ engine, tokensPerSecond }) => [engine, tokensPerSecond]));
}

function openedModel(): LanguageModel {
  if (!open) throw new ClinfuseError("model-missing", "no language model is open", { what: "language model" });
  return open.model;
}

async function fetchStarter(name: string): Promise<Blob> {
  const file = `graph/${name}`;
  const response = await fetch(`/${file}`);
  if (!response.ok) throw new ClinfuseError("file-missing", `the app was installed without ${file}`, { file });
  return response.blob();
}

const procedures: GenerateProcedures = {
  requests: recordRequests(),

  async readData({ task, files, seed }) {
    return readDataset(taskById(task), new Map(Object.entries(files)), rng("dataset", seed));
  },

  async *importStarter(_, signal) {
    const there = (await listGraphs(graphStore(await db()))).find((graph) => graph.id === starterId);
    if (there) {
      yield { type: "imported", graph: there };
      return;
    }
    const [nodes, edges] = await Promise.all([fetchStarter("nodes.tsv.gz"), fetchStarter("edges.tsv.gz")]);
    const provenance = { source: "starter graph", licence: "CC0-1.0" };
    const files = { nodes: { name: "nodes.tsv.gz", data: nodes }, edges: { name: "edges.tsv.gz", data: edges } };
    yield* importGraph(files, { id: starterId, name: "Starter graph", provenance }, graphStore(await db()), signal);
  },

  async *importGraph({ name, nodes, edges }, signal) {
    const provenance = { source: name, licence: "not stated" };
    const files = { nodes: { name: "nodes.tsv", data: nodes }, edges: { name: "edges.tsv", data: edges } };
    yield* importGraph(files, { id: crypto.randomUUID(), name, provenance }, graphStore(await db()), signal);
  },

  async graphs() {
    return listGraphs(graphStore(await db()));
  },

  async deleteGraph({ id }) {
    await graphStore(await db()).delete(id);
  },

  async countTopics({ graph, topics }) {
    return countTopics(await openGraph(graphStore(await db()), graph), topics);
  },

  async *keepModelFile({ model, name, picked }, signal) {
    const entry = await findModel(model);
    type Progress = { readonly done: number; readonly total: number };
    yield* reporting((tell: (event: Progress) => void) => {
      const onBytes = (done: number, total: number) => tell({ done, total });
      return keepModelFile(entry, fileOf(entry, name), picked, { signal, onBytes });
    });
  },

  async engines({ model }) {
    return engineChoices(await findModel(model), await speedsOf(model));
  },

  openModel,

  async *gatherKnowledge(request, signal) {
    const graph = request.topics === "kg" ? await openGraph(graphStore(await db()), request.graph) : undefined;
    yield* gatherKnowledge(request, { ...(graph ? { graph } : {}), model: () => openedModel() }, signal);
  },

  async *generate({ config, demonstrations, knowledge }, signal) {
    const store = runLog(await db(), runId);
    const release = await hold(runLock(await runId(config)));
    try {
      const ports = {
        task: taskById(config.task),
        method: methods[config.method],
        model: openedModel(),
        store,
        demonstrations: demonstrations as readonly ExampleOf<Task>[],
        knowledge: knowledgeOf(knowledge),
      };
      yield* generate(config, ports, signal);
    } finally {
      release();
    }
  },

  async *readRun({ id }) {
    yield* runLog(await db(), runId).read(id);
  },

  async deleteRun({ notebook }) {
    const store = notebooks(await db());
    const { logs, models } = await store.holdings(notebook);
    const release = await hold(...logs.map(runLock), ...models.map(trainedLock));
    try {
      // The notebook goes last: should the rest fail, it is still there to be deleted.
      for (const model of models) await disk.delete(trainedFolder(model));
      await store.delete(notebook);
    } finally {
      release();
    }
  },
};

serve(self, procedures);
