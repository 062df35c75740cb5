// Encodings for a BERT: [CLS] first [SEP] (second [SEP]), cut to a length and padded to a batch. Knows no task.

import type { Word } from "./basic-words.ts";
import type { Pieces, WordPiece } from "./word-piece.ts";

/** One input, unpadded, special tokens included. Column by column. */
export interface Encoding {
  readonly ids: readonly number[];
  /** 0 for the first text and its special tokens, 1 for the second's. */
  readonly types: readonly number[];
  /** UTF-16 code units of the text that the piece is from; 0 and 0 for a special token. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Index of the piece's word in its own text; -1 for a special token. */
  readonly words: readonly number[];
}

export interface TextEncoding extends Encoding {
  /** All words of the text, those that were cut off as well. */
  readonly text: readonly Word[];
}

/** One text, its end cut off where it is too long. `maxTokens` counts special tokens. */
export function encodeText(tokenizer: WordPiece, text: string, maxTokens: number): TextEncoding {
  const words = tokenizer.words(text);
  const pieces = tokenizer.pieces(words);
  const kept = Math.min(pieces.ids.length, room(maxTokens, 2));
  return { ...join(tokenizer, [{ pieces, kept, type: 0 }]), text: words };
}

/** Share of a window that it has in common with the one before. */
const overlap = 0.25;

/** A text in as many inputs as it takes: one where it fits; else windows that overlap, each beginning with a word. `maxTokens` counts special tokens. */
export function encodeWindows(tokenizer: WordPiece, text: string, maxTokens: number): TextEncoding[] {
  const words = tokenizer.words(text);
  const pieces = tokenizer.pieces(words);
  const size = room(maxTokens, 2);
  const windows: TextEncoding[] = [];
  for (let from = 0; ; ) {
    const to = Math.min(from + size, pieces.ids.length);
    windows.push({ ...join(tokenizer, [{ pieces: part(pieces, from, to), kept: to - from, type: 0 }]), text: words });
    if (to === pieces.ids.length) return windows;
    let next = to - Math.floor(size * overlap);
    while (next > from && pieces.words[next] === pieces.words[next - 1]) next--;
    from = next > from ? next : to; // one word as long as the window
  }
}

/**
 * One text of which only a part may fit, with `pieces` of it in each of these places (code units, in order) whatever else is cut: all of them in
 * one stretch where that fits; else the stretches around the first and the last. `maxTokens` counts special tokens.
 */
export function encodeAround(
  tokenizer: WordPiece,
  text: string,
  maxTokens: number,
  places: readonly (readonly [start: number, end: number])[],
): TextEncoding {
  const words = tokenizer.words(text);
  const pieces = tokenizer.pieces(words);
  const size = room(maxTokens, 2);
  const whole = pieces.ids.length;
  const touched = pieces.starts.flatMap((start, i) =>
    places.some((place) => start < place[1] && (pieces.ends[i] as number) > place[0]) ? [i] : [],
  );
  const first = touched[0] ?? 0;
  const last = touched.at(-1) ?? 0;
  const stretches: [number, number][] = [];
  if (whole <= size || last < size) stretches.push([0, Math.min(size, whole)]);
  else if (last - first < size) {
    const from = Math.min(Math.max(0, first - Math.floor((size - (last - first + 1)) / 2)), whole - size);
    stretches.push([from, from + size]);
  } else {
    const half = Math.floor(size / 2);
    stretches.push([first, first + half], [last + 1 - (size - half), last + 1]);
  }
  const parts = stretches.map(([from, to]) => part(pieces, from, to));
  const kept: Pieces = {
    ids: parts.flatMap((p) => p.ids),
    starts: parts.flatMap((p) => p.starts),
    ends: parts.flatMap((p) => p.ends),
    words: parts.flatMap((p) => p.words),
  };
  return { ...join(tokenizer, [{ pieces: kept, kept: kept.ids.length, type: 0 }]), text: words };
}

function part({ ids, starts, ends, words }: Pieces, from: number, to: number): Pieces {
  return {
    ids: ids.slice(from, to),
    starts: starts.slice(from, to),
    ends: ends.slice(from, to),
    words: words.slice(from, to),
  };
}

/** A pair, cut as `transformers` cuts by `longest_first`. `maxTokens` counts special tokens. */
export function encodePair(tokenizer: WordPiece, first: string, second: string, maxTokens: number): Encoding {
  const a = tokenizer.pieces(tokenizer.words(first));
  const b = tokenizer.pieces(tokenizer.words(second));
  const [keptA, keptB] = longestFirst(a.ids.length, b.ids.length, room(maxTokens, 3));
  return join(tokenizer, [
    { pieces: a, kept: keptA, type: 0 },
    { pieces: b, kept: keptB, type: 1 },
  ]);
}

/** Lengths of both after cutting to `room` in all: the longer gives way first, down to the shorter; then both to a half. */
function longestFirst(a: number, b: number, room: number): [number, number] {
  if (a + b <= room) return [a, b];
  const short = Math.min(a, b);
  const half = Math.floor(room / 2);
  const [forShort, forLong] = short <= half ? [short, room - short] : [half, room - half];
  return a <= b ? [forShort, forLong] : [forLong, forShort];
}

function room(maxTokens: number, special: number): number {
  if (!Number.isInteger(maxTokens) || maxTokens <= special) {
    throw new Error(`maxTokens: expected an integer above the ${special} special tokens, got ${maxTokens}`);
  }
  return maxTokens - special;
}

function join(tokenizer: WordPiece, parts: readonly { pieces: Pieces; kept: number; type: number }[]): Encoding {
  const out = { ids: [] as number[], types: [] as number[], starts: [] as number[], ends: [] as number[], words: [] as number[] };
  const push = (id: number, type: number, start: number, end: number, word: number) => {
    out.ids.push(id);
    out.types.push(type);
    out.starts.push(start);
    out.ends.push(end);
    out.words.push(word);
  };
  push(tokenizer.special.start, 0, 0, 0, -1);
  for (const { pieces, kept, type } of parts) {
    for (let i = 0; i < kept; i++) {
      push(pieces.ids[i] as number, type, pieces.starts[i] as number, pieces.ends[i] as number, pieces.words[i] as number);
    }
    push(tokenizer.special.separator, type, 0, 0, -1);
  }
  return out;
}

/** Row-major, `[rows, tokens]` each. A row beyond the encodings is padding throughout. */
export interface PaddedBatch {
  readonly rows: number;
  readonly tokens: number;
  readonly ids: Int32Array;
  readonly types: Int32Array;
  /** 1 for a token, 0 for padding. */
  readonly mask: Int32Array;
}

/** Throws when the encodings do not fit: more than `rows`, or one longer than `tokens`. */
export function padBatch(encodings: readonly Encoding[], rows: number, tokens: number, pad: number): PaddedBatch {
  if (encodings.length > rows) throw new Error(`padBatch: expected at most ${rows} encodings, got ${encodings.length}`);
  const ids = new Int32Array(rows * tokens).fill(pad);
  const types = new Int32Array(rows * tokens);
  const mask = new Int32Array(rows * tokens);
  encodings.forEach((encoding, row) => {
    if (encoding.ids.length > tokens) {
      throw new Error(`padBatch: expected at most ${tokens} tokens, got ${encoding.ids.length} in row ${row}`);
    }
    ids.set(encoding.ids, row * tokens);
    types.set(encoding.types, row * tokens);
    mask.fill(1, row * tokens, row * tokens + encoding.ids.length);
  });
  return { rows, tokens, ids, types, mask };
}
