// A run past one machine: the requests that are due, and the log that the answers so far give. Pure; knows no file and no engine.

import { throwIfAborted } from "../base/errors.ts";
import type { LanguageModel } from "../engines/language-model.ts";
import { rejected } from "../prompts/rejections.ts";
import type { Example } from "../tasks/example.ts";
import type { LogEntry } from "./log.ts";
import { memoryLog } from "./memory-log.ts";
import { labelAt } from "./prompted.ts";
import { type NamedRequest, type Recording, recordedModel, Unanswered } from "./recorded-model.ts";
import { generate, type Ports } from "./run.ts";
import type { RunConfig } from "./run-config.ts";
import type { Attempt, Chooser, Feedback, Source } from "./source.ts";

export interface Batch {
  /** First part of the names of its requests. */
  readonly name: string;
  readonly config: RunConfig;
  readonly ports: Omit<Ports, "store" | "tools" | "feedback" | "patience">;
  /** Attempts that are asked at first for each example wanted. */
  readonly ratio: number;
  /** Feedback at a barrier from the examples accepted so far. Undefined: it is not there yet, and the batch waits for it. */
  readonly feedback: (after: number, accepted: readonly Example[]) => Feedback | undefined;
}

/** A barrier that waits for its feedback. */
export interface Barrier {
  /** Accepted examples. */
  readonly after: number;
  readonly accepted: readonly Example[];
}

export interface Advance {
  /** As `generate` would write it with a model that gives these answers. */
  readonly log: readonly LogEntry[];
  readonly accepted: number;
  /** Requests to be answered next that were not asked before, in order of attempt. */
  readonly due: readonly NamedRequest[];
  /** Requests that were asked, have no answer, and could still have one. */
  readonly open: readonly NamedRequest[];
  /**
   * Why nothing is due: the size is reached; the source has no more; its last attempts gave nothing; the open requests could suffice; or the
   * barrier waits for its feedback. Undefined while something is.
   */
  readonly end: "whole" | "exhausted" | "stalled" | "waiting" | "barrier" | undefined;
  /** There where it ends at a barrier. */
  readonly barrier?: Barrier;
}

/** `NAME-r0-a00012-t1`: round, attempt and request of the attempt. */
const nameForm = /-r(\d+)-a(\d+)-t\d+$/;
const scopeOf = (name: string, round: number, attempt: number) => `${name}-r${round}-a${String(attempt).padStart(6, "0")}`;

/** Attempts that were asked in each round: from the first to behind the last. */
function askedRounds(asked: Iterable<string>): { readonly from: number; readonly to: number }[] {
  const rounds: { from: number; to: number }[] = [];
  for (const id of asked) {
    const [, round, attempt] = nameForm.exec(id) ?? [];
    if (round === undefined) continue;
    const [r, a] = [Number(round), Number(attempt)];
    const known = rounds[r];
    rounds[r] = { from: Math.min(known?.from ?? a, a), to: Math.max(known?.to ?? 0, a + 1) };
  }
  return rounds;
}

/**
 * Tells of a name whether its answer would come too late: prompts of a later round were asked already, or the outcome of its attempt is settled,
 * as that of the first `settled` ones.
 */
export function lateNames(asked: Iterable<string>, settled = 0): (id: string) => boolean {
  const last = askedRounds(asked).length - 1;
  return (id) => {
    const [, round = last, attempt = settled] = nameForm.exec(id) ?? [];
    return Number(round) < last || Number(attempt) < settled;
  };
}

/**
 * State of a batch: a pure function of the batch, the names asked and the answers, in whatever order these came. Examples are accepted in order of
 * attempt; an attempt without an answer is rejected as `unanswered`. A round ends when nothing is due in it. Errors: the source's own.
 */
export async function advance(batch: Batch, recording: Recording, signal: AbortSignal): Promise<Advance> {
  const rounds = askedRounds(recording.asked.keys());
  let log: readonly LogEntry[] = [];
  let feedback: Feedback | undefined;
  for (let round = 0; ; round++) {
    throwIfAborted(signal);
    const begun = attemptsIn(log);
    const limit = Math.max(begun, rounds[round]?.to ?? begun);
    const sat = await sit(batch, recording, { round, limit, log, ...(feedback ? { feedback } : {}) }, signal);
    const { due, open } = told(sat.unanswered, recording);
    const accepted = acceptedIn(sat.log);
    const frozen = rounds[round + 1] !== undefined;
    if (due.length > 0 && !frozen) return { log: sat.log, accepted, due, open, end: undefined };
    if (sat.barrier !== undefined) {
      const examples = sat.log.flatMap((entry) => (entry.type === "accepted" ? [entry.example] : []));
      const barrier = { after: sat.barrier, accepted: examples };
      feedback = batch.feedback(barrier.after, barrier.accepted);
      if (!feedback) return { log: sat.log, accepted, due: [], open, end: "barrier", barrier };
      log = sat.log;
      continue;
    }
    if (accepted >= batch.config.size) return { log: sat.log, accepted, due: [], open, end: "whole" };
    const place = { round, log: sat.log, begun, limit, open: open.length };
    return { log: sat.log, accepted, open, ...(await more(batch, recording, place, signal)) };
  }
}

/**
 * Requests of attempts beyond those asked: so many as should bring what lacks, by what the round's attempts brought, and as many again as those at
 * most. A model that fails most of them is not asked a hundred thousand.
 */
async function more(
  batch: Batch,
  recording: Recording,
  { round, log, begun, limit, open }: Omit<Sitting, "feedback"> & { readonly begun: number; readonly open: number },
  signal: AbortSignal,
): Promise<Pick<Advance, "due" | "end">> {
  const { config, ports, ratio } = batch;
  const goal = Math.min(config.size, ports.source.rounds(config.source)[round] ?? config.size);
  const lacking = goal - acceptedIn(log);
  const own = log.filter((entry) => entry.type !== "feedback").slice(begun);
  const got = own.filter((entry) => entry.type === "accepted").length;
  const answered = own.filter((entry) => entry.type === "accepted" || entry.reason !== "unanswered").length;
  if (limit > begun && got === 0) return { due: [], end: open > 0 ? "waiting" : "stalled" };
  const each = limit > begun ? (answered / got) * 1.25 : ratio;
  const count = Math.ceil(lacking * each) - open;
  if (count <= 0) return { due: [], end: "waiting" };
  const to = limit + (limit > begun ? Math.min(count, limit - begun) : count);
  const { unanswered } = await sit(batch, recording, { round, limit: to, log }, signal);
  const { due } = told(unanswered, recording);
  return due.length > 0 ? { due, end: undefined } : { due, end: "exhausted" };
}

interface Sitting {
  readonly round: number;
  /** Attempts end before it. */
  readonly limit: number;
  readonly log: readonly LogEntry[];
  readonly feedback?: Feedback;
}

interface Sat {
  readonly log: readonly LogEntry[];
  /** Requests without an answer of attempts that the log holds. */
  readonly unanswered: readonly NamedRequest[];
  /** Accepted examples, where it stands at a barrier. */
  readonly barrier: number | undefined;
}

/** One call of the run that the app itself makes, over the recorded answers. */
async function sit(
  batch: Batch,
  recording: Recording,
  { round, limit, log, feedback }: Sitting,
  signal: AbortSignal,
): Promise<Sat> {
  const store = memoryLog(log);
  const unanswered = new Map<number, NamedRequest>();
  const source = recorded(batch, recording, { round, limit, unanswered });
  const ports = { ...batch.ports, source, store, tools: {}, patience: Number.POSITIVE_INFINITY };
  let barrier: number | undefined;
  for await (const event of generate(batch.config, { ...ports, ...(feedback ? { feedback } : {}) }, signal)) {
    if (event.type === "wants-feedback") barrier = event.after;
  }
  const next = attemptsIn(store.entries);
  const reached = [...unanswered].filter(([i]) => i < next).sort(([a], [b]) => a - b);
  return { log: store.entries, unanswered: reached.map(([, request]) => request), barrier };
}

/** The source with a model of recorded answers for each attempt; an attempt that lacks one is rejected, and its request noted. */
function recorded(
  { name, config, ports: { source, task } }: Batch,
  recording: Recording,
  { round, limit, unanswered }: { round: number; limit: number; unanswered: Map<number, NamedRequest> },
): Source {
  const { tries: _, ...rest } = source; // a pass in which nothing is answered yet is no proof that nothing comes
  const choose = source.chooser?.(config.source);
  /** Nothing has come of an attempt before its answers are there: what a prompt is must not depend on when they come. */
  const blind: Chooser = (i, context, past, stream) =>
    (choose as Chooser)(
      i,
      context,
      past.map((each) => ({ ...each, outcome: "open" })),
      stream,
    );
  return {
    ...rest,
    ...(choose ? { chooser: () => blind } : {}),
    async attempt(i, context, _tools, stream, signal): Promise<Attempt | undefined> {
      if (i >= limit) return undefined;
      const writer = "writer" in config.source ? config.source.writer.model : "none";
      const { model, turns } = recordedModel(writer, scopeOf(name, round, i), recording);
      try {
        return await source.attempt(i, context, { model: model satisfies LanguageModel }, stream, signal);
      } catch (error) {
        const tooLong = error instanceof Error && "code" in error && error.code === "context-overflow";
        if (!(error instanceof Unanswered) && !tooLong) throw error;
        if (error instanceof Unanswered) unanswered.set(i, error.asked);
        const label = source.answers ? "" : labelAt(task, i);
        return { label, origin: { kind: "prompted", turns }, parsed: rejected("unanswered") };
      }
    },
  };
}

function told(unanswered: readonly NamedRequest[], { asked }: Recording): Pick<Advance, "due" | "open"> {
  return { due: unanswered.filter(({ id }) => !asked.has(id)), open: unanswered.filter(({ id }) => asked.has(id)) };
}

const attemptsIn = (log: readonly LogEntry[]): number => log.filter((entry) => entry.type !== "feedback").length;
const acceptedIn = (log: readonly LogEntry[]): number => log.filter((entry) => entry.type === "accepted").length;
