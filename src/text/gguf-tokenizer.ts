// The byte-level BPE tokenizer of a GGUF file, from the file's own tables. Knows no file format: the metadata comes in as a map.

import { Tokenizer } from "@huggingface/tokenizers";
import { ClinfuseError } from "../base/errors.ts";
import { textOfPieces } from "./byte-level.ts";
import { type ByteLevelTokenizer, endNames, withText } from "./byte-level-tokenizer.ts";
import { addedToken } from "./transformers-tokenizer.ts";

export interface GgufTokenizer extends ByteLevelTokenizer {
  /** Put before every prompt that does not begin with it, as llama.cpp does by the file's add_bos_token; absent for none. */
  readonly begin?: number;
  /** Names that a chat template may use, with their texts. */
  readonly specialTokens: { readonly bos_token?: string; readonly eos_token?: string; readonly pad_token?: string };
}

const gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const modern = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

interface Cutting {
  /** Each cuts the pieces of the one before, matches and gaps both kept. */
  readonly patterns: readonly string[];
  readonly normalize?: "NFC";
  /** A word that is in the vocabulary is one token, whatever the merges say. */
  readonly wholeWords?: boolean;
  /** Begins a prompt with the file's first token where the file does not say. */
  readonly begins?: boolean;
}

/** By `tokenizer.ggml.pre`: the names of llama.cpp, the patterns of the models' own tokenizer.json. */
const cuttings: Readonly<Record<string, Cutting>> = {
  "gpt-2": { patterns: [gpt2] },
  gpt2: { patterns: [gpt2] },
  smollm: { patterns: ["\\p{N}", gpt2] },
  "llama-bpe": { patterns: [modern("\\p{N}{1,3}")], wholeWords: true, begins: true },
  llama3: { patterns: [modern("\\p{N}{1,3}")], wholeWords: true, begins: true },
  qwen2: { patterns: [modern("\\p{N}")], normalize: "NFC" },
};

/**
 * Id of the tokens that begin and end a text where the file names none, or one outside of its vocabulary: the default of llama.cpp for the tokenizer
 * model gpt2 (src/llama-vocab.cpp, `llama_vocab::impl::load`). It has none for padding.
 */
const defaultId = 11;

const control = 3; // llama.cpp's types of tokens
const userDefined = 4;

type Metadata = ReadonlyMap<string, unknown>;

/** Throws `model-unsupported` for a tokenizer of another kind, by its name, or for tables that make no sense. `file` is for messages. */
export function readGgufTokenizer(metadata: Metadata, file: string): GgufTokenizer {
  const no = (what: string, got: unknown, expected: string): ClinfuseError => {
    const shown = got === undefined ? "absent" : JSON.stringify(got)?.slice(0, 60);
    const place = { file, what, got: shown ?? String(got), expected };
    return new ClinfuseError("model-unsupported", `${file}: ${what} is ${shown}; expected ${expected}`, place);
  };
  const model = metadata.get("tokenizer.ggml.model");
  if (model !== "gpt2") throw no("tokenizer.ggml.model", model, "gpt2 (byte-level BPE)");
  const pre = metadata.get("tokenizer.ggml.pre");
  const cutting = typeof pre === "string" && Object.hasOwn(cuttings, pre) ? cuttings[pre] : undefined;
  if (!cutting) throw no("tokenizer.ggml.pre", pre, Object.keys(cuttings).join(", "));
  const strings = (key: string): readonly string[] => {
    const list = metadata.get(key);
    if (!Array.isArray(list) || list.length === 0 || !list.every((s) => typeof s === "string"))
      throw no(key, list, "a list of texts");
    return list as string[];
  };
  const vocabulary = strings("tokenizer.ggml.tokens");
  const types = metadata.get("tokenizer.ggml.token_type");
  if (!Array.isArray(types) || types.length !== vocabulary.length)
    throw no("tokenizer.ggml.token_type", types, "a type for each token");
  const idsOfType = (type: number) => vocabulary.flatMap((_, id) => (types[id] === type ? [id] : []));
  const controls = idsOfType(control);
  const users = idsOfType(userDefined);
  const named = (key: string): number | undefined => {
    const id = metadata.get(`tokenizer.ggml.${key}`);
    return typeof id === "number" && id in vocabulary ? id : undefined;
  };
  const fallback = defaultId in vocabulary ? defaultId : undefined;
  const bos = named("bos_token_id") ?? fallback;
  const eos = named("eos_token_id") ?? fallback;
  const endIds = [eos, named("eot_token_id"), named("eom_token_id")].filter((id) => id !== undefined);
  const verbatim = new Set([...controls, ...users]); // the others are written in byte-level characters
  const textOf = (id: number) => (verbatim.has(id) ? (vocabulary[id] as string) : textOfPieces([vocabulary[id] as string]));
  const piece = (name: string, id: number | undefined) => (id === undefined ? {} : { [name]: textOf(id) });
  const tokenizer = byteLevelTokenizer(vocabulary, strings("tokenizer.ggml.merges"), cutting, [
    ...controls.map((id) => ({ id, special: true })),
    ...users.map((id) => ({ id, special: false })),
  ]);
  if (metadata.get("tokenizer.ggml.add_eos_token") === true) throw no("tokenizer.ggml.add_eos_token", true, "false");
  const begins = (metadata.get("tokenizer.ggml.add_bos_token") ?? cutting.begins ?? false) === true;
  const begin = begins ? bos : undefined;
  if (begins && begin === undefined)
    throw no("tokenizer.ggml.bos_token_id", metadata.get("tokenizer.ggml.bos_token_id"), "the token that begins a prompt");
  const ends = new Set([...endIds, ...[...controls, ...users].filter((id) => endNames.has(vocabulary[id] as string))]);
  const pieces = { vocabulary, ends, controls: new Set(controls) };
  return {
    ...withText(pieces, (text) => tokenizer.encode(text, { add_special_tokens: false }).ids),
    ...(begin === undefined ? {} : { begin }),
    specialTokens: {
      ...piece("bos_token", bos),
      ...piece("eos_token", eos),
      ...piece("pad_token", named("padding_token_id")),
    },
  };
}

function byteLevelTokenizer(
  vocabulary: readonly string[],
  merges: readonly string[],
  cutting: Cutting,
  added: readonly { readonly id: number; readonly special: boolean }[],
): Tokenizer {
  const split = (pattern: string) => ({ type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false });
  const json = {
    added_tokens: added.map(({ id, special }) => addedToken(id, vocabulary[id] as string, special)),
    normalizer: cutting.normalize ? { type: cutting.normalize } : null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        ...cutting.patterns.map(split),
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: null,
    model: {
      type: "BPE",
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      merges,
      ignore_merges: cutting.wholeWords ?? false,
    },
  };
  return new Tokenizer(json, { clean_up_tokenization_spaces: false });
}
