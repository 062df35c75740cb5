// One request on its way through a decoder: what it asks for, what it has written, and how a token is taken in. Knows no decoder and no text.

import { ClinfuseError } from "../../base/errors.ts";
import { noToken } from "../refusals.ts";
import type { Drawing } from "../sampling/drawing.ts";
import type { GrammarState } from "../sampling/grammar.ts";
import { logProbability, type Sampler } from "../sampling/sampler.ts";
import type { BatchPrompt } from "./prompt.ts";

export interface Job {
  readonly prompt: BatchPrompt;
  /** Number of the prompt's last tokens that belong to the completion. */
  readonly given?: number;
  /** At most so many tokens of completion, more than are given. */
  readonly maxTokens: number;
  readonly sample: Sampler;
  /** The same for a sampler that runs with the model; absent where `sample` alone knows the token. */
  readonly drawing?: Drawing;
  readonly logProbs?: boolean;
  /** Tells whether a completion ends with the last of these tokens, whatever may follow. */
  readonly isEnd?: (tokens: readonly number[]) => boolean;
  readonly grammar: GrammarState | undefined;
  /** Tokens that can come alone, taken in by the grammar, at most so many; none where they are too few to be worth a step of their own. */
  readonly forced?: (most: number) => readonly number[];
  readonly signal: AbortSignal;
  /** Tokens of the prompt read so far, then tokens of the completion, the given ones among them. */
  readonly onProgress?: (read: number, written: number) => void;
}

export interface JobResult {
  /** Without the one that ended it. */
  readonly tokens: readonly number[];
  readonly finish: "stop" | "length";
  /** Log-probability of each token, where asked for; NaN where it was given. */
  readonly logProbs?: readonly number[];
}

export interface Scheduler {
  /** Errors: `aborted`, `grammar-invalid` where the grammar allows no token, those of the decoder. */
  run(job: Job): Promise<JobResult>;
  /** Ends what is under way with `aborted`; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

export interface Running {
  next: number;
  /** Tokens after `next` that leave no choice. */
  ahead: readonly number[];
  readonly job: Job;
  readonly tokens: number[];
  readonly logProbs: number[];
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

export function abort({ reject, job }: Running): void {
  reject(new ClinfuseError("aborted", "stopped", {}, { cause: job.signal.reason }));
}

/** Chooses a token and takes it in, and what must come after it; true while there is more to come. */
export async function takeNext(running: Running, logits: Float32Array, ends: ReadonlySet<number>): Promise<boolean> {
  return takeChoice(running, await choose(running, logits), ends);
}

export interface Choice {
  readonly id: number;
  readonly logProb?: number | undefined;
  /** Reason why there is no token. */
  readonly error?: ClinfuseError;
}

/** Takes a token in, and what must come after it; true while there is more to come. */
export function takeChoice(running: Running, { id, logProb, error }: Choice, ends: ReadonlySet<number>): boolean {
  const { job, tokens, logProbs } = running;
  if (error) {
    running.reject(error);
    return false;
  }
  const finish = (how: JobResult["finish"]) => {
    running.resolve({ tokens, finish: how, ...(job.logProbs ? { logProbs } : {}) });
    return false;
  };
  if (ends.has(id)) return finish("stop");
  job.grammar?.accept(id);
  tokens.push(id);
  running.next = id;
  running.ahead = job.forced?.(job.maxTokens - tokens.length) ?? [];
  tokens.push(...running.ahead);
  if (logProb !== undefined) logProbs.push(logProb, ...running.ahead.map(() => Number.NaN));
  job.onProgress?.(job.prompt.ids.length, tokens.length);
  if (job.isEnd?.(tokens)) return finish("stop");
  return tokens.length < job.maxTokens || finish("length");
}

async function choose({ job, tokens }: Running, logits: Float32Array): Promise<Choice> {
  const mask = await job.grammar?.mask();
  const before = job.logProbs ? logits.slice() : undefined;
  const id = job.sample(logits, occurredOf(job, tokens), mask);
  if (id >= 0) return { id, logProb: before && logProbability(before, id) };
  return { id, error: noToken(mask !== undefined) };
}

/** Tokens of the prompt and the completion. */
const occurredOf = ({ prompt, given = 0 }: Job, tokens: readonly number[]): readonly number[] =>
  prompt.ids.concat(tokens.slice(given));

/** A request at its beginning; its result is told to the two functions. */
export function runningOf(job: Job, resolve: Running["resolve"], reject: Running["reject"]): Running {
  const given = job.prompt.ids.slice(job.prompt.ids.length - (job.given ?? 0));
  return { job, tokens: [...given], logProbs: given.map(() => Number.NaN), next: 0, ahead: [], resolve, reject };
}
