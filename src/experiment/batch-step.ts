// One step of a batch: answers in, and the requests that are due or the log out. Knows no file and no command line.

import { type Advance, advance, type Barrier, lateNames } from "../generate/batch.ts";
import { gatherRecorded } from "../generate/batch-knowledge.ts";
import { type FaultyLine, readAnswers } from "../generate/batch-lines.ts";
import type { LogEntry } from "../generate/log.ts";
import type { NamedRequest, Recording } from "../generate/recorded-model.ts";
import { type RunConfig, runId } from "../generate/run-config.ts";
import type { Feedback } from "../generate/source.ts";
import { needs, sourceOf } from "../generate/sources.ts";
import { readsGraph } from "../knowledge/gather.ts";
import type { KnowledgeGraph } from "../knowledge/knowledge-graph.ts";
import { type KnowledgeData, knowledgeOf, noKnowledge } from "../knowledge/topic.ts";
import { taskOf } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import { blankOf } from "../tasks/shapes.ts";
import { type BatchStore, missingFile } from "./batch-store.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import { chanceFeedback } from "./feedback.ts";
import type { NotebookData } from "./notebook.ts";
import type { Seeds } from "./plan.ts";
import { knowledgeRequestOf } from "./requests.ts";
import { runConfigOf } from "./run-inputs.ts";

/** All that decides a step beside what is kept. */
export interface BatchWork {
  /** First part of the names of its requests: other choices are other names, so that a stray answer is seen to be one. */
  readonly name: string;
  /** Id of the language model in the run's config. */
  readonly writer: string;
  readonly config: ExperimentConfig;
  readonly seeds: Seeds;
  readonly data: NotebookData;
  /** Attempts at first for each example wanted. */
  readonly ratio: number;
  /** Knowledge that is there already. Absent: it is gathered, and the language model is asked where it must give it. */
  readonly knowledge?: KnowledgeData;
  /** For knowledge that is gathered from a graph. */
  readonly openGraph: () => Promise<KnowledgeGraph>;
  /** Attempts whose outcome is settled: their answers come too late. Absent: none. */
  readonly settled?: number;
  /** True: asks what is due although no answer came. False: asks nothing. Absent: only where nothing that was asked lacks its answer. */
  readonly asks?: boolean;
  /** The answer to the barrier of the step before. */
  readonly feedback?: Feedback;
}

/** Counts of a batch, as its reader sees them. */
export interface BatchCounts {
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
  /** The file to be answered next; null at the end, and at a barrier. */
  readonly next: string | null;
}

export interface Stepped {
  readonly counts: BatchCounts;
  readonly faults: readonly FaultyLine[];
  readonly remarks: readonly string[];
  /** Undefined before the knowledge is there. */
  readonly run?: { readonly config: RunConfig; readonly knowledge: KnowledgeData };
  readonly log: readonly LogEntry[];
  /** A barrier whose feedback needs a trained encoder: the step is taken again with it. */
  readonly barrier?: Barrier;
}

/** Answers by file name. Without any it tells the state, and asks nothing more while an answer is awaited. */
export async function step(
  store: BatchStore,
  work: BatchWork,
  files: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<Stepped> {
  const { settled } = work;
  const asked = await store.asked();
  const known = await store.answers();
  const { fresh, faults } = readAnswers(files, { asked, known, isLate: lateNames(asked.keys(), settled) });
  const answers = new Map([...known, ...fresh]);
  if (fresh.size > 0) await store.keepAnswers(answers);
  if (work.feedback) await store.keepFeedback([...(await store.feedback()), work.feedback]);

  const state = await stateOf(store, work, { asked, answers }, signal);
  const awaits = [...asked.keys()].some((id) => !answers.has(id));
  // Answers to the last turn that are no news: the command was stopped before it asked the next one.
  const wasStopped = files.size > 0 && (await store.lastTurn()).some((id) => answers.has(id));
  const asks = state.due.length > 0 && (work.asks ?? (fresh.size > 0 || !awaits || wasStopped || work.feedback !== undefined));
  const turn = asks ? await store.ask(state.due) : undefined;
  const all = turn ? await store.asked() : asked;
  const unanswered = [...asked.keys()].filter((id) => answers.get(id)?.kind !== "answered");
  const isLate = lateNames(all.keys(), settled);
  const again = new Set(unanswered.filter((id) => !isLate(id)));
  await store.putMissing(again);
  const log = state.advanced?.log ?? [];
  const { barrier } = state.advanced ?? {};
  const done = state.advanced?.end === "whole" || again.size === 0 || barrier !== undefined;
  const count = (fault: FaultyLine["fault"]) => faults.filter((line) => line.fault === fault).length;
  const counts: BatchCounts = {
    run: state.run ? await runId(state.run.config) : null,
    turn: await store.turns(),
    asked: all.size,
    answered: [...answers.values()].filter(({ kind }) => kind === "answered").length,
    accepted: state.advanced?.accepted ?? 0,
    size: state.run?.config.size ?? work.config.size,
    rejected: rejectedOf(log),
    missing: unanswered.filter((id) => !answers.has(id)),
    failed: [...answers.values()].filter(({ kind }) => kind === "failed").length,
    duplicate: count("duplicate"),
    foreign: count("foreign"),
    late: count("late"),
    malformed: count("malformed"),
    next: turn ?? (done ? null : missingFile),
  };
  const remarks = [...(asked.size === 0 ? work.data.remarks : []), ...state.remarks, ...endWords(state.advanced)];
  return { counts, faults, remarks, ...(state.run ? { run: state.run } : {}), log, ...(barrier ? { barrier } : {}) };
}

interface State {
  readonly due: readonly NamedRequest[];
  readonly remarks: readonly string[];
  readonly run?: { readonly config: RunConfig; readonly knowledge: KnowledgeData };
  readonly advanced?: Advance;
}

async function stateOf(store: BatchStore, work: BatchWork, recording: Recording, signal: AbortSignal): Promise<State> {
  const { name, config, seeds, data, ratio, writer } = work;
  const gathered = await knowledgeFor(store, work, recording, signal);
  if ("unanswered" in gathered) {
    const { unanswered } = gathered;
    return {
      due: unanswered.filter(({ id }) => !recording.asked.has(id)),
      remarks: ["The language model is asked for topics or styles first."],
    };
  }
  const { knowledge } = gathered;
  const run = await runConfigOf({ ...config, seed: seeds.text }, writer, data, knowledge, seeds.training);
  const task = taskOf(config.task);
  const ports = {
    task,
    source: sourceOf(config.source),
    demonstrations: data.train,
    gold: data.gold ?? [],
    knowledge: knowledgeOf(knowledge),
    ...(needs(config.source, "test") ? { items: data.test.map(blankOf) } : {}),
  };
  const kept = await store.feedback();
  const from = ports.source.feedback?.(config.source).influenceFrom ?? 0;
  const feedback = (after: number, accepted: readonly Example[]) =>
    after < from ? chanceFeedback(task, seeds.text, after, accepted) : kept.find((each) => each.after === after);
  const advanced = await advance({ name, config: run, ports, ratio, feedback }, recording, signal);
  return { due: advanced.due, remarks: gathered.remarks, run: { config: run, knowledge }, advanced };
}

type Knowledge =
  | { readonly knowledge: KnowledgeData; readonly remarks: readonly string[] }
  | { readonly unanswered: readonly NamedRequest[] };

async function knowledgeFor(
  store: BatchStore,
  { name, writer, config, seeds, data, knowledge, openGraph }: BatchWork,
  recording: Recording,
  signal: AbortSignal,
): Promise<Knowledge> {
  if (knowledge) return { knowledge, remarks: [] };
  const request = knowledgeRequestOf({ ...config, seed: seeds.text }, data.train);
  if (!request) return { knowledge: noKnowledge, remarks: [] };
  const kept = await store.knowledge();
  if (kept) return { knowledge: kept, remarks: [] };
  const graph = readsGraph(request) ? await openGraph() : undefined;
  const found = await gatherRecorded(request, { name, model: writer, graph }, recording, signal);
  if ("knowledge" in found) await store.keepKnowledge(found.knowledge);
  return found;
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
  waiting: `Requests in ${missingFile} have no answer yet, and theirs could suffice: no more are asked before.`,
  barrier: undefined,
};

function endWords(advanced: Advance | undefined): readonly string[] {
  const words = advanced?.end && ends[advanced.end];
  return words ? [words] : [];
}
