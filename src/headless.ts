// The app without its user interface, for scripts: drives a plan, tells what happens, offers the artefacts of its last cell as downloads.

import type { Analysis } from "./analyse/analysis.ts";
import { resultOf } from "./base/async.ts";
import { canonicalJson } from "./base/hash.ts";
import type { Standing } from "./evaluate/standing.ts";
import { adopt } from "./experiment/adopted.ts";
import { columnName, isCeiling, methodId } from "./experiment/arena.ts";
import { type CellSummary, summaryOf } from "./experiment/cell-summary.ts";
import { drive } from "./experiment/drive.ts";
import { type CellResult, type DriveEvent, type Failure, failureOf } from "./experiment/drive-cell.ts";
import { starterGraph } from "./experiment/experiment-config.ts";
import { feedbackAt } from "./experiment/feedback.ts";
import { makesSet } from "./experiment/grid.ts";
import { isAnalysed, measureRun, runTexts } from "./experiment/measured-run.ts";
import type { Notebook, NotebookData } from "./experiment/notebook.ts";
import { type Cell, dataKeys } from "./experiment/plan.ts";
import type { ExperimentPorts } from "./experiment/ports.ts";
import type { ProductStore } from "./experiment/product.ts";
import { readLog } from "./experiment/requests.ts";
import { fetchSample } from "./experiment/sample.ts";
import { type TextMeasures, textMeasures } from "./experiment/text-measures.ts";
import { type FolderFiles, treeOf } from "./formats/folder-files.ts";
import { logFormat, type RunStore } from "./generate/log.ts";
import type { Feedback } from "./generate/source.ts";
import { sourceOf } from "./generate/sources.ts";
import { readStoredLog } from "./generate/stored-log.ts";
import type { KnowledgeData } from "./knowledge/topic.ts";
import type { StandRequest } from "./procedures/analyse.ts";
import { type Sureness, surenessOf } from "./report/sureness.ts";
import { openDb } from "./store/db.ts";
import { productStore } from "./store/products.ts";
import { runLog } from "./store/run-log.ts";
import { type TaskRef, taskIdOf, taskOf } from "./tasks/catalogue.ts";
import type { Example } from "./tasks/example.ts";
import type { TaskExamples } from "./tasks/example-rows.ts";
import { analyseClient } from "./workers/analyse.client.ts";
import { generateClient } from "./workers/generate.client.ts";
import { trainClient } from "./workers/train.client.ts";

export interface HeadlessCell extends Cell {
  readonly data: HeadlessData;
  /** Measure its texts beside the real ones. */
  readonly measures?: boolean;
  /** Tell its synthetic examples with its result. */
  readonly datasets?: boolean;
  /** Name of its rows, where a plan has several of its task: each has standings of its own. */
  readonly rows?: string;
  /** Name of the batch that wrote its run: `run` is given a reader of its answers. */
  readonly answers?: string;
}

export interface HeadlessData {
  /** The sample that ships when undefined. */
  readonly folder: FolderFiles | undefined;
  readonly source: string;
  /** Examples that a task of the user's own brings, where no folder is given. */
  readonly own?: TaskExamples;
  /** Score on the first so many test examples only. */
  readonly test: number | undefined;
}

export type HeadlessEvent =
  | Exclude<DriveEvent, { type: "result" | "training" | "cell" }>
  | { readonly type: "cell"; readonly cell: number; readonly cells: number }
  | { readonly type: "measuring"; readonly cell: number }
  | {
      readonly type: "result";
      readonly cell: number;
      readonly summary: CellSummary;
      readonly sure: Sureness;
      readonly texts?: TextMeasures;
      /** Its synthetic examples as ClinGen's JSONL; absent where they were not asked for, and for a source that makes none. */
      readonly dataset?: string;
    };

/** Standing of the sources of one task's rows under one encoder, by `methodId`. */
export interface HeadlessStanding {
  readonly task: string;
  /** As the cells have it. */
  readonly rows?: string;
  readonly encoder: string;
  readonly standing: Standing;
}

/** A batch's log as it lies in its folder, and the knowledge that its prompts were made of. */
export interface BatchAnswers {
  readonly log: string;
  readonly knowledge: KnowledgeData;
}

export type HeadlessReply = { readonly ok: true } | ({ readonly ok: false } & Failure);

export interface HeadlessBarrier {
  readonly cell: Cell;
  readonly data: NotebookData;
  /** Accepted examples, in their order. */
  readonly accepted: readonly Example[];
}

export type HeadlessFeedback = { readonly ok: true; readonly feedback: Feedback } | ({ readonly ok: false } & Failure);

export interface Headless {
  /**
   * Over the products that this browser has already. `onEvent` hears every event. `keepGoing`: a cell that fails is told as `failed`, and the
   * next begins. `answersOf` reads the batch that a cell names.
   */
  run(
    cells: readonly HeadlessCell[],
    onEvent: (event: HeadlessEvent) => void,
    keepGoing: boolean,
    answersOf: (name: string) => Promise<BatchAnswers>,
  ): Promise<HeadlessReply>;
  /** Feedback of an encoder that is trained here, for a batch that stands at a barrier. */
  feedback(asked: HeadlessBarrier, onEvent: (event: HeadlessEvent) => void): Promise<HeadlessFeedback>;
  /** Intervals over the seeds, ranks and paired tests of the sources of the cells that the last run ended with a result. */
  standings(): Promise<readonly HeadlessStanding[]>;
  /** Names of the last cell's artefacts: the dataset, its scores, the report, the trained model's files. */
  artefacts(): Promise<readonly string[]>;
  /** Starts the download of one of them. */
  download(name: string): void;
}

const generate = generateClient().procedures;
const train = trainClient().procedures;
const analyst = analyseClient().procedures;

const never = new AbortController().signal;

/** A cell's answers to its test set, by their keys. */
interface Judged {
  readonly cell: HeadlessCell;
  readonly predictions: string;
  readonly set: string;
}

let judged: readonly Judged[] = [];
/** Test sets of the last run by their keys. */
const sets = new Map<string, readonly Example[]>();
let last:
  | { readonly cell: HeadlessCell; readonly result: CellResult; readonly createdAt: number; readonly sure: Sureness }
  | undefined;
let artefacts: ReadonlyMap<string, Blob> = new Map();

const headless: Headless = {
  async run(cells, onEvent, keepGoing, answersOf) {
    try {
      const createdAt = Date.now();
      judged = [];
      sets.clear();
      const db = await openDb();
      const store = productStore(db);
      const ports: ExperimentPorts = {
        data: dataReader(cells),
        written: writtenElsewhere(answersOf, store, runLog(db, logFormat)),
        pipeline: generate,
        trainer: train,
        verdicts: analyst.factuality,
        copies: analyst.copies,
      };
      for await (const event of drive({ cells }, store, ports, never, { keepGoing })) {
        if (event.type === "result") {
          const cell = cells[event.cell] as HeadlessCell;
          last = await heard(cell, event.result, createdAt);
          const measures = cell.measures === true && makesSet(cell.config.source);
          if (measures && event.result.made) onEvent({ type: "measuring", cell: event.cell });
          const analysed = measures ? await measured(cell, event.result) : undefined;
          const texts = analysed && textMeasures(...analysed);
          const { sure } = last;
          const dataset = cell.datasets ? await datasetOf(cell, event.result) : undefined;
          const found = { ...(texts ? { texts } : {}), ...(dataset === undefined ? {} : { dataset }) };
          onEvent({ type: "result", cell: event.cell, summary: summaryOf(event.result), sure, ...found });
        } else if (event.type === "cell") onEvent({ type: "cell", cell: event.cell, cells: event.cells });
        else if (event.type !== "training") onEvent(event);
      }
      return { ok: true };
    } catch (error) {
      return { ok: false, ...failureOf(error) };
    }
  },

  async feedback({ cell, data, accepted }, onEvent) {
    try {
      const { source } = cell.config;
      const choice = sourceOf(source).feedback?.(source);
      if (!choice) throw new Error(`${source.kind} takes no feedback`);
      const work = { cell, signal: never, sharesStageOne: false, ports: { trainer: train } };
      const told = feedbackAt(work, { choice, accepted, data, keys: await dataKeys(data) });
      const feedback = await resultOf(told, (event) => event.type === "train" && onEvent({ ...event, cell: 0 }));
      return { ok: true, feedback };
    } catch (error) {
      return { ok: false, ...failureOf(error) };
    }
  },

  async standings() {
    const store = productStore(await openDb());
    const columns = [...new Set(judged.map(({ cell }) => columnOf(cell)))];
    const found: HeadlessStanding[] = [];
    for (const column of columns) {
      const own = judged.filter(({ cell }) => columnOf(cell) === column);
      const { config, rows } = (own[0] as Judged).cell;
      const standing = await standingIn(config.task, own, store);
      if (standing)
        found.push({ task: taskIdOf(config.task), ...(rows === undefined ? {} : { rows }), encoder: config.encoder, standing });
    }
    return found;
  },

  async artefacts() {
    artefacts = last ? await artefactsOf(last) : new Map();
    return [...artefacts.keys()];
  },

  download(name) {
    const blob = artefacts.get(name);
    if (!blob) throw new Error(`there is no artefact ${name}`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name.replaceAll("/", "-");
    link.click();
  },
};

/** Remembers what the cell is judged by. */
async function heard(cell: HeadlessCell, result: CellResult, createdAt: number): Promise<NonNullable<typeof last>> {
  const { data, keys, predictions, training, answered } = result;
  if (predictions !== undefined) {
    judged = [...judged, { cell, predictions, set: keys.test }];
    sets.set(keys.test, data.test);
  }
  const results = answered ? { synthetic: answered } : (training?.results ?? {});
  return { cell, result, createdAt, sure: await surenessOf(cell.config.task, data.test, results, analyst.intervals) };
}

const columnOf = ({ config, rows = "" }: HeadlessCell): string =>
  columnName({ task: canonicalJson([config.task, rows]), encoder: config.encoder });

async function standingIn(task: TaskRef, own: readonly Judged[], store: ProductStore): Promise<Standing | undefined> {
  const seeds = [...new Set(own.map(({ cell }) => canonicalJson(cell.seeds)))];
  const runs: StandRequest["runs"][number][] = [];
  for (const { cell, predictions, set } of own) {
    const answers = await store.find("predictions", predictions);
    const { source, share = 100, filter } = cell.config;
    const method = methodId({ source, share, ...(filter ? { filter } : {}) });
    if (answers?.state === "whole")
      runs.push({ method, seed: seeds.indexOf(canonicalJson(cell.seeds)), set, answers: answers.value });
  }
  const ceilings = new Set(
    own
      .map(({ cell }) => cell.config.source)
      .filter(isCeiling)
      .map((source) => methodId({ source, share: 100 })),
  );
  const compared = [...new Set(runs.map(({ method }) => method))];
  const request = { task, sets: Object.fromEntries(sets), runs, compared, ranked: compared.filter((of) => !ceilings.has(of)) };
  for await (const event of analyst.stand(request)) if (event.type === "stood") return event.standing;
  return undefined;
}

/** Takes over the run of a cell that names a batch. */
function writtenElsewhere(
  answersOf: (name: string) => Promise<BatchAnswers>,
  products: ProductStore,
  runs: RunStore,
): NonNullable<ExperimentPorts["written"]> {
  return async (cell, data) => {
    const { answers: name } = cell as HeadlessCell;
    if (name === undefined) return undefined;
    const { log, knowledge } = await answersOf(name);
    const run = { ...readStoredLog(log, name), knowledge };
    const wayOut = "Start with another --out to keep what is made";
    return (await adopt({ cell, data, name, run, engine: "batch", wayOut }, products, runs)).knowledge;
  };
}

/** Cells of the same rows read them once, one after the other. */
function dataReader(cells: readonly HeadlessCell[]): ExperimentPorts["data"] {
  let before: { readonly of: string; readonly data: NotebookData } | undefined;
  return async (cell) => {
    const { data: from } = cells.find((c) => c === cell) as HeadlessCell;
    const { task } = cell.config;
    const of = JSON.stringify([task, cell.seeds.data, from.source, from.test]);
    if (before?.of !== of) before = { of, data: await readData(task, cell.seeds.data, from) };
    return before.data;
  };
}

async function readData(task: TaskRef, seed: number, { folder, source, test, own }: HeadlessData): Promise<NotebookData> {
  if (!folder && own) {
    const { ownDataset } = await import("./formats/own-dataset.ts");
    const dataset = ownDataset(taskOf(task), own);
    return { source, ...dataset, test: dataset.test.slice(0, test) };
  }
  const files = Object.fromEntries(folder ? treeOf(folder) : await fetchSample(taskOf(task)));
  const dataset = await generate.readData({ task, files, seed });
  return { source, ...dataset, test: dataset.test.slice(0, test) };
}

/** Name, with folders, to content. */
async function artefactsOf({ cell, result, createdAt, sure }: NonNullable<typeof last>): Promise<Map<string, Blob>> {
  const { config } = cell;
  const { data, knowledge, made, training, spent } = result;
  const task = taskOf(config.task);
  const run = made?.run;
  const title = `${task.name}, ${sourceOf(config.source).title(config.source)}`;
  const whole = { createdAt, updatedAt: Date.now(), title, config, data, knowledge, spent };
  const notebook: Notebook = { id: run ?? "few-shot", ...whole, ...(run ? { run } : {}), ...(training ? { training } : {}) };
  const { synthetic, rejected } =
    run === undefined ? { synthetic: [], rejected: {} } : await readLog(generate.readRun, run, made?.accepted ?? 0);
  const analysis = synthetic.length > 0 ? await analysisOf(cell, result) : undefined;
  const text = (content: string, type: string) => new Blob([content], { type });
  // Fetched here, as the page does: the bundler keeps them out of the app's first load only where nobody imports them at once.
  const { datasetJsonl, scoresJson } = await import("./report/artefacts.ts");
  const { reportHtml } = await import("./report/report.ts");
  const artefacts = new Map([
    ["dataset.jsonl", text(datasetJsonl(task, synthetic), "application/jsonl")],
    ["scores.json", text(scoresJson(notebook, synthetic, rejected), "application/json")],
    ["report.html", text(reportHtml(notebook, synthetic, rejected, { sure, ...(analysis ? { analysis } : {}) }), "text/html")],
  ]);
  const model = training?.model === undefined ? {} : await train.trainedFiles({ model: training.model });
  for (const [name, blob] of Object.entries(model)) artefacts.set(`model/${name}`, blob);
  if (training?.model !== undefined) {
    const [{ modelCard }, { cardMarkdown }] = await Promise.all([
      import("./report/model-card.ts"),
      import("./report/model-card-text.ts"),
    ]);
    const card = cardMarkdown(modelCard(notebook, synthetic, { sure, ...(analysis ? { analysis } : {}) }));
    artefacts.set("model/README.md", text(card, "text/markdown"));
  }
  return artefacts;
}

/** Undefined for a source that makes no examples, and for one whose examples are the real rows or answers to them. */
async function datasetOf({ config }: HeadlessCell, { made }: CellResult): Promise<string | undefined> {
  if (!made || made.accepted === 0 || !makesSet(config.source) || sourceOf(config.source).verbatim) return undefined;
  const { synthetic } = await readLog(generate.readRun, made.run, made.accepted);
  const { datasetJsonl } = await import("./report/artefacts.ts");
  return datasetJsonl(taskOf(config.task), synthetic);
}

/** Measures of a cell's texts beside the real ones, kept as a product. Undefined for a cell that wrote none. */
async function measured(cell: HeadlessCell, { data, keys, made }: CellResult): Promise<[key: string, Analysis] | undefined> {
  if (!made || made.accepted === 0) return undefined;
  const { graph, seed, source } = cell.config;
  // A source without topics, or whose texts another machine wrote, has not brought it.
  if (graph === starterGraph) for await (const _ of generate.importStarter(null, never));
  const held = (await generate.graphs(null)).some(({ id }) => id === graph) ? graph : null;
  const texts = await runTexts(keys, data, { run: made.run, source, accepted: made.accepted, graph: held, seed });
  const ports = { products: productStore(await openDb()), readRun: generate.readRun, analyse: analyst.analyse };
  for await (const event of measureRun(texts, ports, never)) if (isAnalysed(event)) return [texts.key, event.analysis];
  return undefined;
}

/** For a report: undefined where the measures cannot be had, for the run keeps its report, which says that they are missing. */
async function analysisOf(cell: HeadlessCell, result: CellResult): Promise<Analysis | undefined> {
  try {
    return (await measured(cell, result))?.[1];
  } catch (error) {
    console.warn(`The texts were not measured: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

declare global {
  var clinfuse: Headless;
}

globalThis.clinfuse = headless;
