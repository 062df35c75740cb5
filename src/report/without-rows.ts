// A run without the real texts in it: what may leave the building where the rows may not. Pure.

import type { Analysis } from "../analyse/analysis.ts";
import { wordsOf } from "../base/word-runs.ts";
import { answerOf } from "../experiment/answer.ts";
import type { Notebook, TrainingResult } from "../experiment/notebook.ts";
import type { AttemptEntry, LogEntry } from "../generate/log.ts";
import type { Turn } from "../generate/source.ts";
import type { Example } from "../tasks/example.ts";
import { textsOf } from "../tasks/shapes.ts";
import type { RunLogRecord, RunRecord } from "./run-record.ts";

/** Stands where a text was. */
export const leftOut = "(left out with the real rows)";

/** Fewer words say nothing of their own: many texts have them in common. */
const fewestWords = 5;

export interface Redacted {
  readonly record: RunRecord;
  /** Synthetic examples that were left out: made by changing real rows, or a real text word for word. */
  readonly entries: number;
}

/**
 * Leaves out the rows, every prompt (they show real examples), answers and examples that repeat a real text or were made from one, names that
 * were read from real texts. Scores, predictions without their texts, the curve, and measures stay.
 */
export function withoutRows({ notebook, log, analysis, models }: RunRecord): Redacted {
  const repeats = repeatsOf(notebook);
  const kept = log && withoutRepeats(log, repeats);
  return {
    record: {
      notebook: notebookWithout(notebook),
      ...(kept ? { log: kept } : {}),
      ...(analysis ? { analysis: namesLeftOut(analysis, log, kept) } : {}),
      models,
    },
    entries: (log?.entries.length ?? 0) - (kept?.entries.length ?? 0),
  };
}

function notebookWithout({ data, knowledge, training, ...rest }: Notebook): Notebook {
  const { alternatives: _, substitutes: __, ...names } = knowledge ?? {};
  return {
    ...rest,
    ...(data ? { data: { source: data.source, remarks: [], train: [], validation: [], test: [] } } : {}),
    ...(knowledge ? { knowledge: names as typeof knowledge } : {}),
    ...(training ? { training: answersAlone(training) } : {}),
  };
}

function answersAlone({ results, ...training }: TrainingResult): TrainingResult {
  const bare = Object.entries(results).map(([stage, result]) => [
    stage,
    { ...result, predicted: result.predicted.map((answer) => answerOf(answer as Example)) },
  ]);
  return { ...training, results: Object.fromEntries(bare) };
}

/** Entities of the real texts go by their counts alone; the copies are told of the texts that stay. */
function namesLeftOut(analysis: Analysis, log: RunLogRecord | undefined, kept: RunLogRecord | undefined): Analysis {
  const { marked, named, ...real } = analysis.real;
  const stay = new Set(acceptedOf(kept));
  const all = acceptedOf(log);
  return {
    ...analysis,
    real: { ...real, marked: { ...marked, most: [] }, ...(named ? { named: { ...named, most: [] } } : {}) },
    synthetic: analysis.synthetic.map((set) => {
      const isWhole = set.leakage.texts.length <= all.length;
      const texts = set.leakage.texts.filter((_, i) => isWhole && stay.has(all[i] as number));
      return { ...set, leakage: { ...set.leakage, texts } };
    }),
  };
}

/** Indices of the accepted attempts. */
const acceptedOf = (log: RunLogRecord | undefined): readonly number[] =>
  (log?.entries ?? []).flatMap((entry) => (entry.type === "accepted" ? [entry.index] : []));

type Repeats = (text: string) => boolean;

const spaced = (text: string): string => ` ${wordsOf(text).join(" ")} `;

/** Tells whether a text is a real one, or has one in it, whatever the case and the punctuation. */
function repeatsOf({ data }: Notebook): Repeats {
  const real = [data?.train, data?.validation, data?.test, data?.gold].flatMap((rows) => rows ?? []);
  const texts = new Set(real.flatMap(textsOf).map(spaced));
  // A real text begins with its first words: a look at each place of the other text finds it, however many real ones there are.
  const byStart = new Map<string, string[]>();
  for (const text of texts) {
    const words = text.trim().split(" ");
    if (words.length < fewestWords) continue;
    const start = words.slice(0, fewestWords).join(" ");
    byStart.set(start, [...(byStart.get(start) ?? []), text]);
  }
  return (text) => {
    const own = spaced(text);
    if (texts.has(own)) return true;
    const words = own.trim().split(" ");
    return words.some((_, i) =>
      (byStart.get(words.slice(i, i + fewestWords).join(" ")) ?? []).some((known) => own.includes(known)),
    );
  };
}

function withoutRepeats({ state, entries }: RunLogRecord, repeats: Repeats): RunLogRecord {
  const isReal = (example: Example) => textsOf(example).some(repeats);
  const kept = entries.flatMap((entry): LogEntry[] => {
    if (entry.type === "feedback") return [{ ...entry, demonstrations: entry.demonstrations.filter((e) => !isReal(e)) }];
    if (entry.type === "accepted" && (entry.origin.kind === "derived" || isReal(entry.example))) return [];
    return [withoutPrompts(entry, repeats)];
  });
  return { state, entries: kept };
}

function withoutPrompts(entry: AttemptEntry, repeats: Repeats): AttemptEntry {
  const turns = entry.origin.turns?.map(
    ({ shared: _, ...turn }): Turn => ({
      ...turn,
      messages: turn.messages.map(({ role }) => ({ role, content: leftOut })),
      text: entry.origin.kind === "derived" || repeats(turn.text) ? leftOut : turn.text,
    }),
  );
  return { ...entry, origin: { ...entry.origin, ...(turns ? { turns } : {}) } } as AttemptEntry;
}
