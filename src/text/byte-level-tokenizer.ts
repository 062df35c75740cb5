// The port of a decoder's byte-level BPE tokenizer, and one from the hub's tokenizer.json. Knows no model.

import { Tokenizer } from "@huggingface/tokenizers";
import { ClinfuseError } from "../base/errors.ts";
import { textOfPieces } from "./byte-level.ts";

/** A byte-level vocabulary as a grammar needs it. */
export interface ByteLevelVocabulary {
  /** Byte-level pieces by id. */
  readonly vocabulary: readonly string[];
  /** Ids that are markup and no text: left out of decoded text. */
  readonly controls: ReadonlySet<number>;
  /** Ids at which a completion ends. */
  readonly ends: ReadonlySet<number>;
}

export interface ByteLevelTokenizer extends ByteLevelVocabulary {
  /** Text to ids. The names of special tokens in the text give those tokens; none is added. */
  encode(text: string): number[];
  /** Ids to text, without control tokens, and without a character that is not yet whole. */
  decode(ids: readonly number[]): string;
}

/** Tokens that end a completion besides the model's own end ids, as llama.cpp has it. */
export const endNames: ReadonlySet<string> = new Set([
  "<|eot_id|>",
  "<|eom_id|>",
  "<|im_end|>",
  "<|end|>",
  "<|return|>",
  "<|endoftext|>",
  "<|end_of_text|>",
  "<end_of_turn>",
  "<end_of_utterance>",
  "<EOT>",
  "_<EOT>",
  "</s>",
]);

type Json = Readonly<Record<string, unknown>>;

/** Vocabulary of a tokenizer.json, with those of its special tokens that end a completion by their name; undefined where the tokenizer is of another kind: its pieces are then no text that a grammar could be held against. */
export function byteLevelVocabulary(json: Json, ends: ReadonlySet<number>): ByteLevelVocabulary | undefined {
  const model = json.model as Json | null | undefined;
  if (!model || typeof model.vocab !== "object" || !isByteLevel(json.decoder)) return undefined;
  const vocabulary: string[] = [];
  for (const [piece, id] of Object.entries(model.vocab as Json)) if (isId(id)) vocabulary[id] = piece;
  const controls = new Set<number>();
  const named = new Set<number>();
  for (const added of Array.isArray(json.added_tokens) ? (json.added_tokens as Json[]) : []) {
    if (!isId(added.id)) continue;
    vocabulary[added.id] = String(added.content);
    if (added.special === true) controls.add(added.id);
    if (added.special === true && endNames.has(String(added.content))) named.add(added.id);
  }
  for (let id = 0; id < vocabulary.length; id++) {
    if (vocabulary[id] !== undefined) continue;
    vocabulary[id] = ""; // a gap in the table
    controls.add(id);
  }
  return { vocabulary, controls, ends: new Set([...ends, ...named]) };
}

const isId = (id: unknown): id is number => Number.isInteger(id) && (id as number) >= 0 && (id as number) < 2 ** 22;

function isByteLevel(decoder: unknown): boolean {
  if (decoder === null || typeof decoder !== "object") return false;
  const { type, decoders } = decoder as { type?: unknown; decoders?: unknown };
  return type === "ByteLevel" || (Array.isArray(decoders) && decoders.some(isByteLevel));
}

/** Throws `model-unsupported` for a tokenizer of another kind, or one that does not parse. `file` is for messages. */
export function hubTokenizer(json: Json, ends: ReadonlySet<number>, file: string): ByteLevelTokenizer {
  const vocabulary = byteLevelVocabulary(json, ends);
  const no = (what: string, cause?: unknown) =>
    new ClinfuseError("model-unsupported", `${file}: ${what}`, { file, what }, cause === undefined ? {} : { cause });
  if (!vocabulary) throw no("its tokenizer is no byte-level BPE");
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(json, { clean_up_tokenization_spaces: false });
  } catch (error) {
    throw no(`its tokenizer cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  return withText(vocabulary, (text) => tokenizer.encode(text, { add_special_tokens: false }).ids);
}

/** `encode` is the tokenizer's own. */
export function withText(vocabulary: ByteLevelVocabulary, encode: (text: string) => number[]): ByteLevelTokenizer {
  const { vocabulary: pieces, controls } = vocabulary;
  return {
    ...vocabulary,
    encode,
    decode: (ids) => textOfPieces(ids.filter((id) => !controls.has(id)).map((id) => pieces[id] ?? "")),
  };
}
