// Checklist's perturbations that keep a label (Ribeiro et al. 2020): punctuation, typos, contractions, numbers. Knows no task.

import type { Rng } from "../../base/rng.ts";
import type { Span } from "../../tasks/example.ts";
import type { Edit } from "./edits.ts";

/** An edit of the text outside the held spans; undefined where there is none of its kind. */
export type Perturbation = (text: string, held: readonly Span[], stream: Rng) => Edit | undefined;

const isFree = (held: readonly Span[], start: number, end: number) =>
  held.every((span) => end <= span.start || span.end <= start);

/** Final punctuation is taken away, or a full stop is put there. */
const punctuation: Perturbation = (text) => {
  const [last] = /\s*[.?!]\s*$/.exec(text) ?? [];
  if (last !== undefined) return { start: text.length - last.length, end: text.length, text: "" };
  return { start: text.length, end: text.length, text: "." };
};

/** Words that deny, whole or contracted: a typo in one could hide what the label rests on. */
const denies = /^(cannot|neither|never|none|nobody|nothing|without|lack(s|ed|ing)?|absen(t|ce)|negative|denie[sd]|deny)$/i;

/** Each two neighbouring letters of a word that begins at `from`, the other way round. A letter may be two code units. */
function neighbours(word: string, from: number): Edit[] {
  const letters = [...word];
  let start = from;
  return letters.slice(1).map((next, i) => {
    const letter = letters[i] as string;
    const edit = { start, end: start + letter.length + next.length, text: next + letter };
    start += letter.length;
    return edit;
  });
}

/** Two neighbouring letters of a word change places. */
const typo: Perturbation = (text, held, stream) => {
  const places = [...text.matchAll(/\p{L}{4,}/gu)]
    .filter(([word]) => !denies.test(word))
    .flatMap(({ 0: word, index }) => neighbours(word, index))
    .filter(({ start, end, text: other }) => text.slice(start, end) !== other && isFree(held, start, end));
  return places.length > 0 ? stream.pick(places) : undefined;
};

const contractions: readonly (readonly [whole: string, short: string])[] = [
  ["is not", "isn't"],
  ["are not", "aren't"],
  ["was not", "wasn't"],
  ["were not", "weren't"],
  ["do not", "don't"],
  ["does not", "doesn't"],
  ["did not", "didn't"],
  ["has not", "hasn't"],
  ["have not", "haven't"],
  ["had not", "hadn't"],
  ["cannot", "can't"],
  ["could not", "couldn't"],
  ["should not", "shouldn't"],
  ["would not", "wouldn't"],
  ["will not", "won't"],
  ["it is", "it's"],
  ["that is", "that's"],
  ["what is", "what's"],
  ["I am", "I'm"],
  ["I have", "I've"],
];

const inCaseOf = (model: string, text: string) => (/^\p{Lu}/u.test(model) ? text.charAt(0).toUpperCase() + text.slice(1) : text);

/** "is not" becomes "isn't", or the other way round. */
const contraction: Perturbation = (text, held, stream) => {
  const found = contractions.flatMap(([whole, short]) =>
    [[whole, short] as const, [short, whole] as const].flatMap(([from, to]) =>
      [...text.matchAll(new RegExp(`(?<![\\p{L}'’])${from}(?![\\p{L}'’])`, "giu"))].map(({ 0: words, index }) => ({
        start: index,
        end: index + words.length,
        text: inCaseOf(words, to),
      })),
    ),
  );
  const free = found.filter(({ start, end }) => isFree(held, start, end));
  return free.length > 0 ? stream.pick(free) : undefined;
};

/** Numbers that are words of their own ("to", "for") stay. */
const keptNumbers = new Set([2, 4]);

/** Another whole number near x: from x - min(c, x - 1) to x + c, c = int(x / 5) + 1. */
export function nearNumber(x: number, stream: Rng): number {
  const c = Math.floor(0.2 * x) + 1;
  const below = Math.max(0, Math.min(c, x - 1));
  const others = Array.from({ length: below + c + 1 }, (_, i) => x - below + i).filter((n) => n !== x);
  return stream.pick(others);
}

/** Whole numbers that stand alone and may be changed. */
export function wholeNumbers(text: string, held: readonly Span[]): { start: number; end: number; digits: string }[] {
  return [...text.matchAll(/(?<![\p{L}\p{N}.,/%-])\d{1,6}(?![\p{L}\p{N}/%-]|[.,]\d)/gu)]
    .map(({ 0: digits, index }) => ({ start: index, end: index + digits.length, digits }))
    .filter(({ start, end, digits }) => !keptNumbers.has(Number(digits)) && isFree(held, start, end));
}

/** A whole number that stands alone becomes another one near it. */
const number: Perturbation = (text, held, stream) => {
  const found = wholeNumbers(text, held);
  if (found.length === 0) return undefined;
  const { digits, start, end } = stream.pick(found);
  return { start, end, text: String(nearNumber(Number(digits), stream)) };
};

/** In the order in which they are tried; a draw shuffles it. */
export const perturbations = { punctuation, typo, contraction, number } as const satisfies Readonly<Record<string, Perturbation>>;
