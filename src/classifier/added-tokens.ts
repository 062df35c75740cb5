// New tokens of an encoder: markers of entities, whole in its tokenizer, with rows of their own in its table. Knows no task and no device.

import { normal, type Rng } from "../base/rng.ts";
import { aliasesOf } from "../nn/bert.ts";
import { addTokens } from "../text/added-tokens.ts";
import type { Weight } from "../weights/weight.ts";
import type { Encoder } from "./encoder-files.ts";

const table = "bert.embeddings.word_embeddings.weight";

/** The encoder's word embeddings, and their name in the checkpoint. */
export function wordTable({ weights }: Pick<Encoder, "weights">): (Weight & { readonly name: string }) | undefined {
  const name = [table, ...aliasesOf(table.slice("bert.".length))].find((alias) => weights.has(alias));
  const found = name === undefined ? undefined : weights.get(name);
  return name !== undefined && found ? { ...found, name } : undefined;
}

/**
 * The encoder with these tokens in its vocabulary, after the last that it has: transformers' add_tokens and resize_token_embeddings. Each has a
 * row drawn as BERT draws its own (normal, the config's deviation), about the mean row of the word that `meanings` has for it. Tokens that it knows do
 * not change.
 */
export function withAddedTokens(
  encoder: Encoder,
  tokens: readonly string[],
  draws: Rng,
  meanings: ReadonlyMap<string, string> = new Map(),
): Encoder {
  const { tokenizer, tokenizerFiles, config } = encoder;
  const extended = addTokens(tokenizer, tokenizerFiles, tokens);
  if (extended.ids.length === 0) return encoder;
  const old = wordTable(encoder);
  if (!old) return encoder; // whoever fits the weights says what is missing
  const hidden = config.hiddenSize;
  const rows = Math.max(config.vocabSize, extended.tokenizer.vocabulary.length);
  const data = new Float32Array(rows * hidden);
  data.set(old.data);
  for (const id of extended.ids) {
    const words = tokenizer.words(meanings.get(extended.tokenizer.vocabulary[id] as string) ?? "");
    const about = tokenizer.pieces(words).ids;
    for (let i = 0; i < hidden; i++) {
      const sum = about.reduce((total, piece) => total + (old.data[piece * hidden + i] as number), 0);
      data[id * hidden + i] = sum / Math.max(1, about.length) + config.initializerRange * normal(() => draws.next());
    }
  }
  const weights = new Map<string, Weight>(encoder.weights).set(old.name, { shape: [rows, hidden], data });
  return {
    ...encoder,
    config: { ...config, vocabSize: rows },
    configJson: { ...encoder.configJson, vocab_size: rows },
    tokenizer: extended.tokenizer,
    tokenizerFiles: extended.files,
    weights,
  };
}
