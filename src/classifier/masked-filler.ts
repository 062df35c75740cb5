// Pieces for masked places of an example, all masked at once, by a masked model. Knows no use of them.

import type { Example } from "../tasks/example.ts";
import type { WordPiece, WordPieceConfig } from "../text/word-piece.ts";
import { bucketOf, lengthBuckets } from "./batches.ts";
import { inferenceFeeds } from "./feeds.ts";
import type { EncodedPlace, MaskedInput } from "./masked-input.ts";
import type { MaskedModel } from "./masked-model.ts";

/** Candidates for a masked place: pieces of the kind that stood there, so that words stay words. */
export interface Fillings {
  /** Drawn from the softmax at temperature 1 by `u`, uniform in [0, 1). */
  drawn(u: number): string;
  /** The likeliest so many, the likeliest first. */
  likeliest(count: number): readonly string[];
}

export interface Filler {
  /** The example as the model reads it. `length` counts special tokens. */
  places(example: Example): { readonly length: number; readonly condition: number; readonly places: readonly EncodedPlace[] };
  /** `masked` are indices of places. Errors: the trainer's. */
  fill(example: Example, masked: readonly number[]): Promise<readonly Fillings[]>;
}

export function maskFiller(model: MaskedModel): Filler {
  const { trainer, mask, maxTokens, encoder } = model;
  const { special } = encoder.tokenizer;
  const kinds = kindsOf(encoder.tokenizer);
  const read = new WeakMap<Example, MaskedInput>();
  const inputOf = (example: Example): MaskedInput => {
    const input = read.get(example) ?? model.read(example);
    read.set(example, input);
    return input;
  };
  return {
    places(example) {
      const { encoding, condition, places } = inputOf(example);
      return { length: encoding.ids.length, condition, places };
    },
    async fill(example, masked) {
      const { encoding, places } = inputOf(example);
      const chosen = masked.map((i) => places[i] as EncodedPlace);
      const hidden = new Set(chosen.map(({ at }) => at));
      const ids = encoding.ids.map((id, at) => (hidden.has(at) ? mask : id));
      const input = { encoding: { ...encoding, ids }, words: [], targets: [] };
      const tokens = bucketOf(ids.length, maxTokens, lengthBuckets[trainer.device]);
      const layout = { rows: 1, pad: special.pad };
      const { data, shape } = await trainer.infer(inferenceFeeds([input], { indices: [0], tokens }, layout));
      const size = shape.at(-1) as number;
      return chosen.map((place) =>
        fillingsOf(data.subarray(place.at * size, (place.at + 1) * size), kindAt(kinds, place), encoder.tokenizer),
      );
    },
  };
}

/** Ids of pieces by where they may stand in a word. Special, unused and added tokens stand nowhere. */
interface Kinds {
  /** As a whole word; a mark of punctuation is one. */
  readonly alone: readonly number[];
  /** As the beginning of a word that goes on, and as a later part of one. */
  readonly first: readonly number[];
  readonly later: readonly number[];
}

function kindsOf(tokenizer: WordPiece): Kinds {
  const { vocabulary, added, config } = tokenizer;
  const whole = new Set([...added.values(), ...Object.values(tokenizer.special)]);
  const plain = [...vocabulary.keys()].filter((id) => !whole.has(id) && !/^\[.+\]$/.test(vocabulary[id] as string));
  const goesOn = (id: number) => isLater(vocabulary[id] as string, config);
  /** Punctuation within letters would cut the word in two. */
  const joins = (id: number) => tokenizer.words(`a${surfaceOf(vocabulary[id] as string, config)}a`).length === 1;
  const alone = plain.filter((id) => !goesOn(id));
  return { alone, first: alone.filter(joins), later: plain.filter((id) => goesOn(id) && joins(id)) };
}

const isLater = (piece: string, { continuation }: WordPieceConfig): boolean =>
  piece.length > continuation.length && piece.startsWith(continuation);

const surfaceOf = (piece: string, config: WordPieceConfig): string =>
  isLater(piece, config) ? piece.slice(config.continuation.length) : piece;

const kindAt = (kinds: Kinds, { begins, ends }: EncodedPlace): readonly number[] =>
  begins ? (ends ? kinds.alone : kinds.first) : kinds.later;

function fillingsOf(scores: Float32Array | Int32Array, ids: readonly number[], { vocabulary, config }: WordPiece): Fillings {
  const scoreOf = (id: number) => scores[id] as number;
  const textOf = (id: number) => surfaceOf(vocabulary[id] as string, config);
  return {
    drawn(u) {
      const largest = ids.reduce((most, id) => Math.max(most, scoreOf(id)), Number.NEGATIVE_INFINITY);
      const weights = ids.map((id) => Math.exp(scoreOf(id) - largest));
      let left = u * weights.reduce((sum, x) => sum + x, 0);
      const found = ids.find((_, i) => {
        left -= weights[i] as number;
        return left < 0;
      });
      return textOf(found ?? (ids.at(-1) as number));
    },
    likeliest: (count) =>
      [...ids]
        .sort((a, b) => scoreOf(b) - scoreOf(a) || a - b)
        .slice(0, count)
        .map(textOf),
  };
}
