// A run as the files of a capsule, and back: a table of its parts, each written and read by itself. Knows no zip but by formats/capsule.

import type { Analysis } from "../analyse/analysis.ts";
import { type Field, field } from "../base/json-field.ts";
import type { Notebook, StageResult, TrainingResult } from "../experiment/notebook.ts";
import { type LogEntry, logFormat, type Prefix, type RunState, type StoredEntry } from "../generate/log.ts";
import type { KeptAnswer } from "../knowledge/kept-answers.ts";
import { taskOf } from "../tasks/catalogue.ts";
import type { Task } from "../tasks/task.ts";
import type { StageId } from "../train/train-config.ts";
import { entityFigure, lengthFigure, vocabularyFigure } from "./analysis-figures.ts";
import { measureRows } from "./analysis-table.ts";
import {
  answersOf,
  checkEntry,
  checkEvent,
  configOf,
  dataOf,
  eachOf,
  fieldsOf,
  ifThere,
  knowledgeIn,
  scoresOf,
  spentOf,
} from "./capsule-values.ts";
import { modelRoles, type RunModelFiles, type RunRecord } from "./run-record.ts";

/** Fields of a record as they come back: a part adds its own. */
interface Reading {
  notebook: { -readonly [K in keyof Notebook]?: Notebook[K] };
  training: { -readonly [K in keyof TrainingResult]?: TrainingResult[K] };
  results: Partial<Record<StageId, Partial<StageResult>>>;
  state?: RunState;
  entries?: readonly LogEntry[];
  answers?: readonly KeptAnswer[];
  analysis?: Analysis;
  models: readonly RunModelFiles[];
}

interface Part {
  readonly path: string;
  /** Undefined: the run has no such part. */
  write(record: RunRecord): unknown;
  /** Throws FieldError or ClinfuseError for a value that cannot be. */
  read(value: Field, into: Reading, task: Task): void;
}

/** The plan is read first: all others need its task. */
const plan: Part = {
  path: "plan.json",
  write: ({ notebook: { id, title, createdAt, updatedAt, config, run, spent } }) => ({
    id,
    title,
    createdAt,
    updatedAt,
    run,
    config,
    spent,
  }),
  read(of, { notebook }) {
    const at = fieldsOf(of);
    notebook.id = at("id").text();
    notebook.title = at("title").text();
    notebook.createdAt = at("createdAt").wholeNumber(0, 8.64e15);
    notebook.updatedAt = at("updatedAt").wholeNumber(0, 8.64e15);
    notebook.config = configOf(at("config"));
    notebook.spent = spentOf(at("spent"));
    ifThere(of, "run", (run) => {
      notebook.run = run.text();
    });
  },
};

const stagesOf = <T>({ notebook: { training } }: RunRecord, of: (result: StageResult) => T): Record<string, T> | undefined =>
  training && Object.fromEntries(Object.entries(training.results).map(([stage, result]) => [stage, of(result)]));

function eachStage(of: Field, { results }: Reading, read: (value: Field) => Partial<StageResult>): void {
  eachOf(of, () => undefined);
  const stages = of.object(["few", "synthetic"]);
  for (const stage of ["few", "synthetic"] as const) {
    const found = stages[stage];
    if (found) results[stage] = { ...results[stage], ...read(found) };
  }
}

const parts: readonly Part[] = [
  {
    path: "data/rows.json",
    write: ({ notebook }) => notebook.data,
    read: (of, { notebook }, task) => {
      notebook.data = dataOf(of, task);
    },
  },
  {
    path: "knowledge/knowledge.json",
    write: ({ notebook }) => notebook.knowledge,
    read: (of, { notebook }) => {
      notebook.knowledge = knowledgeIn(of);
    },
  },
  {
    path: "knowledge/answers.json",
    write: ({ answers }) => answers,
    read: (of, into) => {
      for (const answer of of.items()) fieldsOf(fieldsOf(answer)("completion"))("text").text();
      into.answers = of.value as readonly KeptAnswer[];
    },
  },
  {
    path: "generation/run.json",
    write: ({ log }) => log?.state,
    read: (of, into) => {
      const at = fieldsOf(of);
      at("id").text();
      at("next").wholeNumber(0);
      ifThere(of, "feedback", (n) => n.wholeNumber(0));
      for (const name of ["task", "source"]) fieldsOf(at("config"))(name);
      into.state = of.value as RunState;
    },
  },
  {
    path: "generation/log.json",
    write: ({ log }) => log && packed(log.entries),
    read: (of, into, task) => {
      into.entries = unpacked(of, task);
    },
  },
  {
    path: "training/training.json",
    write: ({ notebook: { training } }) => {
      if (!training) return undefined;
      const { history: _, results: __, ...rest } = training;
      return rest;
    },
    read: (of, { training }) => {
      const at = fieldsOf(of);
      at("device").oneOf(["webgpu", "wasm"]);
      const basis = at("basis");
      fieldsOf(basis)("run").text();
      fieldsOf(basis)("examples").wholeNumber(0);
      fieldsOf(fieldsOf(basis)("settings"))("encoder").text();
      ifThere(of, "remarks", (remarks) => remarks.items().map((remark) => remark.text()));
      for (const name of ["model", "weights"]) ifThere(of, name, (named) => named.text());
      Object.assign(training, of.value);
    },
  },
  {
    path: "training/history.json",
    write: ({ notebook }) => notebook.training?.history,
    read: (of, { training }) => {
      for (const event of of.items()) checkEvent(event);
      training.history = of.value as TrainingResult["history"];
    },
  },
  {
    path: "training/scores.json",
    write: (record) => stagesOf(record, ({ scores }) => scores),
    read: (of, into) => eachStage(of, into, (value) => ({ scores: scoresOf(value) })),
  },
  {
    path: "training/predictions.json",
    write: (record) => stagesOf(record, ({ predicted }) => predicted),
    read: (of, into, task) => eachStage(of, into, (value) => ({ predicted: answersOf(value, task) })),
  },
  {
    path: "analysis/analysis.json",
    write: ({ analysis }) => analysis,
    read: (of, into) => {
      into.analysis = analysisOf(of);
    },
  },
  {
    path: "models.json",
    write: ({ models }) => models,
    read: (of, into) => {
      for (const model of of.items()) checkModel(model);
      into.models = of.value as readonly RunModelFiles[];
    },
  },
];

function checkModel(of: Field): void {
  const at = fieldsOf(of);
  at("role").oneOf(modelRoles);
  for (const name of ["id", "name"]) at(name).text();
  for (const file of at("files").items()) for (const name of ["name", "sha256"]) fieldsOf(file)(name).text();
}

/** The page's figures are drawn once: nothing else says whether they can be. */
function analysisOf(of: Field): Analysis {
  const analysis = of.value as Analysis;
  try {
    const drawn = [measureRows(analysis), ...[entityFigure, lengthFigure, vocabularyFigure].map((figure) => figure(analysis))];
    if (/NaN|undefined/.test(JSON.stringify(drawn))) throw new Error("a number is missing");
    for (const set of analysis.synthetic) if (!Array.isArray(set.leakage.texts)) throw new Error("the copies are missing");
  } catch (error) {
    throw of.fault(`takes the measures of an analysis (${error instanceof Error ? error.message : String(error)})`);
  }
  return analysis;
}

/** Prompts begin alike: what they share is written once, as the run's own log has it. */
function packed(entries: readonly LogEntry[]): { prefixes: readonly Prefix[]; entries: readonly StoredEntry[] } {
  const prefixes: Prefix[] = [];
  const stored = entries.map((entry) => {
    const { entry: own, fresh } = logFormat.pack(entry, prefixes);
    prefixes.push(...fresh);
    return own;
  });
  return { prefixes, entries: stored };
}

function unpacked(of: Field, task: Task): readonly LogEntry[] {
  const at = fieldsOf(of);
  const prefixes = at("prefixes").items();
  for (const prefix of prefixes) for (const message of prefix.items()) fieldsOf(message)("content").text();
  const known = prefixes.map(({ value }) => value as Prefix);
  let next = 0;
  return at("entries")
    .items()
    .map((entry) => {
      checkEntry(entry, task);
      for (const turn of turnFields(entry)) ifThere(turn, "prefix", (n) => n.wholeNumber(0, prefixes.length - 1));
      const found = logFormat.unpack(entry.value as StoredEntry, known);
      if (found.type !== "feedback") {
        if (found.index < next) throw entry.fault(`takes an index of at least ${next}`);
        next = found.index + 1;
      }
      return found;
    });
}

function turnFields(entry: Field): readonly Field[] {
  const found: Field[] = [];
  ifThere(entry, "origin", (origin) => ifThere(origin, "turns", (turns) => found.push(...turns.items())));
  return found;
}

/** Parts of a run as JSON, by path. */
export function partsOf(record: RunRecord): readonly { readonly path: string; readonly json: string }[] {
  return [plan, ...parts].flatMap(({ path, write }) => {
    const value = write(record);
    return value === undefined ? [] : [{ path, json: `${JSON.stringify(value, null, 1)}\n` }];
  });
}

export type ReadParts =
  | { readonly record: RunRecord }
  /** The first part that cannot be read. */
  | { readonly fault: { readonly file: string; readonly what: string } };

/** The record of those parts. `text` gives a part's JSON, and undefined for one that the capsule has not; `wordsOf` says what a thrown error means. */
export async function recordOf(
  text: (path: string) => Promise<string | undefined>,
  wordsOf: (error: unknown) => string,
): Promise<ReadParts> {
  const into: Reading = { notebook: {}, training: {}, results: {}, models: [] };
  for (const part of [plan, ...parts]) {
    try {
      const json = await text(part.path);
      if (json === undefined && part !== plan) continue;
      if (json === undefined) return { fault: { file: part.path, what: "is missing" } };
      const task = part === plan ? undefined : taskOf((into.notebook as Notebook).config.task);
      part.read(field(part.path, parsed(json, part.path)), into, task as Task);
    } catch (error) {
      return { fault: { file: part.path, what: wordsOf(error) } };
    }
  }
  return { record: joined(into) };
}

function parsed(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw field(path, undefined).fault("takes JSON");
  }
}

function joined({ notebook, training, results, state, entries, answers, analysis, models }: Reading): RunRecord {
  const whole = Object.entries(results).filter(([, result]) => result.scores && result.predicted);
  const trained = training.basis && { history: [], ...training, results: Object.fromEntries(whole) };
  return {
    notebook: { ...(notebook as Notebook), ...(trained ? { training: trained as TrainingResult } : {}) },
    ...(state && entries ? { log: { state, entries } } : {}),
    ...(answers ? { answers } : {}),
    ...(analysis ? { analysis } : {}),
    models,
  };
}
