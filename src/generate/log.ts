// Events of a run and entries of its log, in memory and as they are stored. Flat, tagged, plain data; knows no store.

import type { Message } from "../engines/language-model.ts";
import type { Topic } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import { type FlatRunConfig, type RunConfig, runId, upgradedConfig } from "./run-config.ts";
import type { Feedback, Origin, RejectReason, Turn } from "./source.ts";

interface Attempted {
  readonly index: number; // of the attempt, from 0
  readonly label: string;
  readonly origin: Origin;
}

/** An accepted example with where it came from. */
export interface Synthetic extends Attempted {
  readonly type: "accepted";
  readonly example: Example;
}

export interface Rejected extends Attempted {
  readonly type: "rejected";
  readonly reason: RejectReason;
}

export type AttemptEntry = Synthetic | Rejected;

/** A barrier was passed: the attempts after this entry were made with it. */
export interface FeedbackEntry extends Feedback {
  readonly type: "feedback";
}

/** Attempts in order of index, feedback where it came. No times: the same config writes the same bytes. */
export type LogEntry = AttemptEntry | FeedbackEntry;

/** How far the requests are that have no entry yet: told, never stored. */
export interface WritingEvent {
  readonly type: "writing";
  /** Requests under way. */
  readonly underWay: number;
  /** Tokens of their prompts that were read, of all; 0 of 0 where the engine does not tell. */
  readonly promptTokens: number;
  readonly promptTotal: number;
  /** Tokens written since the run was opened. */
  readonly tokens: number;
}

export type GenerateEvent =
  | {
      readonly type: "opened";
      readonly run: string;
      readonly next: number; // index of the next attempt
      readonly accepted: number;
      readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
    }
  | WritingEvent
  | LogEntry
  /** The run stands at a barrier and ends here. Called again with feedback it resumes. */
  | { readonly type: "wants-feedback"; readonly after: number }
  | { readonly type: "finished"; readonly accepted: number; readonly attempts: number };

export interface RunState {
  readonly id: string;
  readonly config: RunConfig;
  /** Index of the first attempt that is not in the log. */
  readonly next: number;
  /** Feedback entries in the log; absent for none. */
  readonly feedback?: number;
}

/** The port of the append-only log of a run. */
export interface RunStore {
  /** Creates the run or finds it. The larger size is kept, and the day of the first opening that named one. */
  open(config: RunConfig): Promise<RunState>;
  /** Appends entries, whose attempts follow each other from `next`, and moves `next`, in one transaction. */
  append(id: string, entries: readonly LogEntry[]): Promise<void>;
  /** All entries in the order in which they were appended. */
  read(id: string): AsyncIterable<LogEntry>;
}

/** Messages that begin many prompts of a run. */
export type Prefix = readonly Message[];

interface StoredTurn extends Omit<Turn, "shared"> {
  /** Position among the run's prefixes; its messages come before these. */
  readonly prefix?: number;
}

type Stored<E> = E extends Attempted ? Omit<E, "origin"> & { readonly origin: StoredOrigin } : E;
type StoredOrigin =
  | Extract<Origin, { kind: "derived" }>
  | (Omit<Extract<Origin, { kind: "prompted" }>, "turns"> & { readonly turns: readonly StoredTurn[] });

/** The form of 0.1.0: every entry held its whole prompts, and all were prompted. */
export interface FlatEntry {
  readonly type: AttemptEntry["type"];
  readonly index: number;
  readonly label: string;
  readonly topic?: Topic;
  readonly style?: string;
  readonly turns: readonly Turn[];
  readonly example?: Example;
  readonly reason?: RejectReason;
}

export type StoredEntry = Stored<LogEntry> | FlatEntry;
export type StoredState = Omit<RunState, "config"> & { readonly config: RunConfig | FlatRunConfig };

/** Stored form of runs and their entries: all that a store needs of this room. */
export interface LogFormat {
  identify(config: RunConfig): Promise<string>;
  /** A stored run, of this version or the one before. */
  state(stored: StoredState): RunState;
  /** An entry as it is stored, and the prefixes that it is the first to use: they go behind the `known` ones. */
  pack(entry: LogEntry, known: readonly Prefix[]): { readonly entry: StoredEntry; readonly fresh: readonly Prefix[] };
  /** The entry with its whole prompts; of this version or the one before. */
  unpack(stored: StoredEntry, prefixes: readonly Prefix[]): LogEntry;
}

export const logFormat: LogFormat = {
  identify: runId,
  state: (stored) => ({ ...stored, config: upgradedConfig(stored.config) }),
  pack,
  unpack,
};

function pack(entry: LogEntry, known: readonly Prefix[]): { entry: StoredEntry; fresh: readonly Prefix[] } {
  if (entry.type === "feedback" || entry.origin.kind === "derived") return { entry: entry as StoredEntry, fresh: [] };
  const fresh: Prefix[] = [];
  const turns = entry.origin.turns.map(({ shared = 0, ...turn }): StoredTurn => {
    if (shared === 0) return turn;
    const prefix = turn.messages.slice(0, shared);
    const found = [...known, ...fresh].findIndex((other) => sameMessages(other, prefix));
    if (found < 0) fresh.push(prefix);
    return { ...turn, messages: turn.messages.slice(shared), prefix: found < 0 ? known.length + fresh.length - 1 : found };
  });
  return { entry: { ...entry, origin: { ...entry.origin, turns } } as StoredEntry, fresh };
}

function sameMessages(a: Prefix, b: Prefix): boolean {
  return a.length === b.length && a.every(({ role, content }, i) => role === b[i]?.role && content === b[i]?.content);
}

function unpack(stored: StoredEntry, prefixes: readonly Prefix[]): LogEntry {
  if ("turns" in stored) return upgradedEntry(stored);
  if (stored.type === "feedback" || stored.origin.kind === "derived") return stored as LogEntry;
  const turns = stored.origin.turns.map(({ prefix, ...turn }): Turn => {
    if (prefix === undefined) return turn;
    const shared = prefixes[prefix];
    if (!shared) throw new Error(`attempt ${stored.index} begins with prefix ${prefix}; the run has ${prefixes.length}`);
    return { ...turn, messages: [...shared, ...turn.messages], shared: shared.length };
  });
  return { ...stored, origin: { ...stored.origin, turns } } as LogEntry;
}

/** An entry of 0.1.0 in the present form. */
export function upgradedEntry({ topic, style, turns, ...rest }: FlatEntry): AttemptEntry {
  const drawn = { ...(topic ? { topic } : {}), ...(style === undefined ? {} : { style }) };
  const { type, index, label, ...verdict } = rest;
  return { type, index, label, origin: { kind: "prompted", turns, ...drawn }, ...verdict } as AttemptEntry;
}

/** The exchanges with the language model; none for an example that no model wrote. */
export function turnsOf({ origin }: AttemptEntry): readonly Turn[] {
  return origin.turns ?? [];
}

/** Topic and style of its prompt. */
export function drawnOf({ origin }: AttemptEntry): Pick<FlatEntry, "topic" | "style"> {
  return origin.kind === "prompted" ? origin : {};
}
