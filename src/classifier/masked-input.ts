// An example as a masked language model reads it: its labels' words before its text, or a tag around each word of an entity. Knows no weights.

import type { Example, Span, TokenExample } from "../tasks/example.ts";
import type { MaskPlace } from "../tasks/mask-place.ts";
import { labelsOf, textsOf } from "../tasks/shapes.ts";
import { type LearnableTask, labelOf } from "../tasks/task.ts";
import { bioTags, tagsOfSpans } from "../text/bio.ts";
import { type Encoding, encodePair, encodeText } from "../text/encoding.ts";
import type { WordPiece } from "../text/word-piece.ts";

/** `before`: the labels' words, then the text (Kumar et al. 2020, "prepend"). `around`: tags on both sides of each entity word (Zhou et al. 2022). */
export type LabelSight = "before" | "around";

/** A piece of a text that may be masked, at its position in the encoding. */
export interface EncodedPlace extends MaskPlace {
  readonly at: number;
}

export interface MaskedInput {
  readonly encoding: Encoding;
  /** Pieces of the labels' words, special tokens not counted. */
  readonly condition: number;
  /** In order. Never a label, a tag, an entity of a relation, or a special token. */
  readonly places: readonly EncodedPlace[];
}

/** Tokens that the encoder must have of its own. */
export const tagTokens = (task: LearnableTask): readonly string[] =>
  bioTags(task.labels.map(({ id }) => id))
    .slice(1)
    .map(tagToken);

const tagToken = (tag: string) => `<${tag}>`;

/** Words with the meaning of each tag, by token. */
export function tagMeanings(task: LearnableTask): ReadonlyMap<string, string> {
  return new Map(task.labels.flatMap(({ id, name }) => ["B", "I"].map((part) => [tagToken(`${part}-${id}`), name] as const)));
}

/** `maxTokens` counts special tokens; what is beyond is cut off, and has no places. Throws where `around` is asked of an example without spans of its own. */
export function maskedInput(
  sight: LabelSight,
  task: LearnableTask,
  tokenizer: WordPiece,
  example: Example,
  maxTokens: number,
): MaskedInput {
  if (sight === "before") return conditioned(task, tokenizer, example, maxTokens);
  if (example.kind === "token") return linearised(tokenizer, example, maxTokens);
  throw new Error(`maskedInput: tags stand around words of token examples, got a ${example.kind} example`);
}

/** Share of an input that the labels' words may take. */
const mostCondition = 0.5;

/** [CLS] labels text [SEP], or [CLS] labels first [SEP] second [SEP]. */
function conditioned(task: LearnableTask, tokenizer: WordPiece, example: Example, maxTokens: number): MaskedInput {
  const names = labelsOf(example).map((label) => labelOf(task, label).name);
  const words = tokenizer.pieces(tokenizer.words(names.join(", "))).ids.slice(0, Math.floor(maxTokens * mostCondition));
  const [first = "", second] = textsOf(example);
  const left = maxTokens - words.length;
  const own = second === undefined ? encodeText(tokenizer, first, left) : encodePair(tokenizer, first, second, left);
  const nothing = words.map(() => 0);
  const after = <T>([start, ...rest]: readonly T[], inserted: readonly T[]): T[] => [start as T, ...inserted, ...rest];
  const encoding: Encoding = {
    ids: after(own.ids, words),
    types: after(own.types, nothing),
    starts: after(own.starts, nothing),
    ends: after(own.ends, nothing),
    words: after(
      own.words,
      words.map(() => -1),
    ),
  };
  const held = example.kind === "relation" ? [example.head, example.tail] : [];
  return {
    encoding,
    condition: words.length,
    places: placesOf(tokenizer, encoding, textsOf(example), (piece) => !isIn(held, piece)),
  };
}

const isIn = (spans: readonly Span[], { start, end }: { readonly start: number; readonly end: number }) =>
  spans.some((span) => start < span.end && end > span.start);

/** `<B-Disease> acute <B-Disease> <I-Disease> failure <I-Disease>`: a tag on both sides of each word of an entity. The other words are bare. */
function linearised(tokenizer: WordPiece, { text, spans }: TokenExample, maxTokens: number): MaskedInput {
  const words = tokenizer.words(text);
  const tags = tagsOfSpans(words, spans);
  const out = { ids: [] as number[], types: [] as number[], starts: [] as number[], ends: [] as number[], words: [] as number[] };
  const push = (id: number, start: number, end: number, word: number) => {
    out.ids.push(id);
    out.types.push(0);
    out.starts.push(start);
    out.ends.push(end);
    out.words.push(word);
  };
  push(tokenizer.special.start, 0, 0, -1);
  for (const [index, word] of words.entries()) {
    const { ids, starts, ends } = tokenizer.pieces([word]);
    const tag = tags[index] as string;
    if (out.ids.length + ids.length + (tag === "O" ? 0 : 2) + 1 > maxTokens) break;
    if (tag !== "O") push(idOf(tokenizer, tag), 0, 0, -1);
    for (const [i, id] of ids.entries()) push(id, starts[i] as number, ends[i] as number, index);
    if (tag !== "O") push(idOf(tokenizer, tag), 0, 0, -1);
  }
  push(tokenizer.special.separator, 0, 0, -1);
  return { encoding: out, condition: 0, places: placesOf(tokenizer, out, [text], ({ word }) => tags[word] !== "O") };
}

function idOf({ added }: WordPiece, tag: string): number {
  const id = added.get(tagToken(tag));
  if (id === undefined) throw new Error(`maskedInput: the tokenizer lacks ${tagToken(tag)}`);
  return id;
}

/** End of a piece with the accents after it, which the tokenizer strips: they go where it goes. */
const endOf = (text: string, end: number): number =>
  end + (/^\p{Mn}+/u.exec(text.slice(end, end + mostAccents))?.[0].length ?? 0);
const mostAccents = 8;

/** Pieces of the texts that may be masked. A word that the vocabulary does not know is left alone: there is nothing to learn from it. */
function placesOf(
  { special, added }: WordPiece,
  { ids, types, starts, ends, words }: Encoding,
  texts: readonly string[],
  isFree: (place: EncodedPlace) => boolean,
): EncodedPlace[] {
  const whole = new Set(added.values());
  const sameWord = (a: number, b: number) => words[a] === words[b] && types[a] === types[b];
  return ids.flatMap((id, at) => {
    const word = words[at] as number;
    if (word < 0 || id === special.unknown || whole.has(id)) return [];
    const place: EncodedPlace = {
      at,
      text: types[at] as number,
      start: starts[at] as number,
      end: endOf(texts[types[at] as number] as string, ends[at] as number),
      word,
      begins: !sameWord(at, at - 1),
      ends: !sameWord(at, at + 1),
    };
    return isFree(place) ? [place] : [];
  });
}
