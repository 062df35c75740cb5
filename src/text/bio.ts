// Spans <-> BIO tags of words <-> word pieces. Knows no vocabulary and no model.

import type { Span } from "../tasks/example.ts";
import type { Encoding } from "./encoding.ts";

/** Target of a piece that carries no label: special tokens, padding, and every piece of a word but its first. */
export const ignoredLabel = -100; // as torch.nn.CrossEntropyLoss's ignore_index

interface Extent {
  readonly start: number;
  readonly end: number;
}

/** O, then B- and I- of each label in the task's order: what a token head's outputs mean. */
export function bioTags(labels: readonly string[]): string[] {
  return ["O", ...labels.flatMap((label) => [`B-${label}`, `I-${label}`])];
}

/**
 * A tag for each word. A word that a span touches belongs to it, even by a part (a span's edge inside a word is rounded
 * outwards); where two spans touch one word the earlier has it. Words and spans are in order of start.
 */
export function tagsOfSpans(words: readonly Extent[], spans: readonly Span[]): string[] {
  const tags: string[] = [];
  let next = 0;
  let inside: Span | undefined;
  for (const word of words) {
    while (next < spans.length && (spans[next] as Span).end <= word.start) next++;
    const span = spans[next];
    if (span && span.start < word.end) {
      tags.push(`${span === inside ? "I" : "B"}-${span.label}`);
      inside = span;
    } else {
      tags.push("O");
      inside = undefined;
    }
  }
  return tags;
}

/**
 * The spans that tags mean, as seqeval's default (lenient) mode reads IOB2: an I after O, or after another label, starts a span
 * as a B would. A span runs from its first word's start to its last word's end.
 */
export function spansOfTags(words: readonly Extent[], tags: readonly string[]): Span[] {
  const spans: { start: number; end: number; label: string }[] = [];
  let open: { start: number; end: number; label: string } | undefined;
  words.forEach((word, i) => {
    const tag = tags[i] ?? "O";
    if (tag === "O") {
      open = undefined;
      return;
    }
    const label = tag.slice(2);
    if (tag.startsWith("I-") && open?.label === label) {
      open.end = word.end;
      return;
    }
    open = { start: word.start, end: word.end, label };
    spans.push(open);
  });
  return spans;
}

/**
 * Label index of each piece: its word's tag on the word's first piece, `ignoredLabel` elsewhere. Throws on a tag not in `names`.
 */
export function labelsOfPieces(encoding: Encoding, tags: readonly string[], names: readonly string[]): number[] {
  const index = new Map(names.map((name, i) => [name, i]));
  return encoding.words.map((word, i) => {
    if (word < 0 || word === encoding.words[i - 1]) return ignoredLabel;
    const tag = tags[word] as string;
    const label = index.get(tag);
    if (label === undefined) throw new Error(`labelsOfPieces: expected one of ${names.join(", ")}, got ${tag}`);
    return label;
  });
}

/**
 * The tag of each of `count` words, read off its first piece's predicted label; O for words that no window has. A word that several windows have
 * takes the tag of the one in which it stands farthest from both ends: there it has the most context. `labels` by window.
 */
export function tagsOfPieces(
  windows: readonly Encoding[],
  labels: readonly ArrayLike<number>[],
  names: readonly string[],
  count: number,
): string[] {
  return placesOfWords(windows, count).map((at) => (at ? (names[labels[at.window]?.[at.piece] as number] as string) : "O"));
}

/** The number of each of `count` words, read where `tagsOfPieces` reads its tag; 1 for words that no window has. `values` by window. */
export function valuesOfWords(windows: readonly Encoding[], values: readonly ArrayLike<number>[], count: number): number[] {
  return placesOfWords(windows, count).map((at) => (at ? (values[at.window]?.[at.piece] as number) : 1));
}

interface PlaceOfWord {
  readonly window: number;
  readonly piece: number;
}

function placesOfWords(windows: readonly Encoding[], count: number): (PlaceOfWord | undefined)[] {
  const places = new Array<PlaceOfWord | undefined>(count).fill(undefined);
  const context = new Array<number>(count).fill(-1);
  for (const [window, { words }] of windows.entries()) {
    words.forEach((word, piece) => {
      const around = Math.min(piece, words.length - 1 - piece);
      if (word < 0 || word === words[piece - 1] || around <= (context[word] as number)) return;
      context[word] = around;
      places[word] = { window, piece };
    });
  }
  return places;
}
