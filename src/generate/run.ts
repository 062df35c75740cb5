// Section 4.2: the resumable run. Attempts in order, several in flight, each appended to the log before it is told. Knows no source and no store.

import { inOrder } from "../base/async.ts";
import { ClinfuseError } from "../base/errors.ts";
import { reporting } from "../base/progress.ts";
import { rng } from "../base/rng.ts";
import { bareWords, fewestTelling } from "../base/word-runs.ts";
import { datedModel } from "../engines/dated-model.ts";
import type { Knowledge } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import { textsOf } from "../tasks/shapes.ts";
import type { Task } from "../tasks/task.ts";
import { attemptHistory, attemptStream, type History, type Past } from "./history.ts";
import type { AttemptEntry, FeedbackEntry, GenerateEvent, LogEntry, RunStore, WritingEvent } from "./log.ts";
import type { RunConfig } from "./run-config.ts";
import { runModel } from "./run-model.ts";
import type { Attempt, Context, Feedback, RejectReason, Source, Tools } from "./source.ts";

export interface Ports {
  readonly task: Task;
  readonly source: Source;
  readonly tools: Tools;
  readonly store: RunStore;
  /** The few-shot training set. */
  readonly demonstrations: readonly Example[];
  /** Real training rows beyond it, for a source that needs them. */
  readonly gold: readonly Example[];
  readonly knowledge: Knowledge;
  /** Test items without their labels, for a source that answers them. */
  readonly items?: readonly Example[];
  /** The answer to the run's last `wants-feedback`. One that the log holds already is passed over. */
  readonly feedback?: Feedback;
  /** In place of `patience`. */
  readonly patience?: number;
}

/** So many prompts in a row without an accepted example end the run with `nothing-accepted`. */
export const patience = 60;

/**
 * Opens or resumes the run of `config` and goes on until it has `config.size` accepted examples, its source has no more, or it
 * stands at a barrier. Every entry is in the store before it is yielded; leaving the loop stops what is in flight and loses only
 * that. Attempt i is a pure function of (config, seed, i, feedback so far), and the log is written in the order of i. With a
 * deterministic model a resumed run therefore equals an unbroken one. Between entries it tells how far the next ones are, if the
 * engine does. Errors: `nothing-accepted`, and those of source and store.
 */
export async function* generate(config: RunConfig, ports: Ports, signal: AbortSignal): AsyncGenerator<GenerateEvent, void> {
  const { id, config: kept } = await ports.store.open(config);
  const progress = startProgress(config, ports);
  for await (const entry of ports.store.read(id)) record(progress, entry);
  yield { type: "opened", run: id, next: progress.attempts, accepted: progress.accepted, rejected: progress.rejected };

  const append = async <E extends LogEntry>(entry: E): Promise<E> => {
    await ports.store.append(id, [entry]);
    record(progress, entry);
    return entry;
  };
  if (atBarrier(progress) && ports.feedback) {
    const feedback = feedbackEntry(ports.feedback, progress);
    if (feedback) yield await append(feedback);
  }
  if (!atBarrier(progress) && progress.accepted < config.size && !isExhausted(progress, ports.source)) {
    for await (const attempt of attempts(kept, ports, progress, signal)) {
      if ("type" in attempt) {
        yield attempt;
        continue;
      }
      const entry = await append(judge(progress, ports.source, attempt));
      yield entry;
      if (progress.accepted >= config.size || atBarrier(progress) || isExhausted(progress, ports.source)) break;
      if (ports.source.answers) continue; // a wrong answer is one more
      if (entry.origin.kind === "prompted" && progress.sinceAccepted >= (ports.patience ?? patience))
        throw nothingAccepted(progress);
    }
  }
  if (atBarrier(progress)) yield { type: "wants-feedback", after: progress.accepted };
  else yield { type: "finished", accepted: progress.accepted, attempts: progress.attempts };
}

/** Tells whether a source that runs out of new examples has run out. */
const isExhausted = ({ sinceAccepted }: Progress, { tries }: Source): boolean => tries !== undefined && sinceAccepted >= tries;

interface Progress {
  /** Key that two texts share when they are the same. */
  readonly form: (example: Example) => string;
  accepted: number;
  attempts: number;
  sinceAccepted: number;
  readonly size: number;
  readonly rejected: Partial<Record<RejectReason, number>>;
  readonly barriers: readonly number[];
  readonly feedback: Feedback[];
  /** Normal forms of the texts accepted so far, and of the demonstrations. */
  readonly texts: Set<string>;
  readonly demonstrations: ReadonlySet<string>;
  /** Normal forms of each long text of the demonstrations: of a pair there are two. */
  readonly shown: ReadonlySet<string>;
  readonly history: History;
}

function startProgress({ source: config, size }: RunConfig, { source, demonstrations }: Ports): Progress {
  return {
    form: sameForm(source),
    accepted: 0,
    attempts: 0,
    sinceAccepted: 0,
    size,
    rejected: {},
    barriers: source.rounds(config),
    feedback: [],
    texts: new Set(),
    history: attemptHistory(),
    demonstrations: new Set(demonstrations.map(sameForm(source))),
    shown: new Set(demonstrations.flatMap(longForms)),
  };
}

function record(progress: Progress, entry: LogEntry): void {
  if (entry.type === "feedback") {
    progress.feedback.push({ after: entry.after, demonstrations: entry.demonstrations });
    return;
  }
  progress.attempts++;
  progress.history.record(entry);
  if (entry.type === "accepted") {
    progress.accepted++;
    progress.sinceAccepted = 0;
    progress.texts.add(progress.form(entry.example));
  } else {
    progress.sinceAccepted++;
    progress.rejected[entry.reason] = (progress.rejected[entry.reason] ?? 0) + 1;
  }
}

/** Tells whether the next attempt needs feedback that the log does not hold. A run that has its size needs none. */
function atBarrier({ barriers, feedback, accepted, size }: Progress): boolean {
  const next = barriers[feedback.length];
  return next !== undefined && accepted >= next && accepted < size;
}

/** Throws on feedback for another place than where the run stands. */
function feedbackEntry({ after, demonstrations }: Feedback, progress: Progress): FeedbackEntry | undefined {
  if (progress.feedback.some((passed) => passed.after === after)) return undefined;
  if (after !== progress.accepted) throw new Error(`feedback after ${after} accepted examples; the run has ${progress.accepted}`);
  return { type: "feedback", after, demonstrations };
}

/** Attempts from the next one on, in order, until the source has no more, and between them how far their requests are. */
async function* attempts(
  config: RunConfig,
  ports: Ports,
  progress: Progress,
  signal: AbortSignal,
): AsyncGenerator<WritingEvent | (Attempt & { readonly index: number }), void> {
  const { source, task, demonstrations, gold, knowledge, items } = ports;
  const running = ports.tools.model && runModel(datedModel(ports.tools.model, config.date));
  const tools: Tools = running ? { ...ports.tools, model: running.model } : ports.tools;
  const feedback = [...progress.feedback];
  const context: Context = {
    config: config.source,
    task,
    demonstrations,
    gold,
    knowledge,
    feedback,
    ...(items ? { items } : {}),
  };
  const choose = source.chooser?.(config.source);
  const work = async (i: number, stop: AbortSignal) => {
    const stream = attemptStream(config.seed, i);
    if (!choose) return source.attempt(i, context, tools, stream, stop);
    const make = (past: readonly Past[]) => choose(i, context, past, rng("choose", config.seed, i));
    const choice = await progress.history.choose(i, make, stop);
    return source.attempt(i, choice ? { ...context, choice } : context, tools, stream, stop);
  };
  const own = new AbortController(); // a reader may leave while the next attempt is waited for
  const stop = () => own.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const results = inOrder(progress.attempts, tools.model?.slots ?? 1, work, own.signal);
  try {
    for (;;) {
      const next = yield* reporting((tell: (event: WritingEvent) => void) => {
        running?.listen(tell);
        return results.next();
      });
      if (next.done || !next.value.value) return;
      yield { index: next.value.index, ...next.value.value };
    }
  } finally {
    own.abort();
    signal.removeEventListener("abort", stop);
    await results.return();
  }
}

/** Form of a text: two of one source are the same where their forms are. */
export const sameForm = ({ exact }: Pick<Source, "exact">): ((example: Example) => string) => (exact ? exactForm : normalForm);

const exactForm = (example: Example): string => JSON.stringify(textsOf(example));

/** A word, or a sign that says another thing than none: "HIV+" and "HIV-", "p53-/-", "< 5" and "> 5", "-2". */
const telling =
  /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*|[|+<>≤≥±]|(?<=[\p{L}\p{N}/+-])-(?![\p{L}\p{N}])|(?<![\p{L}\p{M}\p{N}])-(?=\p{N})/gu;

/** Words and telling signs of a text, whatever the case, spacing and other punctuation. */
function normalForm(example: Example): string {
  return formOf(textsOf(example).join(" | "));
}

const formOf = (text: string): string =>
  (text.normalize("NFC").toLowerCase().replaceAll("−", "-").match(telling) ?? []).join(" ");

/** Normal forms of an example's texts that are long enough to be copies. */
const longForms = (example: Example): readonly string[] =>
  textsOf(example)
    .filter((text) => bareWords(text).length >= fewestTelling)
    .map(formOf);

/** The verdict that needs the run: nothing twice, and no demonstration given back, nor one text of a pair. */
function judge(progress: Progress, source: Source, attempt: Attempt & { readonly index: number }): AttemptEntry {
  const { index, label, origin, parsed } = attempt;
  const rejected = (reason: RejectReason) => ({ type: "rejected", index, label, origin, reason }) as const;
  if (!parsed.ok) return rejected(parsed.reason);
  const text = progress.form(parsed.value);
  const isWritten = !source.verbatim && origin.kind === "prompted";
  const repeats = isWritten && longForms(parsed.value).some((form) => progress.shown.has(form));
  if (repeats || (!source.verbatim && progress.demonstrations.has(text))) return rejected("copies-demonstration");
  if (!source.verbatim && progress.texts.has(text)) return rejected("duplicate");
  return { type: "accepted", index, label, origin, example: parsed.value };
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
