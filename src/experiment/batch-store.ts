// What is kept of a batch: its turns, its answers, its knowledge. A folder and the app's store fulfil the port. Knows no file.

import type { Answer, NamedRequest, Recording } from "../generate/recorded-model.ts";
import type { Feedback } from "../generate/source.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";

/** Name of the file of a turn, from 1. */
export const turnFile = (turn: number): string => `turn-${turn}.jsonl`;
/** Name of the file of all requests that have no answer and could still have one. */
export const missingFile = "missing.jsonl";

export interface BatchStore {
  /** Turns asked so far. */
  turns(): Promise<number>;
  /** Messages by name of request, over all turns. */
  asked(): Promise<Recording["asked"]>;
  /** Names of the requests of the last turn. */
  lastTurn(): Promise<readonly string[]>;
  answers(): Promise<Recording["answers"]>;
  /** All answers, in the place of those before. */
  keepAnswers(answers: ReadonlyMap<string, Answer>): Promise<void>;
  /** Keeps the next turn; the name of its file. */
  ask(requests: readonly NamedRequest[]): Promise<string>;
  /** Names of the requests to be asked again, in the place of those before. */
  putMissing(ids: ReadonlySet<string>): Promise<void>;
  knowledge(): Promise<KnowledgeData | undefined>;
  keepKnowledge(knowledge: KnowledgeData): Promise<void>;
  /** Feedback of a trained encoder, a barrier each. */
  feedback(): Promise<readonly Feedback[]>;
  keepFeedback(feedback: readonly Feedback[]): Promise<void>;
}

/** A batch as plain data. */
export interface KeptBatch {
  readonly turns: readonly (readonly NamedRequest[])[];
  readonly answers: readonly (readonly [id: string, answer: Answer])[];
  /** Names of the requests to be asked again. */
  readonly missing: readonly string[];
  readonly knowledge?: KnowledgeData;
  /** Absent: none. */
  readonly feedback?: readonly Feedback[];
}

export const emptyBatch: KeptBatch = { turns: [], answers: [], missing: [] };

/** A batch in memory: what is kept of it is stored as a whole, or not at all. */
export function memoryBatch(before: KeptBatch = emptyBatch): BatchStore & { readonly kept: KeptBatch } {
  let kept = before;
  return {
    get kept() {
      return kept;
    },
    turns: async () => kept.turns.length,
    asked: async () => new Map(kept.turns.flat().map(({ id, request }) => [id, request.messages])),
    lastTurn: async () => (kept.turns.at(-1) ?? []).map(({ id }) => id),
    answers: async () => new Map(kept.answers),
    async keepAnswers(answers) {
      kept = { ...kept, answers: [...answers] };
    },
    async ask(requests) {
      kept = { ...kept, turns: [...kept.turns, requests] };
      return turnFile(kept.turns.length);
    },
    async putMissing(ids) {
      kept = { ...kept, missing: [...ids] };
    },
    knowledge: async () => kept.knowledge,
    async keepKnowledge(knowledge) {
      kept = { ...kept, knowledge };
    },
    feedback: async () => kept.feedback ?? [],
    async keepFeedback(feedback) {
      kept = { ...kept, feedback };
    },
  };
}
