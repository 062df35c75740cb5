// The page's side of the worker that owns the language model and the pipeline beside it: graph, knowledge, generation.

import type { EngineChoices } from "../engines/catalogue.ts";
import type { GenerateRequest, OpenModelEvent, OpenModelRequest } from "../experiment/steps.ts";
import type { Dataset } from "../formats/dataset.ts";
import type { GenerateEvent, LogEntry } from "../generate/events.ts";
import type { KnowledgeEvent, KnowledgeRequest } from "../knowledge/gather.ts";
import type { GraphInfo, ImportEvent } from "../knowledge/graphs.ts";
import type { ByLabel } from "../tasks/task.ts";
import type { TopicQuery } from "../tasks/topic-query.ts";
import { type Client, connect } from "./rpc.ts";
import type { SeenRequest } from "./seen-requests.ts";

export type GenerateProcedures = {
  /** What this worker asks of any network, as it does so. One reader; it ends with the worker. */
  requests(argument: null, signal: AbortSignal): AsyncGenerator<readonly SeenRequest[], void>;
  /** A folder in ClinGen's format, by file name. Errors as readDataset's, with file and line. */
  readData(
    argument: { task: string; files: Readonly<Record<string, Blob>>; seed: number },
    signal: AbortSignal,
  ): Promise<Dataset>;
  /** The graph that ships, imported on first use. */
  importStarter(argument: null, signal: AbortSignal): AsyncGenerator<ImportEvent, void>;
  importGraph(argument: { name: string; nodes: Blob; edges: Blob }, signal: AbortSignal): AsyncGenerator<ImportEvent, void>;
  graphs(argument: null, signal: AbortSignal): Promise<readonly GraphInfo[]>;
  deleteGraph(argument: { id: string }, signal: AbortSignal): Promise<void>;
  countTopics(argument: { graph: string; topics: ByLabel<TopicQuery> }, signal: AbortSignal): Promise<number>;
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
  /** Section 4.2. Resumes or extends the run of this config; stop by the signal. The model must be open. */
  generate(argument: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateEvent, void>;
  /** The log of a run so far, in order of index. */
  readRun(argument: { id: string }, signal: AbortSignal): AsyncGenerator<LogEntry, void>;
  /** A notebook with all that it alone holds: its rows, the logs of its runs, its trained model. Throws `run-busy`, and then deletes nothing. */
  deleteRun(argument: { notebook: string }, signal: AbortSignal): Promise<void>;
};

export interface GenerateClient {
  readonly procedures: Client<GenerateProcedures>;
  /** Ends the worker, whatever it is doing. */
  readonly close: () => void;
}

export function generateClient(): GenerateClient {
  const worker = new Worker(new URL("./generate.worker.ts", import.meta.url), { type: "module", name: "generate" });
  const client = connect<GenerateProcedures>(worker, [
    "requests",
    "importStarter",
    "importGraph",
    "keepModelFile",
    "openModel",
    "gatherKnowledge",
    "generate",
    "readRun",
  ]);
  return { procedures: client, close: () => worker.terminate() };
}
