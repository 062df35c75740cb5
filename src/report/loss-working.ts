// The loss and its gradient worked out for one example, from the probabilities that trained models gave. Pure; knows no page.

import type { Answer } from "../experiment/answer.ts";
import type { Example, Shape, Shapes } from "../tasks/example.ts";

export interface LossWorking {
  readonly example: Example;
  /** The right answer that is looked at: a label, or a word and its type. */
  readonly answer: string;
  /** A sentence for each model. */
  readonly lines: readonly string[];
}

export interface AnsweredBy {
  readonly words: string;
  /** In the order of the examples. */
  readonly predicted: readonly Answer[];
}

/** A part of an answer that has a probability of its own. `single`: it was decided at one place, so its loss is one logarithm. */
interface Part {
  readonly key: string;
  readonly words: string;
  readonly single: boolean;
}

const spaced = (label: string): string => label.replaceAll("_", " ");
const labelPart = (label: string): Part => ({ key: label, words: spaced(label), single: true });

/** In the order of an answer's probabilities. */
const partsOf: { readonly [S in Shape]: (example: Shapes[S]) => readonly Part[] } = {
  token: ({ text, spans }) =>
    spans.map(({ start, end, label }) => {
      const words = text.slice(start, end);
      return { key: `${start} ${end} ${label}`, words: `${words}, ${spaced(label)}`, single: !/\s/.test(words) };
    }),
  sentence: ({ labels }) => labels.map(labelPart),
  relation: ({ label }) => [labelPart(label)],
  pair: ({ label }) => [labelPart(label)],
};

const parts = (example: Example): readonly Part[] => (partsOf[example.kind] as (example: Example) => readonly Part[])(example);

/** Probability of a right part, by its key. */
function probabilities(gold: Example, { sure, ...answer }: Answer): ReadonlyMap<string, number> {
  const wanted = new Set(parts(gold).map(({ key }) => key));
  const each = typeof sure === "number" ? [sure] : (sure ?? []);
  return new Map(
    parts({ ...gold, ...answer } as Example).flatMap(({ key, single }, i) => {
      const p = each[i];
      return single && wanted.has(key) && p !== undefined && p > 0 ? [[key, p] as const] : [];
    }),
  );
}

/**
 * For the first example that the last model answers right at one place, -ln p and p - 1 of that answer by each model: cross entropy and its
 * gradient by the answer's own score, of a softmax as of a sigmoid. An example that every model answers right comes before the others.
 * Undefined where no right answer has a probability.
 */
export function lossWorking(gold: readonly Example[], models: readonly AnsweredBy[]): LossWorking | undefined {
  let found: { readonly i: number; readonly part: Part } | undefined;
  for (const [i, example] of gold.entries()) {
    const given = models.map(({ predicted }) => (predicted[i] ? probabilities(example, predicted[i]) : undefined));
    const part = parts(example).find(({ key }) => given.at(-1)?.has(key));
    if (!part) continue;
    found ??= { i, part };
    if (!given.every((of) => of?.has(part.key))) continue;
    found = { i, part };
    break;
  }
  if (!found) return undefined;
  const { i, part } = found;
  const example = gold[i] as Example;
  const lines = models.map(({ words, predicted }) => {
    const p = predicted[i] && probabilities(example, predicted[i]).get(part.key);
    if (p === undefined) return `${words}: it answers otherwise here.`;
    const shown = Math.min(p, 0.9999); // what rounds to 1 would have no loss to show
    return `${words}: p = ${digits(shown)}, so ℓ = −ln ${digits(shown)} = ${digits(-Math.log(shown))}. Its gradient by that answer's score is p − 1 = −${digits(1 - shown)}: a step would raise the score.`;
  });
  return { example, answer: part.words, lines };
}

/** Enough for what is near 0 or 1 to differ from them. */
const digits = (x: number): string => x.toFixed(x < 0.1 || (x > 0.99 && x < 1) ? 4 : 3);
