// npm run experiment: a grid of cells in a headless Chromium, by the app's own code; killed and started again it goes on.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { contentKey, type KeptKind } from "../src/experiment/product.ts";
import type { HeadlessCell, HeadlessEvent } from "../src/headless.ts";
import { parseManifest } from "../src/models/manifest.ts";
import { taskIdOf } from "../src/tasks/catalogue.ts";
import { endWithReader, showFailure } from "./command.ts";
import { answersIn } from "./experiment-answers.ts";
import type { ExperimentFile, FileCell } from "./experiment-file.ts";
import { type CellLine, failedLine, inWords, lineOf, nameOf, standingLine, standingWords } from "./experiment-output.ts";
import { paceOf } from "./experiment-pace.ts";
import { checkData, readExperiment } from "./experiment-read.ts";
import { alone } from "./folder-lock.ts";
import { withHeadless } from "./headless-page.ts";
import { ensureModels } from "./models.ts";
import { modelsFolder } from "./models-folder.ts";
import { readOptions } from "./options.ts";
import { requireFolder } from "./out-places.ts";
import { buildApp } from "./serve.ts";
import { writeWhole } from "./whole-file.ts";

const usage = `npm run experiment -- FILE [--out DIR] [--built]

  FILE   {"tasks": [ID, TASK.json or {"id" or "task": TASK.json, "data": FOLDER, "test": COUNT}], "sources": [ID or a source's config], "models": [ID], "encoders": [ID], "shares": [PERCENT], "filters": ["none", "map", "agreement", "graph", "leakage", "tenth"], "licences": [NAME], "seeds": [NUMBER or
         {"data", "text", "training"}], "size": NUMBER, "preset": "small", "laptop" or "paper", "engine": ID, "device": NAME, "keepModels": true, "measures": true, "datasets": true, "answers": [FOLDER]}
         "tasks", "sources", "seeds" and "size" must be there; the presets "laptop" (200 examples, two seeds) and "paper" (5,000, three)
         bring all but "tasks". "data" is the task's corpus as published, or a folder in ClinGen's format, TASK.json
         the file of a task of your own; both are seen from FILE's own folder. "models" are language models: each source is written by each.
         "shares" are percents of each synthetic set: the set is made once, and stage II learns from its first so many examples.
         "filters" leave out the doubtful examples of a set: those that training mostly gets wrong ("map"), the tenth whose labels training
         believes least ("tenth"), those whose label the few-shot model does not give ("agreement"), those that the graph contradicts ("graph"),
         those that copy an example that the writer was shown ("leakage").
         "map", "tenth" and "agreement" judge a set once a seed, by one training more for all three; "graph" and "leakage" by none.
         "measures" sets each cell's texts beside the real ones: distance (CMD), similarity, nearest real text, entities, in its line's "texts".
         "datasets" leaves each cell's synthetic examples in the folder's datasets/ as JSON Lines, with the topic and style of each.
         "answers" are folders of npm run batch whose answers are in: the cells of their choices take the examples from there and write none.
         "models" may then name the model that answered, which need not be here.
         "licences" are those that the graph's topics must be under; without them, any. The graph that ships has one: "CC0-1.0".
  --out  where everything that is made is kept (out/experiment). Killed and started again with the same folder it goes on; a larger size,
         another source or another seed computes what is new alone.
  --built  serve the app as it was built before, in dist/, and do not build it anew

Prints a line a cell with the 95 % interval of each score; for each task and encoder its sources with the mean over the seeds, and each two of them
compared on the same test examples (paired bootstrap, p corrected by Holm); and, last, one JSON object of all that: "cells" and "standings". A cell that fails has an "error" there, the others go on, and the exit code is 1. "keepModels" keeps the trained models in the folder's browser profile as well.
`;

interface Asked {
  readonly path: string;
  readonly out: string;
  readonly built: boolean;
}

/** Undefined where there is nothing to run: the usage was asked for, or an argument does not fit and that was said. */
function asked(): Asked | undefined {
  try {
    const { values, positionals } = readOptions({
      args: process.argv.slice(2),
      allowPositionals: true,
      options: {
        out: { type: "string", default: join("out", "experiment") },
        built: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const { out, built, help } = values;
    const [path, ...more] = positionals;
    if (help) console.log(usage);
    else if (path === undefined || more.length > 0) throw new Error("one file of a plan is needed: npm run experiment -- FILE");
    else {
      requireFolder("out", out);
      return { path, out: resolve(out), built };
    }
  } catch (error) {
    console.error(usage);
    showFailure(error, "The experiment", "bad-arguments");
  }
  return undefined;
}

async function main(): Promise<void> {
  const given = asked();
  if (!given) return;
  const { path, out, built } = given;
  const manifest = parseManifest(readFileSync(join(modelsFolder, "manifest.json"), "utf8"));
  const file = readExperiment(path, manifest);
  for (const sentence of file.leftOut) console.error(`Left out: ${sentence}.`);
  for (const remark of await checkData(file.cells, (fault) => console.error(fault))) console.error(remark);
  await alone(out, async () => {
    const states = await ensureModels(file.models, { quiet: true });
    for (const state of states) if (!state.there) throw new Error(`${state.id} could not be had: ${state.why}`);
    if (!built) {
      console.error("Building the app ...");
      await buildApp();
    }
    await drive(file, out);
  });
}

async function drive(file: ExperimentFile, out: string): Promise<void> {
  const done: CellLine[] = [];
  const cells = await Promise.all(file.cells.map((cell) => headlessCell(cell, file)));
  const pace = paceOf(cells.length);
  const onEvent = (event: HeadlessEvent) => {
    narrate(event, file.cells);
    const left = pace(event);
    if (left !== undefined) console.error(left);
    const cell = file.cells[event.cell] as FileCell;
    if (event.type === "result") {
      const { dataset: jsonl } = event;
      const dataset = jsonl === undefined ? {} : { dataset: writeDataset(cells[event.cell] as HeadlessCell, jsonl, out) };
      done.push({ ...lineOf(cell, event.summary, event.sure, event.texts), ...dataset });
      console.log(inWords(cell, event.summary, event.sure, event.texts));
    } else if (event.type === "failed") {
      done.push(failedLine(cell, event.failure));
      console.log(`${nameOf(cell)}: failed. ${event.failure.message}`);
    }
  };
  const tell = (line: string) => console.error(line);
  const standings = await withHeadless({ profile: join(out, "profile"), tell, onEvent, answersOf: answersIn }, async (page) => {
    await page.run(cells, true);
    return page.standings();
  });
  const failed = done.filter(({ error }) => error).length;
  if (failed > 0) {
    console.error(
      `${failed} of ${done.length} cells failed, as told above. Once that is mended, the same command tries them alone.`,
    );
    process.exitCode = 1;
  }
  for (const standing of standings) for (const line of standingWords(standing, file.cells)) console.log(line);
  const result = JSON.stringify({ cells: done, standings: standings.map((of) => standingLine(of, file.cells)) });
  writeWhole(join(out, "cells.json"), `${result}\n`);
  console.log(result);
}

/** Synthetic examples as a file of the folder, named by the cell; its path within the folder. */
function writeDataset({ config, place }: HeadlessCell, jsonl: string, out: string): string {
  const path = join("datasets", `${taskIdOf(config.task)}-${config.source.kind}-${place}.jsonl`);
  writeWhole(join(out, path), jsonl);
  return path;
}

async function headlessCell(cell: FileCell, file: ExperimentFile): Promise<HeadlessCell> {
  const { config, seeds, data, answers, rows: named } = cell;
  const { folder: _, ...rows } = data;
  const { keepModels: keepModel, measures, datasets } = file;
  const place = `cell-${await contentKey({ config, seeds, rows })}`;
  const marks = { ...(named === undefined ? {} : { rows: named }), ...(answers === undefined ? {} : { answers }) };
  return { config, seeds, data, keepModel, measures, datasets, place, ...marks };
}

const productNames: Readonly<Record<KeptKind, string>> = {
  suggestions: "answers for topics and styles",
  knowledge: "knowledge",
  made: "synthetic examples",
  model: "the trained model",
  predictions: "predictions",
  scores: "scores",
  analysis: "measures of the texts",
  embeddings: "embeddings of the texts",
  trust: "doubtful examples",
  batch: "answers of another machine",
  turn: "prompts for another machine",
};

/** How far it is, on the error stream: the output is the cells'. */
function narrate(event: HeadlessEvent, cells: readonly FileCell[]): void {
  const where = `cell ${event.cell + 1} of ${cells.length}`;
  if (event.type === "step") console.error(`${where}: ${event.step} ...`);
  if (event.type === "measuring") console.error(`${where}: measure the texts ...`);
  if (event.type === "found") console.error(`${where}: ${productNames[event.kind]} from before`);
  if (event.type === "train" && event.event.type === "remark") console.error(`${where}: ${event.event.text}`);
  if (event.type === "train" && event.event.type === "stage-found") console.error(`${where}: stage I trained before`);
  if (event.type === "train" && event.event.type === "resumed")
    console.error(`${where}: training goes on after step ${event.event.step}`);
}

endWithReader();
main().catch((error: unknown) => showFailure(error, "The experiment"));
