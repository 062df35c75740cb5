// The app without its user interface, for scripts: drives a plan, tells what happens, offers the artefacts of its last cell as downloads.

import { type CellSummary, summaryOf } from "./experiment/cell-summary.ts";
import { drive } from "./experiment/drive.ts";
import { type CellResult, type DriveEvent, type Failure, failureOf } from "./experiment/drive-cell.ts";
import type { Notebook, NotebookData } from "./experiment/notebook.ts";
import type { Cell } from "./experiment/plan.ts";
import type { ExperimentPorts } from "./experiment/ports.ts";
import { readLog } from "./experiment/requests.ts";
import { fetchSample } from "./experiment/sample.ts";
import { sourceOf } from "./generate/sources.ts";
import { openDb } from "./store/db.ts";
import { productStore } from "./store/products.ts";
import { type TaskRef, taskOf } from "./tasks/catalogue.ts";
import type { TaskExamples } from "./tasks/example-rows.ts";
import { generateClient } from "./workers/generate.client.ts";
import { trainClient } from "./workers/train.client.ts";

export interface HeadlessCell extends Cell {
  readonly data: HeadlessData;
}

/** Files by path: text as it is, other bytes as base64. */
export type FolderFiles = Readonly<Record<string, string | { readonly base64: string }>>;

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
  | { readonly type: "result"; readonly cell: number; readonly summary: CellSummary };

export type HeadlessReply = { readonly ok: true } | ({ readonly ok: false } & Failure);

export interface Headless {
  /**
   * Over the products that this browser has already. `onEvent` hears every event. `keepGoing`: a cell that fails is told as `failed`, and the
   * next begins.
   */
  run(cells: readonly HeadlessCell[], onEvent: (event: HeadlessEvent) => void, keepGoing: boolean): Promise<HeadlessReply>;
  /** Names of the last cell's artefacts: the dataset, its scores, the report, the trained model's files. */
  artefacts(): Promise<readonly string[]>;
  /** Starts the download of one of them. */
  download(name: string): void;
}

const generate = generateClient().procedures;
const train = trainClient().procedures;

const never = new AbortController().signal;

let last: { readonly cell: HeadlessCell; readonly result: CellResult; readonly createdAt: number } | undefined;
let artefacts: ReadonlyMap<string, Blob> = new Map();

const headless: Headless = {
  async run(cells, onEvent, keepGoing) {
    try {
      const createdAt = Date.now();
      const ports: ExperimentPorts = { data: dataReader(cells), pipeline: generate, trainer: train };
      const store = productStore(await openDb());
      for await (const event of drive({ cells }, store, ports, never, { keepGoing })) {
        if (event.type === "result") {
          last = { cell: cells[event.cell] as HeadlessCell, result: event.result, createdAt };
          onEvent({ type: "result", cell: event.cell, summary: summaryOf(event.result) });
        } else if (event.type === "cell") onEvent({ type: "cell", cell: event.cell, cells: event.cells });
        else if (event.type !== "training") onEvent(event);
      }
      return { ok: true };
    } catch (error) {
      return { ok: false, ...failureOf(error) };
    }
  },

  async artefacts() {
    artefacts = last ? await artefactsOf(last.cell, last.result, last.createdAt) : new Map();
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
  const blobs = (given: FolderFiles) =>
    Object.entries(given).map(([name, file]) => {
      const content = typeof file === "string" ? file : Uint8Array.from(atob(file.base64), (c) => c.charCodeAt(0));
      return [name, new Blob([content])] as const;
    });
  const files = Object.fromEntries(folder ? blobs(folder) : await fetchSample(taskOf(task)));
  const dataset = await generate.readData({ task, files, seed });
  return { source, ...dataset, test: dataset.test.slice(0, test) };
}

/** Name, with folders, to content. */
async function artefactsOf({ config }: HeadlessCell, result: CellResult, createdAt: number): Promise<Map<string, Blob>> {
  const { data, knowledge, made, training, spent } = result;
  const task = taskOf(config.task);
  const run = made?.run;
  const title = `${task.name}, ${sourceOf(config.source).title(config.source)}`;
  const whole = { createdAt, updatedAt: Date.now(), title, config, data, knowledge, spent };
  const notebook: Notebook = { id: run ?? "few-shot", ...whole, ...(run ? { run } : {}), ...(training ? { training } : {}) };
  const { synthetic, rejected } =
    run === undefined ? { synthetic: [], rejected: {} } : await readLog(generate.readRun, run, made?.accepted ?? 0);
  const text = (content: string, type: string) => new Blob([content], { type });
  // Fetched here, as the page does: the bundler keeps them out of the app's first load only where nobody imports them at once.
  const { datasetJsonl, scoresJson } = await import("./report/artefacts.ts");
  const { reportHtml } = await import("./report/report.ts");
  const artefacts = new Map([
    ["dataset.jsonl", text(datasetJsonl(task, synthetic), "application/jsonl")],
    ["scores.json", text(scoresJson(notebook, synthetic, rejected), "application/json")],
    ["report.html", text(reportHtml(notebook, synthetic, rejected), "text/html")],
  ]);
  const model = training?.model === undefined ? {} : await train.trainedFiles({ model: training.model });
  for (const [name, blob] of Object.entries(model)) artefacts.set(`model/${name}`, blob);
  return artefacts;
}

declare global {
  var clinfuse: Headless;
}

globalThis.clinfuse = headless;
