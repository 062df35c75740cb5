// The JSON file of `npm run experiment`, checked whole before anything is built or fetched: every fault names its field.

import { basename, dirname, resolve } from "node:path";
import type { ExperimentConfig, Preset } from "../src/experiment/experiment-config.ts";
import { type Seeds, sameSeeds } from "../src/experiment/plan.ts";
import { presetConfig } from "../src/experiment/presets.ts";
import type { HeadlessData } from "../src/headless.ts";
import { type Manifest, modelEntry } from "../src/models/manifest.ts";
import { tasks } from "../src/tasks/catalogue.ts";
import { readFolder } from "./data-folder.ts";
import { type Field, field } from "./json-field.ts";

/** A cell as the file names it. */
export interface FileCell {
  readonly task: string;
  readonly source: string;
  readonly config: ExperimentConfig;
  readonly seeds: Seeds;
  /** As it is printed: the number, or the three. */
  readonly seed: number | Seeds;
  readonly data: HeadlessData;
}

export interface ExperimentFile {
  readonly cells: readonly FileCell[];
  /** Ids of the models that its cells need. */
  readonly models: readonly string[];
  readonly keepModels: boolean;
}

const fields = ["tasks", "sources", "encoders", "seeds", "size", "preset", "engine", "device", "keepModels"];

/** `path` is the file's, for folders that it names and for the words of faults. Throws an Error that names the field, and what it takes. */
export function readExperimentFile(text: string, path: string, manifest: Manifest): ExperimentFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${basename(path)} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const file = field(basename(path), json);
  const given = file.object(fields);
  const preset = given.preset?.oneOf<Preset>(["small", "paper"]) ?? "small";
  const size = required(given, "size", file).wholeNumber(1);
  const engine = given.engine?.text();
  const device = given.device?.oneOf<ExperimentConfig["device"]>(["auto", "wasm", "webgpu"]);
  const sources = required(given, "sources", file).list();
  const encoders = given.encoders?.list().map((of) => modelOf(of, manifest, "encoder")) ?? [undefined];
  const seeds = required(given, "seeds", file).list().map(seedOf);
  const chosen = { size, ...(engine === undefined ? {} : { engine }), ...(device === undefined ? {} : { device }) };
  const cells = required(given, "tasks", file)
    .list()
    .map((of) => taskOf(of, dirname(resolve(path))))
    .flatMap(({ task, data }) =>
      encoders.flatMap((encoder) =>
        seeds.flatMap((seed) =>
          sources.map((source): FileCell => {
            const of = { task, seed: seed.seeds.text, ...chosen, ...(encoder === undefined ? {} : { encoder }) };
            return { task, ...sourceOf(source, preset, of, manifest), seeds: seed.seeds, seed: seed.name, data };
          }),
        ),
      ),
    );
  const models = new Set(cells.flatMap(({ config }) => [config.model, config.encoder]).filter((id) => id !== "scripted"));
  return { cells, models: [...models], keepModels: given.keepModels?.flag() ?? false };
}

function required(given: Readonly<Record<string, Field>>, name: string, file: Field): Field {
  const found = given[name];
  if (!found) throw new Error(`${file.name} has no "${name}"`);
  return found;
}

function taskOf(given: Field, folder: string): { task: string; data: HeadlessData } {
  if (given.isText) return { task: taskId(given), data: { folder: undefined, source: "sample", test: undefined } };
  const { id, data, test } = given.object(["id", "data", "test"]);
  if (!id) throw new Error(`${given.name} has no "id"`);
  const path = data && resolve(folder, data.text());
  const rows = path === undefined ? undefined : readFolder((data as Field).name, path);
  const source = path === undefined ? "sample" : basename(path);
  return { task: taskId(id), data: { folder: rows, source, test: test?.wholeNumber(1) } };
}

const taskId = (given: Field): string => given.oneOf(tasks.map((task) => task.id));

function modelOf(given: Field, manifest: Manifest, kind: string): string {
  const id = given.text();
  const ids = manifest.models.filter((entry) => entry.kind === kind).map((entry) => entry.id);
  if (!ids.includes(id)) throw given.fault(`takes ${ids.join(", ")} (models/manifest.json)`);
  return modelEntry(manifest, id).id;
}

function seedOf(given: Field): { seeds: Seeds; name: number | Seeds } {
  if (!given.isObject) {
    const seed = given.wholeNumber(0);
    return { seeds: sameSeeds(seed), name: seed };
  }
  const of = given.object(["data", "text", "training"]);
  const seed = (name: keyof Seeds) => required(of, name, given).wholeNumber(0);
  const seeds = { data: seed("data"), text: seed("text"), training: seed("training") };
  return { seeds, name: seeds };
}

type Rest = Omit<Parameters<typeof presetConfig>[1], "method">;

/** What the cell prints for its source, and the config that it comes to. */
function sourceOf(given: Field, preset: Preset, rest: Rest, _manifest: Manifest): { source: string; config: ExperimentConfig } {
  const method = given.oneOf<ExperimentConfig["method"]>(["clingen", "zerogen"]);
  return { source: method, config: presetConfig(preset, { ...rest, method }) };
}
