// Pieces for masked places of an example, all masked at once, by a masked model. Knows no use of them.

import type { Example } from "../tasks/example.ts";
import type { WordPiece } from "../text/word-piece.ts";
import { bucketOf, lengthBuckets } from "./batches.ts";
import { inferenceFeeds } from "./feeds.ts";
import type { MaskedInput, MaskPlace } from "./masked-input.ts";
import type { MaskedModel } from "./masked-model.ts";

/** What may stand at a masked place: pieces of the kind that stood there, so that words stay words. */
export interface Fillings {
  /** Drawn from the softmax at temperature 1 by `u`, uniform in [0, 1). */
  drawn(u: number): string;
  /** The likeliest so many, the likeliest first. */
  likeliest(count: number): readonly string[];
}

export interface Filler {
  /** The example as the model reads it. `length` counts special tokens. */
  places(example: Example): { readonly length: number; readonly condition: number; readonly places: readonly MaskPlace[] };
  /** `masked` are indices of places. Errors: the trainer's. */
  fill(example: Example, masked: readonly number[]): Promise<readonly Fillings[]>;
}

export function maskFiller(model: MaskedModel): Filler {
  const { trainer, mask, maxTokens, encoder } = model;
  const { vocabulary, special } = encoder.tokenizer;
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
      const chosen = masked.map((i) => places[i] as MaskPlace);
      const hidden = new Set(chosen.map(({ at }) => at));
      const ids = encoding.ids.map((id, at) => (hidden.has(at) ? mask : id));
      const input = { encoding: { ...encoding, ids }, words: [], targets: [] };
      const tokens = bucketOf(ids.length, maxTokens, lengthBuckets[trainer.device]);
      const layout = { rows: 1, pad: special.pad };
      const { data, shape } = await trainer.infer(inferenceFeeds([input], { indices: [0], tokens }, layout));
      const size = shape.at(-1) as number;
      return chosen.map(({ at, begins }) =>
        fillingsOf(data.subarray(at * size, (at + 1) * size), begins ? kinds.begin : kinds.go, vocabulary, encoder.tokenizer),
      );
    },
  };
}

/** Ids of pieces that begin a word, and of those that go on with one. Special, unused and added tokens are neither. */
function kindsOf({ vocabulary, added, config }: WordPiece): {
  readonly begin: readonly number[];
  readonly go: readonly number[];
} {
  const whole = new Set(added.values());
  const plain = [...vocabulary.keys()].filter((id) => !whole.has(id) && !/^\[.+\]$/.test(vocabulary[id] as string));
  const goesOn = (id: number) => {
    const piece = vocabulary[id] as string;
    return piece.length > config.continuation.length && piece.startsWith(config.continuation);
  };
  return { begin: plain.filter((id) => !goesOn(id)), go: plain.filter(goesOn) };
}

function fillingsOf(
  scores: Float32Array | Int32Array,
  ids: readonly number[],
  vocabulary: readonly string[],
  { config }: WordPiece,
): Fillings {
  const scoreOf = (id: number) => scores[id] as number;
  const textOf = (id: number) => {
    const piece = vocabulary[id] as string;
    return piece.startsWith(config.continuation) && piece !== config.continuation
      ? piece.slice(config.continuation.length)
      : piece;
  };
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
