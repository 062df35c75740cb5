// SeqMix (Zhang et al. 2020; App. E): tokens of two few-shot sequences mixed by their embeddings, with mixed tags, for stage II. Knows no device.

import { turn } from "../base/async.ts";
import { throwIfAborted } from "../base/errors.ts";
import { beta, type Rng, rng } from "../base/rng.ts";
import type { Encoder } from "../classifier/encoder-files.ts";
import { type Input, inputOf, outputNames, type Share } from "../classifier/task-head.ts";
import { bertParameters } from "../nn/bert.ts";
import { ignoredLabel } from "../text/bio.ts";
import type { Weight } from "../weights/weight.ts";
import { type TokenSearch, tokenSearch } from "./nearest-token.ts";
import { compatibleWindows, type Window } from "./seqmix-windows.ts";
import type { Material, MethodOf, TrainingMethodRow } from "./training-method.ts";

type SeqMix = MethodOf<"seqmix">;

/** After so many draws in a row that give nothing new, there is nothing more to make. */
const mostTries = 50;
/** Mixed texts that a remark shows. */
const shown = 3;

export const seqmix: TrainingMethodRow<SeqMix> = {
  begins: "stage-one",
  rows: 1,
  classifier: () => ({}),
  async prepare(method, material, signal) {
    const { few, epochs, task, encoder, config, size } = material;
    const maxTokens = Math.min(config.maxTokens, encoder.config.maxPositions, encoder.maxTokens ?? Number.POSITIVE_INFINITY);
    const inputs = few.map((example) => inputOf(task, encoder.tokenizer, example, maxTokens));
    const { windows, bar } = compatibleWindows(inputs, method, outputNames(task));
    const draws = rng(config.seed, "seqmix", task.id);
    const { vocabulary } = encoder.tokenizer;
    const search = tokenSearch(
      wordEmbeddings(encoder),
      (row) => row < vocabulary.length && !isSpecial(vocabulary[row] as string),
    );
    const made = await madeOf({ method, inputs, windows, size, search, draws }, signal);
    return {
      stage: { id: "synthetic", examples: few, epochs, made },
      remarks: remarksOf(method, material, { made, windows, bar }),
    };
  },
};

/** Special tokens, and those that a vocabulary reserves: their rows were never trained. */
const isSpecial = (piece: string) => /^\[[^\s\]]+\]$/.test(piece);

function wordEmbeddings({ config, weights }: Encoder): Weight {
  const { name, aliases } = bertParameters(config)[0] as ReturnType<typeof bertParameters>[number];
  const found = [name, ...aliases].map((alias) => weights.get(alias)).find((weight) => weight !== undefined);
  if (!found) throw new Error(`seqmix: the encoder has no ${name}`);
  return found;
}

interface Making {
  readonly method: SeqMix;
  readonly inputs: readonly Input[];
  readonly windows: readonly Window[];
  readonly size: number;
  readonly search: TokenSearch;
  readonly draws: Rng;
}

/** At most `size` sequences, none of them twice. */
async function madeOf({ method, inputs, windows, size, search, draws }: Making, signal: AbortSignal): Promise<Input[]> {
  const made: Input[] = [];
  const known = new Set(inputs.map(({ encoding }) => encoding.ids.join()));
  for (let tries = 0; windows.length > 0 && made.length < size && tries < mostTries; tries++) {
    await turn();
    throwIfAborted(signal);
    const a = draws.pick(windows);
    const b = draws.pick(windows.filter((other) => other.group === a.group && other.sequence !== a.sequence));
    const share = beta(method.alpha, method.alpha, () => draws.next());
    for (const mixed of mixedSequences(inputs, [a, b], share, method, search)) {
      const key = mixed.encoding.ids.join();
      if (known.has(key) || made.length >= size) continue;
      known.add(key);
      made.push(mixed);
      tries = -1;
    }
  }
  return made;
}

/** The sequences of both windows with the mixed window in the place of their own; one of whole sequences, for both would be equal. */
export function mixedSequences(
  inputs: readonly Input[],
  [a, b]: readonly [Window, Window],
  share: number,
  { variant }: Pick<SeqMix, "variant">,
  search: TokenSearch,
): Input[] {
  const [ofA, ofB] = [inputs[a.sequence] as Input, inputs[b.sequence] as Input];
  const pieces = Array.from({ length: a.length }, (_, i) => ({
    id: search.nearest(ofA.encoding.ids[a.start + i] as number, ofB.encoding.ids[b.start + i] as number, share),
    shares: mixedShares(ofA.targets[a.start + i] as number, ofB.targets[b.start + i] as number, share),
  }));
  const places: readonly (readonly [Input, Window])[] =
    variant === "whole"
      ? [[ofA, a]]
      : [
          [ofA, a],
          [ofB, b],
        ];
  return places.map(([input, { start }]) => withWindow(input, start, pieces));
}

/** share of one tag and the rest of the other; of a piece that carries no tag nothing is asked. */
export function mixedShares(a: number, b: number, share: number): Share[] {
  if (a === b) return a === ignoredLabel ? [] : [{ output: a, share: 1 }];
  const both = [
    { output: a, share },
    { output: b, share: 1 - share },
  ];
  return both.filter(({ output }) => output !== ignoredLabel);
}

function withWindow(
  input: Input,
  start: number,
  pieces: readonly { readonly id: number; readonly shares: readonly Share[] }[],
): Input {
  const { encoding, targets } = input;
  const inside = (i: number) => pieces[i - start];
  return {
    ...input,
    encoding: { ...encoding, ids: encoding.ids.map((id, i) => inside(i)?.id ?? id) },
    soft: targets.map((output, i) => inside(i)?.shares ?? mixedShares(output, output, 1)),
  };
}

interface Made {
  readonly made: readonly Input[];
  readonly windows: readonly Window[];
  readonly bar: number;
}

const places: Readonly<Record<SeqMix["variant"], (window: number) => string>> = {
  whole: () => "one length in tokens",
  window: (window) => `windows of ${window} tokens that begin at an entity`,
  "same-tags": (window) => `windows of ${window} tokens with the same tags that begin at an entity`,
};

function remarksOf({ variant, window }: SeqMix, { few, encoder }: Material, { made, windows, bar }: Made): string[] {
  const of = places[variant](window);
  if (made.length === 0) {
    return [`SeqMix made no sequence: no two few-shot texts have ${of}. Stage II goes through the few-shot set once more.`];
  }
  const texts = new Set(windows.map(({ sequence }) => sequence)).size;
  const tags = `${bar} entity ${bar === 1 ? "tag" : "tags"}`;
  const { vocabulary, config } = encoder.tokenizer;
  return [
    `SeqMix made ${made.length} sequences from ${texts} of ${few.length} few-shot texts, which have ${of}, with at least ${tags}.`,
    ...made.slice(0, shown).map((input) => `SeqMix wrote: ${textOf(input, vocabulary, config.continuation)}`),
  ];
}

/** The pieces as words, as far as they are some. */
function textOf({ encoding }: Input, vocabulary: readonly string[], continuation: string): string {
  const pieces = encoding.ids.slice(1, -1).map((id) => vocabulary[id] ?? "");
  return pieces.join(" ").replaceAll(` ${continuation}`, "");
}
