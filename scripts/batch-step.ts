// One step of a batch: answers in, and the requests that are due or the data set out. Knows no command line.

import { score } from "../src/evaluate/score.ts";
import type { Scores } from "../src/evaluate/scores.ts";
import { chanceFeedback } from "../src/experiment/feedback.ts";
import { knowledgeRequestOf } from "../src/experiment/requests.ts";
import { runConfigOf } from "../src/experiment/run-inputs.ts";
import { type Advance, advance, lateNames } from "../src/generate/batch.ts";
import { gatherRecorded } from "../src/generate/batch-knowledge.ts";
import { type FaultyLine, readAnswers } from "../src/generate/batch-lines.ts";
import type { LogEntry, Synthetic } from "../src/generate/log.ts";
import type { NamedRequest, Recording } from "../src/generate/recorded-model.ts";
import { type RunConfig, runId } from "../src/generate/run-config.ts";
import { needs, sourceOf } from "../src/generate/sources.ts";
import { storedLog } from "../src/generate/stored-log.ts";
import { readsGraph } from "../src/knowledge/gather.ts";
import { type KnowledgeData, knowledgeOf, noKnowledge } from "../src/knowledge/topic.ts";
import { datasetJsonl } from "../src/report/artefacts.ts";
import { taskOf } from "../src/tasks/catalogue.ts";
import type { Example } from "../src/tasks/example.ts";
import { blankOf } from "../src/tasks/shapes.ts";
import type { ExampleOf, Task } from "../src/tasks/task.ts";

import { type BatchFolder, type BatchPlan, logFile, missingFile, planName } from "./batch-folder.ts";
import { openGraphFolder } from "./graph-folder.ts";

/** The last line of the command. */
export interface BatchLine {
  /** Id of the run; null before its topics and styles are there. */
  readonly run: string | null;
  /** Turns asked. */
  readonly turn: number;
  /** Requests over all turns, and how many of them have an answer. */
  readonly asked: number;
  readonly answered: number;
  readonly accepted: number;
  readonly size: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** Requests without an answer or a failure. */
  readonly missing: readonly string[];
  /** Requests that failed, over all turns; lines of this call that are of no use. */
  readonly failed: number;
  readonly duplicate: number;
  readonly foreign: number;
  readonly late: number;
  readonly malformed: number;
  /** The file to be answered next; null at the end. */
  readonly next: string | null;
  /** File of the accepted examples; null before there are any. */
  readonly dataset: string | null;
  /** Scores on the test items, for a source that answers them. An item without an answer is wrong. */
  readonly scores?: Scores;
}

export interface Stepped {
  readonly line: BatchLine;
  readonly faults: readonly FaultyLine[];
  readonly remarks: readonly string[];
  readonly synthetic: readonly Synthetic[];
}

const never = new AbortController().signal;

/** Answers by file name. Without any it tells the state and asks nothing more, but for the first turn. */
export async function step(folder: BatchFolder, plan: BatchPlan, files: ReadonlyMap<string, string>): Promise<Stepped> {
  const asked = folder.asked();
  const known = folder.answers();
  const { fresh, faults } = readAnswers(files, { asked, known, isLate: lateNames(asked.keys()) });
  const answers = new Map([...known, ...fresh]);
  if (fresh.size > 0) folder.keepAnswers(answers);

  const name = await planName(plan);
  const state = await stateOf(folder, plan, name, { asked, answers });
  const asks = state.due.length > 0 && (fresh.size > 0 || asked.size === 0);
  const turn = asks ? folder.ask(state.due, plan) : undefined;
  const all = turn ? folder.asked() : asked;
  const unanswered = [...asked.keys()].filter((id) => answers.get(id)?.kind !== "answered");
  const isLate = lateNames(all.keys());
  const again = new Set(unanswered.filter((id) => !isLate(id)));
  folder.putMissing(again);
  const dataset = state.advanced ? writeProducts(folder, plan, state.config, state.advanced) : null;
  const log = state.advanced?.log ?? [];
  const done = state.advanced?.end === "whole" || again.size === 0;
  const count = (fault: FaultyLine["fault"]) => faults.filter((line) => line.fault === fault).length;
  const line: BatchLine = {
    run: state.config ? await runId(state.config) : null,
    turn: folder.turns(),
    asked: all.size,
    answered: [...answers.values()].filter(({ kind }) => kind === "answered").length,
    accepted: state.advanced?.accepted ?? 0,
    size: state.config?.size ?? plan.config.size,
    rejected: rejectedOf(log),
    missing: unanswered.filter((id) => !answers.has(id)),
    failed: [...answers.values()].filter(({ kind }) => kind === "failed").length,
    duplicate: count("duplicate"),
    foreign: count("foreign"),
    late: count("late"),
    malformed: count("malformed"),
    next: turn ?? (done ? null : missingFile),
    dataset,
    ...(state.advanced && sourceOf(plan.config.source).answers ? { scores: scoresOf(plan, log) } : {}),
  };
  folder.write("summary.json", `${JSON.stringify(line)}\n`);
  return {
    line,
    faults,
    remarks: [...(asked.size === 0 ? plan.data.remarks : []), ...state.remarks, ...endWords(state.advanced)],
    synthetic: log.filter((e) => e.type === "accepted"),
  };
}

interface State {
  readonly due: readonly NamedRequest[];
  readonly remarks: readonly string[];
  readonly config?: RunConfig;
  readonly advanced?: Advance;
}

async function stateOf(folder: BatchFolder, plan: BatchPlan, name: string, recording: Recording): Promise<State> {
  const { config, seeds, data, model } = plan;
  const writer = `batch/${model}`;
  const gathered = await knowledgeFor(folder, plan, name, recording);
  if ("unanswered" in gathered) {
    const { unanswered } = gathered;
    return {
      due: unanswered.filter(({ id }) => !recording.asked.has(id)),
      remarks: ["The language model is asked for topics or styles first."],
    };
  }
  const run = await runConfigOf({ ...config, seed: seeds.text }, writer, data, gathered.knowledge, seeds.training);
  const task = taskOf(config.task);
  const ports = {
    task,
    source: sourceOf(config.source),
    demonstrations: data.train,
    gold: data.gold ?? [],
    knowledge: knowledgeOf(gathered.knowledge),
    ...(needs(config.source, "test") ? { items: data.test.map(blankOf) } : {}),
  };
  const feedback = (after: number, accepted: Parameters<typeof chanceFeedback>[3]) =>
    chanceFeedback(task, seeds.text, after, accepted);
  const advanced = await advance({ name, config: run, ports, ratio: plan.ratio, feedback }, recording, never);
  return { due: advanced.due, remarks: gathered.remarks, config: run, advanced };
}

type Knowledge =
  | { readonly knowledge: KnowledgeData; readonly remarks: readonly string[] }
  | { readonly unanswered: readonly NamedRequest[] };

async function knowledgeFor(
  folder: BatchFolder,
  { config, seeds, data, model, graph }: BatchPlan,
  name: string,
  recording: Recording,
): Promise<Knowledge> {
  const request = knowledgeRequestOf({ ...config, seed: seeds.text }, data.train);
  if (!request) return { knowledge: noKnowledge, remarks: [] };
  const kept = folder.knowledge();
  if (kept) return { knowledge: kept, remarks: [] };
  const opened = readsGraph(request) ? await openGraphFolder(graph) : undefined;
  const found = await gatherRecorded(request, { name, model: `batch/${model}`, graph: opened }, recording, never);
  if ("knowledge" in found) folder.keepKnowledge(found.knowledge);
  return found;
}

/** The data set so far, and the log as the app stores it; the data set's name. */
function writeProducts(folder: BatchFolder, plan: BatchPlan, config: RunConfig | undefined, { log }: Advance): string | null {
  const synthetic = log.filter((entry) => entry.type === "accepted");
  if (config) folder.write(logFile, storedLog({ config, entries: log }));
  if (synthetic.length === 0) return null;
  const name = sourceOf(plan.config.source).answers ? "predictions.jsonl" : "dataset.jsonl";
  folder.write(name, datasetJsonl(taskOf(plan.config.task), synthetic));
  return name;
}

function scoresOf({ config, data: { test } }: BatchPlan, log: readonly LogEntry[]): Scores {
  const task = taskOf(config.task);
  const given = test.map(blankOf);
  for (const entry of log) if (entry.type === "accepted") given[entry.index] = entry.example;
  const ofTask = (examples: readonly Example[]) => examples as readonly ExampleOf<Task>[];
  return score(task, ofTask(test), ofTask(given));
}

function rejectedOf(log: readonly LogEntry[]): Record<string, number> {
  const rejected: Record<string, number> = {};
  for (const entry of log) if (entry.type === "rejected") rejected[entry.reason] = (rejected[entry.reason] ?? 0) + 1;
  return rejected;
}

const ends: Readonly<Record<NonNullable<Advance["end"]>, string | undefined>> = {
  whole: undefined,
  exhausted: "The source has no more attempts.",
  stalled: "None of the last attempts gave an example: no more are asked.",
  waiting: `Answers to the requests in ${missingFile} would suffice: no more are asked before.`,
};

function endWords(advanced: Advance | undefined): readonly string[] {
  const words = advanced?.end && ends[advanced.end];
  return words ? [words] : [];
}
