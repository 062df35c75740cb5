// The JSON file of one cell for npm run batch, in the words of an experiment file. Reads its data; every fault names its field.

import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Field, field } from "../src/base/json-field.ts";
import { readJsonText } from "../src/base/json-text.ts";
import { rng } from "../src/base/rng.ts";
import { type ExperimentConfig, mostExamples, type Preset } from "../src/experiment/experiment-config.ts";
import type { NotebookData } from "../src/experiment/notebook.ts";
import type { Seeds } from "../src/experiment/plan.ts";
import { presetConfig, presetSource, withTopicsOf } from "../src/experiment/presets.ts";
import { type Dataset, readDataset } from "../src/formats/dataset.ts";
import { ownDataset } from "../src/formats/own-dataset.ts";
import type { SourceConfig, SourceKind } from "../src/generate/source.ts";
import { needs, sourceKinds, sourceOf, suits, withWriter } from "../src/generate/sources.ts";
import type { Manifest } from "../src/models/manifest.ts";
import { taskIdOf, taskOf } from "../src/tasks/catalogue.ts";
import type { Task } from "../src/tasks/task.ts";
import { licencesIn, required, seedOf } from "./experiment-file.ts";
import { modelOf, readSource } from "./experiment-source.ts";
import { fileBlob } from "./file-blob.ts";
import { pickedFiles } from "./picked-files.ts";
import { type NamedTask, namedTask, requireExamples } from "./task-argument.ts";

export interface BatchCell {
  readonly config: ExperimentConfig;
  readonly seeds: Seeds;
  readonly data: NotebookData;
  /** Folder of the graph's files; null for the one that ships. */
  readonly graph: string | null;
}

const fields = ["task", "tasks", "source", "sources", "seed", "seeds", "size", "preset", "model", "encoder", "graph", "licences"];

const root = resolve(import.meta.dirname, "..");
export const starterGraph = join(root, "public", "graph");

/** `model`, where it is given, is the one that the requests name, in place of the file's. Throws an Error that names the field, and what it takes. */
export async function readBatchFile(text: string, path: string, manifest: Manifest, model?: string): Promise<BatchCell> {
  const file = field(basename(path), readJsonText(text, basename(path)));
  const given = file.object(fields);
  const folder = dirname(resolve(path));
  const preset = given.preset?.oneOf<Preset>(["small", "paper"]) ?? "small";
  const size = required(given, "size", file).wholeNumber(1, mostExamples);
  const { seeds } = seedOf(theOne(given, "seed", file));
  const { source, named } = sourceAndModel(theOne(given, "source", file), preset, manifest);
  const writer = model ?? given.model?.text() ?? named;
  if (!needs(source, "writer")) throw new Error(`${sourceOf(source).name} asks no language model: there is nothing to send out`);
  if (writer === undefined || writer.trim() === "") {
    throw new Error(`${file.name} has no "model": the name by which the server knows the language model (or --model NAME)`);
  }
  if ("writer" in source && (source.writer.candidates ?? 1) > 1) {
    throw theOne(given, "source", file).fault(
      'has a writer with "candidates": they are ranked by likelihoods, which answers of a batch do not bring; npm run experiment with the engine "batch" ranks them',
    );
  }
  const rows = taskAndFolder(theOne(given, "task", file), folder);
  const task = rows.named.ref;
  const meant = theOne(given, "source", file).isText ? withTopicsOf(task, source) : source;
  if (given.licences && given.graph) throw given.licences.fault("goes with the graph that ships, and the file names another");
  const licences = given.licences ? { licences: licencesIn(given.licences) } : {};
  const chosen = given.encoder ? { encoder: modelOf(given.encoder, manifest, "encoder") } : {};
  const config = presetConfig(preset, {
    task,
    source: withWriter(meant, { model: writer }),
    seed: seeds.text,
    size,
    ...chosen,
    ...licences,
  });
  if (!suits(config.source, taskOf(task))) throw new Error(`${sourceOf(source).name} makes no examples for ${task}`);
  const graph = given.graph ? graphFolder(given.graph, folder) : null;
  return { config, seeds, data: await readData(config, seeds, rows), graph };
}

/** The field, or the one element of its plural, as an experiment file has it. */
function theOne(given: Readonly<Record<string, Field>>, name: string, file: Field): Field {
  const several = given[`${name}s`];
  if (given[name] && several) throw new Error(`${file.name} has both "${name}" and "${name}s"`);
  if (!several) return required(given, name, file);
  const list = several.list();
  if (list.length > 1) throw several.fault("takes one element: a batch is one cell");
  return list[0] as Field;
}

/** The source as an experiment file names it. Its writer's model may be any: the server knows it, not the manifest. */
function sourceAndModel(given: Field, preset: Preset, manifest: Manifest): { source: SourceConfig; named?: string } {
  if (given.isText) return { source: presetSource(preset, given.oneOf<SourceKind>(sourceKinds)) };
  const value = given.value as { readonly writer?: unknown };
  const writer = given.isObject && value.writer !== undefined ? field(`${given.name}.writer`, value.writer) : undefined;
  if (!writer?.isObject) return { source: readSource(given, preset, manifest) };
  const { model, ...rest } = writer.value as { readonly model?: unknown };
  const source = readSource(field(given.name, { ...value, writer: rest }), preset, manifest);
  return model === undefined ? { source } : { source, named: field(`${writer.name}.model`, model).text() };
}

interface TaskAndFolder {
  readonly named: NamedTask;
  readonly path?: string;
  readonly test?: number;
}

/** As an experiment file names them; a task of one's own is a file, by its path or in the field "task". */
function taskAndFolder(given: Field, folder: string): TaskAndFolder {
  const { id, task, data, test } = given.isText
    ? { id: given, task: undefined, data: undefined, test: undefined }
    : given.object(["id", "task", "data", "test"]);
  if (task && id) throw given.fault('takes "id" or "task", not both');
  const of = task ?? id;
  if (!of) throw given.lacks("id");
  const named = namedTask(of.name, of.text(), resolve(folder, of.text()));
  const path = data && resolve(folder, data.text());
  if (data && path && !existsSync(path)) throw new Error(`${data.name}: there is no folder ${path}`);
  requireExamples(of.name, named, path !== undefined, '"data"');
  return { named, ...(path ? { path } : {}), ...(test ? { test: test.wholeNumber(1) } : {}) };
}

function graphFolder(given: Field, folder: string): string {
  const path = resolve(folder, given.text());
  for (const name of ["nodes", "edges"]) graphFile(path, name, given.name);
  return path;
}

/** nodes.tsv or edges.tsv of a graph's folder, gzipped or not. */
export function graphFile(folder: string, name: string, field = "graph"): { name: string; data: Blob } {
  const found = [`${name}.tsv`, `${name}.tsv.gz`].find((file) => existsSync(join(folder, file)));
  if (!found) throw new Error(`${field}: there is no ${name}.tsv or ${name}.tsv.gz in ${folder}`);
  return { name: found, data: fileBlob(join(folder, found)) };
}

/** The rows that the requests are made of, and no others: a plan holds them. */
async function readData({ task: ref, source }: ExperimentConfig, seeds: Seeds, rows: TaskAndFolder): Promise<NotebookData> {
  const { train, validation, test, remarks } = await datasetFrom(taskOf(ref), seeds, rows);
  return {
    source: rows.path ? basename(rows.path) : rows.named.own ? taskIdOf(ref) : "sample",
    remarks,
    train,
    validation: needs(source, "encoder") ? validation : [],
    test: needs(source, "test") ? test.slice(0, rows.test) : [],
  };
}

async function datasetFrom(task: Task, seeds: Seeds, { named, path }: TaskAndFolder): Promise<Dataset> {
  if (path === undefined && named.own) return ownDataset(task, named.own);
  const sample = join(root, "public", "samples", task.id);
  const names = ["train_few.jsonl", "dev_few.jsonl", "test.jsonl", "label.txt"];
  const tree = path ? pickedFiles([path]) : new Map(names.map((name) => [name, new Blob([readFileSync(join(sample, name))])]));
  return readDataset(task, tree, rng("dataset", seeds.data));
}
