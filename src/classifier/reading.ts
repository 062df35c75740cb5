// Rows and spans of a data set beyond the classifier's window, counted and told. Knows no scores and no storage.

import { turn } from "../base/async.ts";
import { throwIfAborted } from "../base/errors.ts";
import type { Example, Span } from "../tasks/example.ts";
import { spansOf, textsOf } from "../tasks/shapes.ts";
import { isVisible } from "../tasks/words.ts";
import type { Classifier } from "./classifier.ts";
import { readInput, readWindows } from "./inputs.ts";
import type { Input } from "./task-head.ts";

/** Sets that a training reads: to learn from, and to answer. */
export interface ReadSets {
  readonly few: readonly Example[];
  readonly synthetic: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
  /** Name of the rows of `test` in remarks; absent: "test". */
  readonly testName?: string;
}

type SetName = Exclude<keyof ReadSets, "testName">;

const names: Readonly<Record<SetName, string>> = {
  few: "training",
  synthetic: "synthetic",
  validation: "validation",
  test: "test",
};

/** Sets that are learnt from: their rows are cut. Rows of the others are read in windows, where their shape allows it. */
const learnt: readonly SetName[] = ["few", "synthetic"];

interface Beyond {
  /** Examples of which some words are not read. */
  rows: number;
  /** Spans of all examples, and those that reach beyond what is read. */
  spans: number;
  lost: number;
}

/** A sentence for each set of which something is not read, with counts. Errors: `aborted`. */
export async function readingRemarks(classifier: Classifier, sets: ReadSets, signal: AbortSignal): Promise<string[]> {
  const remarks: string[] = [];
  const named = { ...names, test: sets.testName ?? names.test };
  for (const set of Object.keys(names) as SetName[]) {
    const learns = learnt.includes(set);
    const { rows, spans, lost } = await beyond(classifier, sets[set], learns, signal);
    if (rows === 0) continue;
    const marks = spans === 0 ? "" : `, and ${lost} of ${spans} spans lie beyond it`;
    const longer = `${rows} of ${sets[set].length} ${named[set]} rows are longer than the ${classifier.maxTokens} pieces that the encoder reads`;
    remarks.push(`${longer}${marks}: what is beyond is not ${learns ? "learnt from" : "read"}.`);
  }
  return remarks;
}

/** Examples counted between two breaths. */
const countedAtOnce = 64;

async function beyond(
  classifier: Classifier,
  examples: readonly Example[],
  learns: boolean,
  signal: AbortSignal,
): Promise<Beyond> {
  const found: Beyond = { rows: 0, spans: 0, lost: 0 };
  for (const [i, example] of examples.entries()) {
    if (i % countedAtOnce === countedAtOnce - 1) await turn();
    throwIfAborted(signal);
    const spans = distinct(spansOf(example));
    found.spans += spans;
    const cut = cutInput(classifier, example, learns);
    if (!cut) continue;
    found.rows++;
    found.lost += spans - spansRead(example, cut);
  }
  return found;
}

/** Special tokens and a relation's markers, at most. */
const mostAdded = 8;

/** The input of an example that does not fit; undefined where everything of it is read. */
function cutInput(classifier: Classifier, example: Example, learns: boolean): Input | undefined {
  const { maxTokens, query } = classifier;
  const characters = textsOf(example).reduce((n, text) => n + text.length, 0);
  if (characters + mostAdded + query.length <= maxTokens) return undefined; // a piece has a character at least
  if (!learns && readWindows(classifier, example).length > 1) return undefined;
  const input = readInput(classifier, example);
  return isShortened(classifier, example, input) ? input : undefined;
}

/** Tells whether prediction reads a part of an example alone. `windows` are its inputs, as `readWindows` has them. */
export function isCut(classifier: Classifier, example: Example, windows: readonly Input[]): boolean {
  const [only] = windows;
  return windows.length === 1 && only !== undefined && isShortened(classifier, example, only);
}

/** Tells whether the one input of an example lacks pieces of it. */
function isShortened(classifier: Classifier, example: Example, { encoding: { ids } }: Input): boolean {
  if (ids.length < classifier.maxTokens) return false;
  const [whole] = readWindows(classifier, example, Number.MAX_SAFE_INTEGER);
  return whole !== undefined && whole.encoding.ids.length > ids.length;
}

/** Spans without a visible character behind the input's last piece. */
function spansRead(example: Example, { encoding }: Input): number {
  const [text = ""] = textsOf(example);
  const end = encoding.ends.reduce((most, at) => Math.max(most, at), 0);
  return distinct(spansOf(example).filter((span) => !isVisible(text.slice(end, span.end))));
}

const distinct = (spans: readonly Span[]): number =>
  new Set(spans.map(({ start, end, label }) => `${start} ${end} ${label}`)).size;
