// Tokens added to a WordPiece tokenizer and to its files. Knows no model.

import { addedToken, transformersTokenizer } from "./transformers-tokenizer.ts";
import { type WordPiece, wordPiece } from "./word-piece.ts";

export interface ExtendedTokenizer {
  readonly tokenizer: WordPiece;
  /** With a tokenizer.json that has the tokens; vocab.txt, which cannot say that a token is whole, is gone. */
  readonly files: ReadonlyMap<string, string>;
  /** Ids of the tokens that are new, in their order. */
  readonly ids: readonly number[];
}

/** Each token is matched in the text as it is, before anything is normalised, as tokenizers' added tokens are. Those that are known stay. */
export function addTokens(
  tokenizer: WordPiece,
  files: ReadonlyMap<string, string>,
  tokens: readonly string[],
): ExtendedTokenizer {
  const { vocabulary, special, config, added } = tokenizer;
  const fresh = [...new Set(tokens)].filter((token) => !added.has(token));
  if (fresh.length === 0) return { tokenizer, files, ids: [] };
  const ids = fresh.map((_, i) => vocabulary.length + i);
  const all = new Map([...added, ...fresh.map((token, i) => [token, ids[i] as number] as const)]);
  const extended = wordPiece([...vocabulary, ...fresh], special, config, all);
  const json = files.get("tokenizer.json") ?? transformersTokenizer(tokenizer).get("tokenizer.json");
  const { added_tokens: known = [], ...rest } = JSON.parse(json as string);
  const entries = fresh.map((content, i) => addedToken(ids[i] as number, content));
  const settings = files.get("tokenizer_config.json") ?? transformersTokenizer(tokenizer).get("tokenizer_config.json");
  return {
    tokenizer: extended,
    files: new Map([
      ["tokenizer.json", JSON.stringify({ ...rest, added_tokens: [...known, ...entries] })],
      ["tokenizer_config.json", settings as string],
    ]),
    ids,
  };
}
