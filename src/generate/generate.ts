// Section 4.2: the resumable run. Attempts in order, several in flight, each appended to the log before it is told. Knows no engine and no store.

import { inOrder } from "../base/async.ts";
import { ClinfuseError } from "../base/errors.ts";
import { rng, seedOf } from "../base/rng.ts";
import type { LanguageModel } from "../engines/language-model.ts";
import type { Knowledge, Topic } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import { textsOf } from "../tasks/shapes.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import type { GenerateEvent, LogEntry, Parsed, RejectReason, Turn } from "./events.ts";
import type { Method } from "./method.ts";
import type { RunConfig } from "./run-config.ts";
import type { RunStore } from "./run-store.ts";

export interface Ports<T extends Task = Task> {
  readonly task: T;
  readonly method: Method<T>;
  readonly model: LanguageModel;
  readonly store: RunStore;
  /** The few-shot training set. */
  readonly demonstrations: readonly ExampleOf<T>[];
  readonly knowledge: Knowledge;
}

/** So many attempts in a row without an accepted one end the run with `nothing-accepted`. */
export const patience = 60;

/**
 * Opens or resumes the run of `config` and goes on until it has `config.size` accepted examples. Every entry is in the store before
 * it is yielded; leaving the loop stops what is in flight and loses only that. Prompts of attempt i are a pure function of
 * (config, seed, i) and the log is written in the order of i, so that with a deterministic model a resumed run equals an unbroken
 * one. Errors: `nothing-accepted`, and whatever model and store throw.
 */
export async function* generate<T extends Task>(
  config: RunConfig,
  ports: Ports<T>,
  signal: AbortSignal,
): AsyncGenerator<GenerateEvent, void> {
  const { id, next } = await ports.store.open(config);
  const progress = startProgress(ports.demonstrations);
  for await (const entry of ports.store.read(id)) record(progress, entry);
  yield { type: "opened", run: id, next, accepted: progress.accepted, rejected: progress.rejected };

  if (progress.accepted < config.size) {
    const attempts = inOrder(next, ports.model.slots, (i, stop) => attempt(config, ports, i, stop), signal);
    for await (const { value } of attempts) {
      const entry = judge(progress, value);
      await ports.store.append(id, [entry]);
      record(progress, entry);
      yield entry;
      if (progress.accepted >= config.size) break;
      if (progress.sinceAccepted >= patience) throw nothingAccepted(progress);
    }
  }
  yield { type: "finished", accepted: progress.accepted, attempts: progress.attempts };
}

interface Progress {
  accepted: number;
  attempts: number;
  sinceAccepted: number;
  readonly rejected: Partial<Record<RejectReason, number>>;
  /** Normal forms of the texts accepted so far, and of the demonstrations. */
  readonly texts: Set<string>;
  readonly demonstrations: ReadonlySet<string>;
}

function startProgress(demonstrations: readonly Example[]): Progress {
  return {
    accepted: 0,
    attempts: 0,
    sinceAccepted: 0,
    rejected: {},
    texts: new Set(),
    demonstrations: new Set(demonstrations.map(normalForm)),
  };
}

function record(progress: Progress, entry: LogEntry): void {
  progress.attempts++;
  if (entry.type === "accepted") {
    progress.accepted++;
    progress.sinceAccepted = 0;
    progress.texts.add(normalForm(entry.example));
  } else {
    progress.sinceAccepted++;
    progress.rejected[entry.reason] = (progress.rejected[entry.reason] ?? 0) + 1;
  }
}

/** What makes two examples the same text: letters and digits, whatever the case, spacing and punctuation. */
function normalForm(example: Example): string {
  return textsOf(example)
    .join(" | ")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}|]+/gu, " ")
    .trim();
}

interface Attempt {
  readonly index: number;
  readonly label: string;
  readonly topic?: Topic;
  readonly style?: string;
  readonly turns: readonly Turn[];
  readonly parsed: Parsed<Example>;
}

/** One conversation: prompts out of the method, completions back in. */
async function attempt<T extends Task>(config: RunConfig, ports: Ports<T>, index: number, signal: AbortSignal): Promise<Attempt> {
  const { task, method, model, demonstrations, knowledge } = ports;
  const label = (task.labels[index % task.labels.length] as Task["labels"][number]).id;
  const stream = rng("generate", config.seed, index);
  const conversation = method.converse(task, { label, demonstrations, knowledge, config }, stream);
  const turns: Turn[] = [];
  let drawn: { topic?: Topic; style?: string } = {};
  let step = conversation.next("");
  while (!step.done) {
    const { messages, shared, grammar, topic, style } = step.value;
    drawn = { ...drawn, ...(topic ? { topic } : {}), ...(style === undefined ? {} : { style }) };
    const request = {
      messages,
      ...(shared ? { shared } : {}),
      sampling: config.sampling,
      seed: seedOf(stream.fork("turn", turns.length)),
      ...(grammar !== undefined && config.grammar ? { grammar } : {}),
    };
    const { text, finish, promptTokens, completionTokens } = await model.complete(request, signal);
    turns.push({ messages, text, promptTokens, completionTokens });
    if (finish === "length") {
      conversation.return({ ok: false, reason: "truncated" });
      return { index, label, ...drawn, turns, parsed: { ok: false, reason: "truncated" } };
    }
    step = conversation.next(text);
  }
  return { index, label, ...drawn, turns, parsed: step.value };
}

/** The verdict that needs the run: nothing twice, and no demonstration given back. */
function judge(progress: Progress, { parsed, ...rest }: Attempt): LogEntry {
  if (!parsed.ok) return { type: "rejected", ...rest, reason: parsed.reason };
  const text = normalForm(parsed.value);
  if (progress.demonstrations.has(text)) return { type: "rejected", ...rest, reason: "copies-demonstration" };
  if (progress.texts.has(text)) return { type: "rejected", ...rest, reason: "duplicate" };
  return { type: "accepted", ...rest, example: parsed.value };
}

function nothingAccepted(progress: Progress): ClinfuseError {
  const counts = Object.entries(progress.rejected)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, n]) => `${reason} ${n}`)
    .join(", ");
  return new ClinfuseError("nothing-accepted", `${patience} attempts in a row were thrown away (${counts} in all)`, {
    got: counts,
    expected: patience,
  });
}
