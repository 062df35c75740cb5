// The app without its user interface, for scripts: one call runs an experiment and offers its artefacts as downloads.

import { ClinfuseError } from "./base/errors.ts";
import { type ExperimentEvent, type ExperimentResult, experiment } from "./experiment/experiment.ts";
import type { ExperimentConfig } from "./experiment/experiment-config.ts";
import type { Notebook, NotebookData } from "./experiment/notebook.ts";
import { fetchSample } from "./experiment/sample.ts";
import { sourceOf } from "./generate/sources.ts";
import { datasetJsonl, scoresJson } from "./report/artefacts.ts";
import { reportHtml } from "./report/report.ts";
import { taskById } from "./tasks/catalogue.ts";
import { generateClient } from "./workers/generate.client.ts";
import { trainClient } from "./workers/train.client.ts";

export interface HeadlessRequest {
  readonly config: ExperimentConfig;
  /** Text files by name; the sample that ships when undefined. */
  readonly folder: Readonly<Record<string, string>> | undefined;
  readonly source: string;
  /** Score on the first so many test examples only. */
  readonly test: number | undefined;
}

export type HeadlessReply =
  | {
      readonly ok: true;
      readonly result: Omit<ExperimentResult, "knowledge" | "synthetic">;
      readonly accepted: number;
      readonly remarks: readonly string[];
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface Headless {
  /** `onEvent` hears every event but the result. */
  run(request: HeadlessRequest, onEvent: (event: ExperimentEvent) => void): Promise<HeadlessReply>;
  /** Starts the download of one artefact of the last run. */
  download(name: string): void;
}

let artefacts: ReadonlyMap<string, Blob> = new Map();

const headless: Headless = {
  async run(request, onEvent) {
    const generate = generateClient();
    const train = trainClient();
    try {
      const createdAt = Date.now();
      const data = await readData(request, generate);
      const ports = { pipeline: generate.procedures, trainer: train.procedures };
      let result: ExperimentResult | undefined;
      for await (const event of experiment(request.config, data, ports, new AbortController().signal)) {
        if (event.type === "result") result = event.result;
        else onEvent(event);
      }
      if (!result) throw new Error("the experiment ended without a result");
      artefacts = await artefactsOf(notebookOf(request.config, data, result, createdAt), result, train);
      const { knowledge: _, synthetic, ...rest } = result;
      return { ok: true, result: rest, accepted: synthetic.length, remarks: data.remarks, files: [...artefacts.keys()] };
    } catch (error) {
      if (error instanceof ClinfuseError) return { ok: false, code: error.code, message: error.message };
      return { ok: false, code: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    } finally {
      generate.close();
      train.close();
    }
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

async function readData(
  { config, folder, source, test }: HeadlessRequest,
  generate: ReturnType<typeof generateClient>,
): Promise<NotebookData> {
  const { task, seed } = config;
  const blobs = (texts: Readonly<Record<string, string>>) =>
    Object.entries(texts).map(([name, text]) => [name, new Blob([text])] as const);
  const files = Object.fromEntries(folder ? blobs(folder) : await fetchSample(taskById(task)));
  const dataset = await generate.procedures.readData({ task, files, seed });
  return { source, ...dataset, test: dataset.test.slice(0, test) };
}

function notebookOf(config: ExperimentConfig, data: NotebookData, result: ExperimentResult, createdAt: number): Notebook {
  const { knowledge, training, spent, run } = result;
  const title = `${taskById(config.task).name}, ${sourceOf(config.source).title(config.source)}`;
  return { id: run, createdAt, updatedAt: Date.now(), title, config, data, knowledge, run, training, spent };
}

/** Name, with folders, to content. */
async function artefactsOf(
  notebook: Notebook,
  result: ExperimentResult,
  train: ReturnType<typeof trainClient>,
): Promise<Map<string, Blob>> {
  const { synthetic, rejected, training } = result;
  const text = (content: string, type: string) => new Blob([content], { type });
  const files = new Map([
    ["dataset.jsonl", text(datasetJsonl(taskById(notebook.config.task), synthetic), "application/jsonl")],
    ["scores.json", text(scoresJson(notebook, synthetic, rejected), "application/json")],
    ["report.html", text(reportHtml(notebook, synthetic, rejected), "text/html")],
  ]);
  const model = await train.procedures.trainedFiles({ model: training.model });
  for (const [name, blob] of Object.entries(model)) files.set(`model/${name}`, blob);
  return files;
}

declare global {
  var clinfuse: Headless;
}

globalThis.clinfuse = headless;
