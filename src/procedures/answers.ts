// How each procedure of each worker answers: the one thing about them that a page must load. Imports types alone, so that it loads nothing else.

import type { AnalyseProcedures } from "./analyse.ts";
import type { BatchProcedures } from "./batch.ts";
import type { CapsuleProcedures } from "./capsules.ts";
import type { GenerateProcedures } from "./generate.ts";
import type { CareProcedures } from "./graph-care.ts";
import type { LookupProcedures } from "./graph-lookup.ts";
import type { GraphProcedures } from "./graphs.ts";
import type { MeasureProcedures } from "./measure.ts";
import type { ModelProcedures } from "./models.ts";
import type { Answers } from "./procedure.ts";
import type { TrainProcedures } from "./train.ts";
import type { TrainedProcedures } from "./trained.ts";

const graphAnswers: Answers<GraphProcedures> = {
  importStarter: "stream",
  previewGraph: "stream",
  importGraph: "stream",
  graphs: "promise",
  deleteGraph: "stream",
  countTopics: "promise",
};

const careAnswers: Answers<CareProcedures> = {
  importNames: "stream",
  renameGraph: "stream",
  exportGraph: "stream",
  checkGraph: "stream",
  repairGraph: "stream",
  mergeGraphs: "stream",
};

const lookupAnswers: Answers<LookupProcedures> = { findNodes: "promise", nodeCard: "promise", nodePath: "promise" };

const batchAnswers: Answers<BatchProcedures> = {
  batchState: "promise",
  askBatch: "promise",
  atBarrier: "promise",
  readBatch: "promise",
  batchLines: "promise",
  takeBatch: "promise",
};

export const generateAnswers: Answers<GenerateProcedures> = {
  ...graphAnswers,
  ...careAnswers,
  ...lookupAnswers,
  ...batchAnswers,
  readData: "promise",
  keepModelFile: "stream",
  engines: "promise",
  openModel: "stream",
  gatherKnowledge: "stream",
  plannedDraws: "promise",
  generate: "stream",
  writeAgain: "promise",
  watchAttempt: "promise",
  readRun: "stream",
  deleteRun: "promise",
};

const trainedAnswers: Answers<TrainedProcedures> = {
  trainedModels: "promise",
  trainedState: "promise",
  trainedFiles: "promise",
  onnxFiles: "promise",
  saveTrained: "promise",
  deleteTrained: "promise",
  sweepTrained: "promise",
  forgetTraining: "promise",
};

export const trainAnswers: Answers<TrainProcedures> = {
  ...trainedAnswers,
  devices: "promise",
  train: "stream",
  leftOff: "promise",
  recipe: "promise",
  features: "stream",
  fill: "stream",
  predict: "stream",
  pageModel: "promise",
};

export const modelAnswers: Answers<ModelProcedures> = {
  models: "promise",
  prebuilt: "promise",
  download: "stream",
  verify: "stream",
  add: "stream",
  rename: "promise",
  remove: "promise",
  import: "stream",
  export: "stream",
};

export const analyseAnswers: Answers<AnalyseProcedures> = {
  analyse: "stream",
  map: "stream",
  copies: "stream",
  intervals: "promise",
  stand: "stream",
  factuality: "promise",
};

export const capsuleAnswers: Answers<CapsuleProcedures> = { openCapsule: "promise" };

export const measureAnswers: Answers<MeasureProcedures> = {
  device: "promise",
  measurements: "promise",
  measure: "stream",
  forget: "promise",
};
