// WordPiece: words -> pieces of a vocabulary, with their places in the text. Knows no file and no batch.

import { type BasicTokenizer, basicTokenizer, type Normalization, type Word } from "./basic-words.ts";

export interface SpecialTokens {
  readonly pad: number;
  readonly unknown: number;
  readonly start: number; // [CLS]
  readonly separator: number; // [SEP]
  readonly mask?: number; // [MASK]; not every vocabulary has it
}

export interface WordPieceConfig extends Normalization {
  /** Prefix of a piece that does not begin its word: `##`. */
  readonly continuation: string;
  /** A word of more characters is unknown as a whole: 100. */
  readonly longestWord: number;
}

/** Pieces of a text, column by column. `starts` and `ends` count UTF-16 code units; `words[i]` is the index of piece i's word. */
export interface Pieces {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly words: readonly number[];
}

export interface WordPiece {
  readonly special: SpecialTokens;
  readonly config: WordPieceConfig;
  /** id -> piece. */
  readonly vocabulary: readonly string[];
  /** Tokens that are whole wherever the text has them, as it has them, and their ids: markers; never the special ones. */
  readonly added: ReadonlyMap<string, number>;
  words(text: string): Word[];
  /** Without special tokens, uncut. */
  pieces(words: readonly Word[]): Pieces;
}

/** BERT's, as BERT-base-uncased and PubMedBERT have it. */
export const uncased: WordPieceConfig = {
  lowercase: true,
  stripAccents: true,
  cleanText: true,
  splitIdeographs: true,
  continuation: "##",
  longestWord: 100,
};

/** A piece of a word: its id and how many of the word's characters it covers. */
type Cut = readonly { readonly id: number; readonly length: number }[];

/** `vocabulary[id]` is a piece. The words seen are remembered, so that a corpus is cut once. */
export function wordPiece(
  vocabulary: readonly string[],
  special: SpecialTokens,
  config: WordPieceConfig = uncased,
  added: ReadonlyMap<string, number> = new Map(),
): WordPiece {
  const ids = new Map(vocabulary.map((piece, id) => [piece, id]));
  const basic = basicTokenizer(config);
  const known = new Map<string, Cut>();
  const wholes = [...added.keys()].sort((a, b) => b.length - a.length); // the longest that fits
  const cutOf = (word: Word): Cut => {
    const text = word.chars.join("");
    const whole = word.chars.length === 1 ? added.get(text) : undefined;
    if (whole !== undefined) return [{ id: whole, length: 1 }];
    let cut = known.get(text);
    if (!cut) {
      cut = longestFirst(word.chars, ids, special.unknown, config);
      known.set(text, cut);
    }
    return cut;
  };
  return {
    special,
    config,
    vocabulary,
    added,
    words: (text) => (wholes.length === 0 ? basic.words(text) : wordsAround(text, wholes, basic)),
    pieces(words) {
      const out = { ids: [] as number[], starts: [] as number[], ends: [] as number[], words: [] as number[] };
      words.forEach((word, index) => {
        let at = 0;
        for (const { id, length } of cutOf(word)) {
          out.ids.push(id);
          out.starts.push(word.starts[at] as number);
          at += length;
          out.ends.push(word.ends[at - 1] as number);
          out.words.push(index);
        }
      });
      return out;
    },
  };
}

/** Words of a text in which some strings are words as they are: such a word has one character, itself. */
function wordsAround(text: string, wholes: readonly string[], basic: BasicTokenizer): Word[] {
  const words: Word[] = [];
  const plain = (from: number, to: number) => {
    const moved = (places: readonly number[]) => places.map((place) => place + from);
    for (const { start, end, chars, starts, ends } of basic.words(text.slice(from, to))) {
      words.push({ start: start + from, end: end + from, chars, starts: moved(starts), ends: moved(ends) });
    }
  };
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const whole = wholes.find((token) => text.startsWith(token, at));
    if (whole === undefined) at++;
    else {
      plain(from, at);
      words.push({ start: at, end: at + whole.length, chars: [whole], starts: [at], ends: [at + whole.length] });
      at = from = at + whole.length;
    }
  }
  plain(from, text.length);
  return words;
}

/** Greedy: the longest piece that fits, again and again; one that fits nowhere makes the whole word unknown. */
function longestFirst(chars: readonly string[], ids: ReadonlyMap<string, number>, unknown: number, config: WordPieceConfig): Cut {
  const whole: Cut = [{ id: unknown, length: chars.length }];
  if (chars.length > config.longestWord) return whole;
  const cut: { id: number; length: number }[] = [];
  for (let from = 0; from < chars.length; ) {
    let to = chars.length;
    let id: number | undefined;
    for (; to > from; to--) {
      id = ids.get((from > 0 ? config.continuation : "") + chars.slice(from, to).join(""));
      if (id !== undefined) break;
    }
    if (id === undefined) return whole;
    cut.push({ id, length: to - from });
    from = to;
  }
  return cut;
}
