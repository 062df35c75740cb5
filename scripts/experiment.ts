// npm run experiment: a grid of cells in a headless Chromium, by the app's own code; killed and started again it goes on.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { CellSummary } from "../src/experiment/cell-summary.ts";
import type { Failure } from "../src/experiment/drive-cell.ts";
import { contentKey, type KeptKind } from "../src/experiment/product.ts";
import { writerOf } from "../src/generate/sources.ts";
import type { HeadlessCell, HeadlessEvent } from "../src/headless.ts";
import { parseManifest } from "../src/models/manifest.ts";
import { launchForModels } from "./chromium.ts";
import { type ExperimentFile, type FileCell, readExperimentFile } from "./experiment-file.ts";
import { openHeadless } from "./headless-page.ts";
import { ensureModels } from "./models.ts";
import { modelsFolder } from "./models-folder.ts";
import { buildApp, serveApp } from "./serve.ts";

const usage = `npm run experiment -- FILE [--out DIR] [--built]

  FILE   {"tasks": [ID, TASK.json or {"id" or "task": TASK.json, "data": FOLDER, "test": COUNT}], "sources": [ID or a source's config], "models": [ID], "encoders": [ID], "shares": [PERCENT], "seeds": [NUMBER or
         {"data", "text", "training"}], "size": NUMBER, "preset": "small", "laptop" or "paper", "engine": ID, "device": NAME, "keepModels": true}
         "tasks", "sources", "seeds" and "size" must be there; the presets "laptop" (200 examples, two seeds) and "paper" (5,000, three)
         bring all but "tasks". "data" is the task's corpus as published, or a folder in ClinGen's format, TASK.json
         the file of a task of your own; both are seen from FILE's own folder. "models" are language models: each source is written by each.
         "shares" are percents of each synthetic set: the set is made once, and stage II learns from its first so many examples.
  --out  where everything that is made is kept (out/experiment). Killed and started again with the same folder it goes on; a larger size,
         another source or another seed computes what is new alone.
  --built  serve the app as it was built before, in dist/, and do not build it anew

Prints a line a cell and, last, one JSON object. A cell that fails has an "error" there, the others go on, and the exit code is 1. "keepModels" keeps the trained models in the folder's browser profile as well.
`;

/** Storage belongs to an origin, port and all: the app has the same one at each start, whatever port is free. */
const origin = { host: "clinfuse.localhost", port: 4311 } as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      out: { type: "string", default: join("out", "experiment") },
      built: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [path] = positionals;
  if (values.help || path === undefined || positionals.length > 1) {
    console.log(usage);
    if (!values.help) process.exitCode = 1;
    return;
  }
  const manifest = parseManifest(readFileSync(join(modelsFolder, "manifest.json"), "utf8"));
  const file = readExperimentFile(readFileSync(path, "utf8"), path, manifest);
  for (const sentence of file.leftOut) console.error(`Left out: ${sentence}.`);
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  const states = await ensureModels(file.models, { quiet: true });
  for (const state of states) if (!state.there) throw new Error(`${state.id} could not be had: ${state.why}`);
  if (!values.built) {
    console.error("Building the app ...");
    await buildApp();
  }
  await drive(file, out);
}

async function drive(file: ExperimentFile, out: string): Promise<void> {
  const served = await serveApp(origin.port);
  const { host, port } = new URL(served.url);
  const url = `http://${origin.host}:${origin.port}/`;
  try {
    const flags = [
      `--host-resolver-rules=MAP ${origin.host} ${host.replace("localhost", "127.0.0.1").replace(`:${port}`, "")}:${port}`,
    ];
    const launched = await launchForModels(`${url}headless.html`, { profile: join(out, "profile"), flags });
    console.error(`WebGPU adapter: ${launched.adapter}`);
    try {
      const done: CellLine[] = [];
      const page = await openHeadless(launched.context, url, (event) => {
        narrate(event, file.cells);
        const cell = file.cells[event.cell] as FileCell;
        if (event.type === "result") {
          done.push(lineOf(cell, event.summary));
          console.log(inWords(cell, event.summary));
        } else if (event.type === "failed") {
          done.push(failedLine(cell, event.failure));
          console.log(`${nameOf(cell)}: failed. ${event.failure.message}`);
        }
      });
      await page.run(await Promise.all(file.cells.map((cell) => headlessCell(cell, file.keepModels))), true);
      const failed = done.filter(({ error }) => error).length;
      if (failed > 0) {
        console.error(`${failed} of ${done.length} cells failed. Started again with the same --out, they alone are tried again.`);
        process.exitCode = 1;
      }
      const result = JSON.stringify({ cells: done });
      writeFileSync(join(out, "cells.json"), `${result}\n`);
      console.log(result);
    } finally {
      await launched.close();
    }
  } finally {
    await served.close();
  }
}

async function headlessCell({ config, seeds, data }: FileCell, keepModel: boolean): Promise<HeadlessCell> {
  const { folder: _, ...rows } = data;
  return { config, seeds, data, keepModel, place: `cell-${await contentKey({ config, seeds, rows })}` };
}

interface CellLine {
  readonly task: string;
  readonly source: FileCell["source"];
  readonly encoder: string;
  readonly seed: FileCell["seed"];
  /** Where the file names shares. */
  readonly share?: number;
  /** Where the file names models. */
  readonly model?: string;
  readonly scores: { readonly few: Readonly<Record<string, number>>; readonly all: Readonly<Record<string, number>> };
  readonly accepted: number;
  readonly rejected: CellSummary["rejected"];
  /** Of the whole run; absent for a source without a writer. */
  readonly tokens?: CellSummary["tokens"];
  /** Examples that stage II learnt from, where that is a share of the accepted ones. */
  readonly learnt?: number;
  readonly seconds: number;
  /** The cell has no result, and this is why. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** What names a cell in its line. */
const named = ({ task, source, config, seed, share, model }: FileCell) => ({
  task,
  source,
  encoder: config.encoder,
  seed,
  ...(share === undefined ? {} : { share }),
  ...(model === undefined ? {} : { model }),
});

function failedLine(cell: FileCell, { code, message }: Failure): CellLine {
  const nothing = { scores: { few: {}, all: {} }, accepted: 0, rejected: {}, seconds: 0 };
  return { ...named(cell), ...nothing, error: { code, message } };
}

function lineOf(cell: FileCell, { scores, accepted, rejected, tokens, learnt, spent }: CellSummary): CellLine {
  const milliseconds = Object.values(spent).reduce((sum, of) => sum + of, 0);
  const of = { few: scores.few ?? {}, all: scores.synthetic ?? {} };
  return {
    ...named(cell),
    scores: of,
    accepted,
    rejected,
    ...(tokens ? { tokens } : {}),
    ...(learnt === undefined ? {} : { learnt }),
    seconds: Math.round(milliseconds / 100) / 10,
  };
}

function inWords(cell: FileCell, summary: CellSummary): string {
  const { scores, accepted, rejected, seconds } = lineOf(cell, summary);
  const attempts = Object.values(rejected).reduce((sum, n) => sum + n, accepted);
  const metrics = Object.entries(scores.few).map(([metric, few]) => {
    const all = scores.all[metric];
    return `${metric} ${few.toFixed(3)}${all === undefined ? "" : ` -> ${all.toFixed(3)}`}`;
  });
  const written = attempts > 0 ? `${accepted} accepted of ${attempts}; ` : "";
  return `${nameOf(cell)}: ${metrics.join(", ")}; ${written}${seconds} s`;
}

function nameOf({ task, source, config, seed, share, model }: FileCell): string {
  const seedWords = typeof seed === "number" ? seed : `${seed.data}/${seed.text}/${seed.training}`;
  const written = model === undefined || !writerOf(config.source) ? "" : ` by ${model}`;
  const of = share === undefined ? "" : `, ${share} %`;
  return `${task}, ${typeof source === "string" ? source : JSON.stringify(source)}${written}, ${config.encoder}, seed ${seedWords}${of}`;
}

const productNames: Readonly<Record<KeptKind, string>> = {
  suggestions: "answers for topics and styles",
  knowledge: "knowledge",
  made: "synthetic examples",
  model: "the trained model",
  predictions: "predictions",
  scores: "scores",
  analysis: "measures of the texts",
  trust: "doubtful examples",
};

/** How far it is, on the error stream: the output is the cells'. */
function narrate(event: HeadlessEvent, cells: readonly FileCell[]): void {
  const where = `cell ${event.cell + 1} of ${cells.length}`;
  if (event.type === "step") console.error(`${where}: ${event.step} ...`);
  if (event.type === "found") console.error(`${where}: ${productNames[event.kind]} from before`);
  if (event.type === "train" && event.event.type === "remark") console.error(`${where}: ${event.event.text}`);
  if (event.type === "train" && event.event.type === "stage-found") console.error(`${where}: stage I trained before`);
  if (event.type === "train" && event.event.type === "resumed")
    console.error(`${where}: training goes on after step ${event.event.step}`);
}

main().catch((error: unknown) => {
  console.error(`\nThe experiment failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
