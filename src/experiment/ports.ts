// The ports of a plan: all that it asks of others. The workers' procedures fit them. Knows no worker.

import type { Verdict } from "../analyse/factuality.ts";
import type { GenerateEvent, LogEntry } from "../generate/log.ts";
import type { KnowledgeEvent, KnowledgeRequest } from "../knowledge/gather.ts";
import type { GraphInfo, ImportEvent } from "../knowledge/graphs.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import type { Device } from "../runtime/device.ts";
import type { TaskRef } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import type { TrainConfig } from "../train/train-config.ts";
import type { Preset } from "./experiment-config.ts";
import type { NotebookData } from "./notebook.ts";
import type { Cell } from "./plan.ts";
import type {
  FeaturesEvent,
  FeaturesRequest,
  FillEvent,
  FillRequest,
  GenerateRequest,
  OpenModelEvent,
  OpenModelRequest,
  PredictEvent,
  TrainedState,
  TrainRequest,
  TrainRunEvent,
} from "./steps.ts";
import type { CopiesAsked } from "./text-copies.ts";

type Stream<A, E> = (argument: A, signal?: AbortSignal) => AsyncGenerator<E, void>;

export type LogReader = Stream<{ id: string }, LogEntry>;

export interface PlainRecipe {
  readonly config: TrainConfig;
  readonly fewEpochs: number;
  readonly syntheticEpochs: number;
  /** Key of the encoder's files: another model may have its name since. Absent: not known. */
  readonly weights?: string;
}

export type RecipeReader = (argument: { encoder: string; preset: Preset }) => Promise<PlainRecipe>;

export interface ExperimentPorts {
  /** The rows of a cell, drawn by its data seed. */
  readonly data: (cell: Cell) => Promise<NotebookData>;
  /** For a cell whose run was written past this machine: puts the run into the store, and resolves to the knowledge that it was written by. */
  readonly written?: (cell: Cell, data: NotebookData) => Promise<KnowledgeData | undefined>;
  readonly pipeline: {
    readonly importStarter: Stream<null, ImportEvent>;
    readonly graphs: (argument: null) => Promise<readonly GraphInfo[]>;
    readonly openModel: Stream<OpenModelRequest, OpenModelEvent>;
    readonly gatherKnowledge: Stream<KnowledgeRequest, KnowledgeEvent>;
    readonly generate: Stream<GenerateRequest, GenerateEvent>;
    readonly readRun: LogReader;
  };
  readonly trainer: {
    readonly recipe: RecipeReader;
    readonly train: Stream<TrainRequest, TrainRunEvent>;
    /** For sources with rounds. Ends with `head-data`. */
    readonly features: Stream<FeaturesRequest, FeaturesEvent>;
    /** For sources that fill masked places: they write their runs here. */
    readonly fill: Stream<FillRequest, FillEvent>;
    readonly predict: Stream<
      { task: TaskRef; model: string; device: Device | "auto"; examples: readonly Example[] },
      PredictEvent
    >;
    /** Deletes what is kept of a training on its way. Absent: nothing is. */
    readonly forgetTraining?: (argument: { model: string }) => Promise<unknown>;
    /** State of a kept model's files, without reading them. */
    readonly trainedState: (argument: { model: string }) => Promise<TrainedState>;
  };
  /** Verdicts of a graph that is held on each example. Absent: no graph is asked. */
  readonly verdicts?: (
    argument: { task: TaskRef; examples: readonly Example[]; graph: string },
    signal?: AbortSignal,
  ) => Promise<readonly Verdict[]>;
  /** Which texts copy what was shown. Ends with `copies`. Absent: nobody can tell. */
  readonly copies?: Stream<CopiesAsked, { readonly type: string }>;
}
