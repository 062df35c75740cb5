// The JSON file of `npm run experiment`, checked whole before anything is built or fetched: every fault names its field.

import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { canonicalJson } from "../src/base/hash.ts";
import { type Field, field } from "../src/base/json-field.ts";
import { readJsonText } from "../src/base/json-text.ts";
import { nearestName } from "../src/base/nearest-name.ts";
import { engines, scriptedId } from "../src/engines/catalogue.ts";
import { type ExperimentConfig, type JudgeFilter, mostExamples, type Preset } from "../src/experiment/experiment-config.ts";
import { type GridPreset, gridPresets, makesSet, sharesOf, withShare } from "../src/experiment/grid.ts";
import { type Seeds, sameSeeds } from "../src/experiment/plan.ts";
import { presetConfig, presetSource } from "../src/experiment/presets.ts";
import { trustFilterIds } from "../src/experiment/trust.ts";
import type { FolderFiles } from "../src/formats/folder-files.ts";
import type { SourceConfig } from "../src/generate/source.ts";
import { needs, sourceKinds, sourceOf, suits, withWriter, writerOf } from "../src/generate/sources.ts";
import type { HeadlessData } from "../src/headless.ts";
import { licenceKey } from "../src/knowledge/graph-files.ts";
import type { Manifest } from "../src/models/manifest.ts";
import { type TaskRef, taskIdOf, taskOf, tasks } from "../src/tasks/catalogue.ts";
import type { Task } from "../src/tasks/task.ts";
import { readFolder } from "./data-folder.ts";
import { type Answered, answeredIn, answersFor, asAnswered, requireWanted } from "./experiment-answers.ts";
import { type Models, modelOf, readSource, writerField } from "./experiment-source.ts";
import { type NamedTask, namedTask, requireExamples, requireOwnIds } from "./task-argument.ts";

/** A cell as the file names it. */
export interface FileCell {
  readonly task: string;
  /** Name of its rows; absent where the file names the task once. */
  readonly rows?: string;
  readonly source: string | SourceConfig;
  /** What the file itself says of the source, in words. */
  readonly sourceWords: string;
  readonly config: ExperimentConfig;
  readonly seeds: Seeds;
  /** As it is printed: the number, or the three. */
  readonly seed: number | Seeds;
  /** Percent of the synthetic set that is learnt from; absent where the file names no shares. */
  readonly share?: number;
  /** Filter of the doubtful examples, or "none"; absent where the file names no filters. */
  readonly filter?: FileFilter;
  /** Writer; absent where the file names no models. */
  readonly model?: string;
  readonly data: HeadlessData;
  /** Folder of the batch whose answers are its run; absent where it writes for itself. */
  readonly answers?: string;
}

type FileFilter = JudgeFilter | "none";

export interface ExperimentFile {
  readonly cells: readonly FileCell[];
  /** Sources that do not apply to a task of the file: a sentence each. Their cells are not there, as in the paper's tables. */
  readonly leftOut: readonly string[];
  /** Ids of the models that its cells need. */
  readonly models: readonly string[];
  readonly keepModels: boolean;
  /** Measure each set's texts beside the real ones. */
  readonly measures: boolean;
  /** Write each cell's synthetic examples as a file. */
  readonly datasets: boolean;
}

/** Sources of a grid whose file names none: those that need neither training rows beyond the few-shot set nor a head that many encoders lack. */
const gridSources = sourceKinds.filter((kind) => {
  const source = presetSource("small", kind);
  return !needs(source, "gold") && !needs(source, "masked");
});

const fileFilters: readonly FileFilter[] = ["none", ...trustFilterIds.filter((id) => id !== "hand")];

const fields = [
  "tasks",
  "sources",
  "models",
  "encoders",
  "seeds",
  "shares",
  "filters",
  "licences",
  "size",
  "preset",
  "engine",
  "device",
  "keepModels",
  "measures",
  "datasets",
  "answers",
];

/** `path` is the file's, for folders that it names and for the words of faults. Throws an Error that names the field, and what it takes. */
export function readExperimentFile(text: string, path: string, manifest: Manifest): ExperimentFile {
  const file = field(basename(path), readJsonText(text, basename(path)));
  const given = file.object(fields);
  const named = given.preset?.oneOf<Preset | GridPreset>(["small", "paper", "laptop"]) ?? "small";
  const grid = named === "small" ? undefined : gridPresets[named];
  const preset = grid?.preset ?? "small";
  const size = grid && !given.size ? grid.size : required(given, "size", file).wholeNumber(1, mostExamples);
  const engine = given.engine?.oneOf(["auto", ...engines.map(({ id }) => id)]);
  const device = given.device?.oneOf<ExperimentConfig["device"]>(["auto", "wasm", "webgpu"]);
  const answered = given.answers ? answeredIn(given.answers, dirname(resolve(path))) : [];
  const known: Models = { ...manifest, elsewhere: answered.map(({ plan }) => plan.model) };
  const sources = (grid && !given.sources ? field("sources", gridSources) : required(given, "sources", file)).list();
  const encoders = given.encoders?.list().map((of) => modelOf(of, manifest, "encoder")) ?? [undefined];
  const seeds = (grid && !given.seeds ? field("seeds", grid.seeds) : required(given, "seeds", file)).list().map(seedOf);
  const shares = given.shares?.list().map(shareOf);
  const filters = given.filters?.list().map((of) => of.oneOf<FileFilter>(fileFilters));
  const licences = given.licences && licencesIn(given.licences);
  const writers = given.models?.list().map((of) => writerField(of, known));
  const chosen = {
    size,
    ...(engine === undefined ? {} : { engine }),
    ...(device === undefined ? {} : { device }),
    ...(licences ? { licences } : {}),
  };
  const anyTask = { task: (tasks[0] as Task).id, seed: 0, size };
  const gold = sources.some((source) => needs(cellSource(source, preset, anyTask, known).config.source, "gold"));
  const asked = required(given, "tasks", file)
    .list()
    .map((of) => ({ field: of.name, ...taskRows(of, dirname(resolve(path)), gold) }));
  requireOwnIds(asked);
  const all = withRowNames(asked).flatMap(({ task, data, rows }) =>
    encoders.flatMap((encoder) =>
      seeds.flatMap((seed) =>
        sources.flatMap((source) => {
          const of = { task, seed: seed.seeds.text, ...chosen, ...(encoder === undefined ? {} : { encoder }) };
          const row = { ...(rows === undefined ? {} : { rows }), seeds: seed.seeds, seed: seed.name, data };
          const cell: FileCell = { task: taskIdOf(task), ...cellSource(source, preset, of, known), ...row };
          return written(cell, writers)
            .flatMap((each) => shared(each, shares))
            .flatMap((each) => filtered(each, filters))
            .map((each) => answeredBy(each, answered));
        }),
      ),
    ),
  );
  const cells = all.filter((cell) => !whyNot(cell, known));
  const leftOut = [...new Set(all.flatMap((cell) => whyNot(cell, known) ?? []))];
  requireWanted(answered, cells);
  requireOnce(basename(path), cells);
  if (cells.length === 0) throw new Error(`${basename(path)} has no cell that can be computed: ${leftOut.join("; ")}`);
  const own = cells
    .filter(({ answers }) => answers === undefined)
    .map(({ config }) => writerOf(config.source)?.model ?? scriptedId);
  const models = new Set([...own, ...cells.map(({ config }) => config.encoder)]);
  models.delete(scriptedId);
  return {
    cells,
    leftOut,
    models: [...models],
    keepModels: given.keepModels?.flag() ?? false,
    measures: given.measures?.flag() ?? false,
    datasets: given.datasets?.flag() ?? false,
  };
}

/** Names the rows of each task that the file names several times: by their folder or file, and by how many are scored. Throws an Error where two have one name. */
function withRowNames<T extends TaskRows & { readonly field: string }>(asked: readonly T[]): (T & { readonly rows?: string })[] {
  const seen = new Map<string, string>();
  return asked.map((of) => {
    const id = taskIdOf(of.task);
    if (asked.filter(({ task }) => taskIdOf(task) === id).length === 1) return of;
    const { source, test } = of.data;
    const rows = test === undefined ? source : `${source}, first ${test}`;
    const before = seen.get(`${id} ${rows}`);
    if (before !== undefined)
      throw new Error(
        `${of.field} names ${id} with the rows of ${before}, or with others of the same name: ${rows}; rename a folder, or leave one out`,
      );
    seen.set(`${id} ${rows}`, of.field);
    return { ...of, rows };
  });
}

/** Throws an Error that names the field where two of its values come to one cell: a source by its id and by its whole config, say. */
function requireOnce(file: string, cells: readonly FileCell[]): void {
  const seen = new Map<string, FileCell>();
  for (const cell of cells) {
    const key = canonicalJson({ config: cell.config, seeds: cell.seeds, ...(cell.rows ? { rows: cell.rows } : {}) });
    const before = seen.get(key);
    if (before) {
      const twice = (what: string, values: readonly unknown[]) =>
        new Error(
          `${file}: ${what} names one cell of ${cell.task} twice, as ${values.map((of) => JSON.stringify(of)).join(" and as ")}`,
        );
      const both = [before, cell];
      if (canonicalJson(before.seed) !== canonicalJson(cell.seed))
        throw twice(
          "seeds",
          both.map(({ seed }) => seed),
        );
      throw twice(
        "sources",
        both.map(({ sourceWords }) => sourceWords),
      );
    }
    seen.set(key, cell);
  }
}

/** The cell for each writer of the file; itself where the file names none, and for a source that no language model writes. */
function written(cell: FileCell, writers: readonly string[] | undefined): FileCell[] {
  const { config } = cell;
  if (!writers || !writerOf(config.source)) return [cell];
  return writers.map((model) => ({ ...cell, model, config: { ...config, source: withWriter(config.source, { model }) } }));
}

/** The cell for each share of its set. The set is made once, for each share is its beginning. */
function shared(cell: FileCell, shares: readonly number[] | undefined): FileCell[] {
  if (!shares) return [cell];
  return sharesOf(cell.config.source, { shares }).map((share) => ({ ...cell, share, config: withShare(cell.config, share) }));
}

/** The cell for each filter of its set; itself where the file names none, and for a source that makes no set. */
function filtered(cell: FileCell, filters: readonly FileFilter[] | undefined): FileCell[] {
  if (!filters || !makesSet(cell.config.source)) return [cell];
  return filters.map((filter) => ({ ...cell, filter, config: filter === "none" ? cell.config : { ...cell.config, filter } }));
}

/**
 * Licences of which the graph that ships, from which a plan's cells draw, has one at least: under the others alone no topic could be drawn. A name that is
 * nearly one of the graph's is a slip.
 */
export function licencesIn(given: Field): string[] {
  const known = [...starterLicences()];
  const isKnown = (named: string): boolean => known.some((licence) => licenceKey(licence) === licenceKey(named));
  const fault = (of: Field) => of.fault(`takes a licence of the graph that ships (${known.join(", ")})`);
  const named = given.list().map((of) => {
    const name = of.text();
    if (!isKnown(name) && nearestName(name, known) !== undefined) throw fault(of);
    return name;
  });
  if (named.length > 0 && !named.some(isKnown)) throw fault(given.list()[0] as Field);
  return named;
}

function starterLicences(): ReadonlySet<string> {
  const [header = "", ...rows] = gunzipSync(readFileSync(join(import.meta.dirname, "../public/graph/edges.tsv.gz")))
    .toString("utf8")
    .trim()
    .split("\n");
  const at = header.split("\t").indexOf("licence");
  return new Set(rows.map((row) => row.split("\t")[at] ?? ""));
}

function shareOf(given: Field): number {
  const share = given.above(0);
  if (share > 100) throw given.fault("is percent of the synthetic set: at most 100");
  return share;
}

/** Why a cell cannot be computed, in a sentence. */
function whyNot({ task, config, seed, answers }: FileCell, { elsewhere = [], models }: Models): string | undefined {
  const { name } = sourceOf(config.source);
  if (!suits(config.source, taskOf(config.task))) return `${name} does not apply to ${task}`;
  const writer = writerOf(config.source)?.model;
  const isAway = writer !== undefined && elsewhere.includes(writer) && !models.some(({ id }) => id === writer);
  if (!isAway || answers !== undefined) return undefined;
  return `No folder of "answers" holds those of ${writer} for ${task}, ${name}, seed ${JSON.stringify(seed)}`;
}

function answeredBy(cell: FileCell, answered: readonly Answered[]): FileCell {
  const found = answersFor(cell, answered);
  return found ? asAnswered(cell, found) : cell;
}

export function required(given: Readonly<Record<string, Field>>, name: string, file: Field): Field {
  const found = given[name];
  if (!found) throw new Error(`${file.name} has no "${name}"`);
  return found;
}

interface TaskRows {
  readonly task: TaskRef;
  readonly data: HeadlessData;
}

/** `gold` asks for the folder's real training rows too. A task of one's own is a file, by its path or in the field "task". */
function taskRows(given: Field, folder: string, gold: boolean): TaskRows {
  const named = (of: Field) => {
    const name = of.text();
    return namedTask(of.name, name, resolve(folder, name));
  };
  if (given.isText) return rowsOf(given, named(given));
  const { id, task, data, test } = given.object(["id", "task", "data", "test"]);
  if (task && id) throw given.fault('takes "id" or "task", not both');
  const of = task ?? id;
  if (!of) throw given.lacks("id");
  const found = named(of);
  const path = data && resolve(folder, data.text());
  const rows =
    path === undefined
      ? undefined
      : { name: basename(path), rows: readFolder((data as Field).name, path, taskOf(found.ref), gold) };
  return rowsOf(of, found, rows, test?.wholeNumber(1));
}

function rowsOf(
  given: Field,
  named: NamedTask,
  folder?: { readonly name: string; readonly rows: FolderFiles },
  test?: number,
): TaskRows {
  requireExamples(given.name, named, folder !== undefined, '"data"');
  const own = !folder && named.own ? { own: named.own } : {};
  const source = folder ? folder.name : named.own ? basename(given.text()) : "sample";
  return { task: named.ref, data: { folder: folder?.rows, source, ...own, test } };
}

export function seedOf(given: Field): { seeds: Seeds; name: number | Seeds } {
  if (!given.isObject) {
    const seed = given.wholeNumber(0);
    return { seeds: sameSeeds(seed), name: seed };
  }
  const of = given.object(["data", "text", "training"]);
  const seed = (name: keyof Seeds) => required(of, name, given).wholeNumber(0);
  const seeds = { data: seed("data"), text: seed("text"), training: seed("training") };
  return { seeds, name: seeds };
}

type Rest = Omit<Parameters<typeof presetConfig>[1], "source">;

/** The cell's source as it is printed, and its config. */
function cellSource(
  given: Field,
  preset: Preset,
  rest: Rest,
  manifest: Models,
): Pick<FileCell, "source" | "sourceWords" | "config"> {
  const source = given.isText ? given.oneOf(sourceKinds) : readSource(given, preset, manifest);
  return { source, sourceWords: valueWords(given.value), config: presetConfig(preset, { ...rest, source }) };
}

/** `{"kind": "clingen", "topics": "kg", "writer": {"uncopied": 4}}` as `clingen, topics kg, writer uncopied 4`. */
function valueWords(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(valueWords).join("/");
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const { kind, ...others } = value as Readonly<Record<string, unknown>>;
  const rest = Object.entries(others).map(([name, of]) => `${name} ${valueWords(of)}`);
  return [...(kind === undefined ? [] : [valueWords(kind)]), ...rest].join(", ");
}
