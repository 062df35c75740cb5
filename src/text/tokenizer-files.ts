// A BERT tokenizer from the files beside its weights: tokenizer.json, or vocab.txt with tokenizer_config.json. Knows no disk.

import { ClinfuseError } from "../base/errors.ts";
import { type SpecialTokens, uncased, type WordPiece, type WordPieceConfig, wordPiece } from "./word-piece.ts";

/** Names of the files that hold a tokenizer, the one preferred first. */
export const tokenizerFileNames = ["tokenizer.json", "vocab.txt", "tokenizer_config.json", "added_tokens.json"] as const;

/** A tokenizer as `transformers` would open the folder. */
export interface FolderTokenizer {
  readonly tokenizer: WordPiece;
  /** tokenizer_config.json's model_max_length, special tokens counted; absent where it states none. */
  readonly maxTokens?: number;
  /** Remarks for the user, a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * Reads a WordPiece tokenizer from files' texts by name, as `transformers` 4.46 and 5.24 do: the pieces of tokenizer.json, else of vocab.txt; case
 * and accents as tokenizer_config.json has them, BERT's defaults where it says nothing, whatever tokenizer.json says, unless its class is the one
 * without choices of its own. Errors: `file-missing` when there are no pieces; `file-malformed` for what does not parse, lacks a special token or
 * has a choice that is no choice; `model-unsupported` for a tokenizer of another kind.
 */
export function readTokenizer(files: ReadonlyMap<string, string>): FolderTokenizer {
  const settings = parseIfAny(settingsFile, files);
  const json = files.get("tokenizer.json");
  const vocab = files.get("vocab.txt");
  if (json === undefined && vocab === undefined) {
    throw new ClinfuseError("file-missing", "the folder has neither tokenizer.json nor vocab.txt", { file: "vocab.txt" });
  }
  const { tokenizer, cut } =
    json === undefined
      ? fromVocabulary(vocab as string, settings, parseIfAny("added_tokens.json", files))
      : fromTokenizerJson(json, settings);
  const limit = settings.model_max_length;
  // Without a limit transformers writes 1e30.
  const limited = typeof limit === "number" && Number.isInteger(limit) && limit > 0 && limit < 1e9;
  const remarks = [caseRemark(tokenizer, settings), cutRemark(cut)].filter((remark) => remark !== undefined);
  return { tokenizer, ...(limited ? { maxTokens: limit } : {}), remarks };
}

const settingsFile = "tokenizer_config.json";

/** Classes that keep tokenizer.json's own normalizer. Every other one is BERT's, which has its own choices. */
const plainClasses: readonly unknown[] = ["PreTrainedTokenizerFast", "TokenizersBackend"];

/** A choice of tokenizer_config.json; `usual` where it is absent. Throws `file-malformed` for anything but true and false. */
function choice<T>(settings: Json, name: string, usual: T): boolean | T {
  const value = settings[name];
  if (value === undefined) return usual;
  if (typeof value === "boolean" || value === usual) return value as boolean | T;
  throw malformed(settingsFile, `${name} is ${JSON.stringify(value)}; expected true or false`);
}

/** Case and accents by tokenizer_config.json, with BERT's defaults. */
function chosen(settings: Json): Pick<WordPieceConfig, "lowercase" | "stripAccents" | "splitIdeographs"> {
  const lowercase = choice(settings, "do_lower_case", true);
  return {
    lowercase,
    stripAccents: choice(settings, "strip_accents", null) ?? lowercase,
    splitIdeographs: choice(settings, "tokenize_chinese_chars", true),
  };
}

/** A vocabulary with capitals that no text reaches was made for text as it is. */
function caseRemark({ vocabulary, config }: WordPiece, settings: Json): string | undefined {
  if (!config.lowercase || settings.do_lower_case !== undefined) return undefined;
  const capitals = vocabulary.filter((piece) => !/^\[.*\]$/.test(piece) && piece !== piece.toLowerCase()).length;
  if (capitals < vocabulary.length / 100) return undefined;
  const share = `${capitals} of its ${vocabulary.length} pieces have capitals`;
  return `The tokenizer reads text in lower case, though ${share}: no do_lower_case in tokenizer_config.json says otherwise, and transformers reads it so too.`;
}

/** Added words named in a remark, at most. */
const mostNamed = 5;

function cutRemark(words: readonly string[]): string | undefined {
  if (words.length === 0) return undefined;
  const named = `${words.slice(0, mostNamed).join(", ")}${words.length > mostNamed ? " and others" : ""}`;
  const were = words.length === 1 ? "1 word was" : `${words.length} words were`;
  return `${were} added to the tokenizer, which transformers reads whole: here the text is cut as if they had not been (${named}).`;
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function parse(file: string, text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed(file, `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isObject(value)) throw malformed(file, "it is not a JSON object");
  return value;
}

function parseIfAny(file: string, files: ReadonlyMap<string, string>): Json {
  const text = files.get(file);
  return text === undefined ? {} : parse(file, text);
}

function malformed(file: string, why: string): ClinfuseError {
  return new ClinfuseError("file-malformed", `${file}: ${why}`, { file, what: why });
}

function unsupported(what: string, got: unknown, expected: string): ClinfuseError {
  const text = String(got);
  return new ClinfuseError("model-unsupported", `tokenizer.json: ${what} is ${text}; expected ${expected}`, {
    file: "tokenizer.json",
    what,
    got: text,
    expected,
  });
}

interface Read {
  readonly tokenizer: WordPiece;
  /** See `cutTokens`. */
  readonly cut: readonly string[];
}

function fromTokenizerJson(text: string, settings: Json): Read {
  const file = "tokenizer.json";
  const json = parse(file, text);
  const { model, normalizer, pre_tokenizer: cutter } = json;
  if (!isObject(model)) throw malformed(file, "it has no model with a vocabulary");
  // Files older than the field `type` say WordPiece by its own field; a list of pieces with their scores is SentencePiece's.
  const older = "continuing_subword_prefix" in model ? "WordPiece" : Array.isArray(model.vocab) ? "Unigram" : undefined;
  const type = model.type ?? older;
  if (type !== "WordPiece")
    throw unsupported("the model's type", type === "Unigram" ? "Unigram (SentencePiece)" : type, "WordPiece");
  if (!isObject(model.vocab)) throw malformed(file, "it has no model with a vocabulary");
  if (!isObject(normalizer) || normalizer.type !== "BertNormalizer") {
    throw unsupported("the normalizer", isObject(normalizer) ? normalizer.type : normalizer, "BertNormalizer");
  }
  if (!isObject(cutter) || cutter.type !== "BertPreTokenizer") {
    throw unsupported("the pre-tokenizer", isObject(cutter) ? cutter.type : cutter, "BertPreTokenizer");
  }
  const added = Array.isArray(json.added_tokens) ? json.added_tokens.filter(isObject) : [];
  const vocabulary = columnOf(file, [...Object.entries(model.vocab), ...added.map((t) => [String(t.content), t.id] as const)]);
  const lowercase = normalizer.lowercase !== false;
  const own = {
    lowercase,
    stripAccents: typeof normalizer.strip_accents === "boolean" ? normalizer.strip_accents : lowercase,
    splitIdeographs: normalizer.handle_chinese_chars !== false,
  };
  const config: WordPieceConfig = {
    ...(plainClasses.includes(settings.tokenizer_class) ? own : chosen(settings)),
    cleanText: normalizer.clean_text !== false,
    continuation: typeof model.continuing_subword_prefix === "string" ? model.continuing_subword_prefix : uncased.continuation,
    longestWord: typeof model.max_input_chars_per_word === "number" ? model.max_input_chars_per_word : uncased.longestWord,
  };
  const unknown = typeof model.unk_token === "string" ? model.unk_token : "[UNK]";
  const special = specialTokens(file, vocabulary, { ...settings, unk_token: unknown });
  const tokenizer = wordPiece(vocabulary, special, config, wholeTokens(added, model.vocab));
  return { tokenizer, cut: cutTokens(tokenizer, added, model.vocab) };
}

/** Added tokens that are matched in the normalised text, as far as the pieces of a word are another thing. */
function cutTokens(tokenizer: WordPiece, added: readonly Json[], vocab: Json): readonly string[] {
  const cut = added.filter(({ content, id, normalized }) => {
    if (normalized !== true || Object.hasOwn(vocab, String(content))) return false;
    const { ids } = tokenizer.pieces(tokenizer.words(String(content)));
    return ids.length !== 1 || ids[0] !== id;
  });
  return cut.map(({ content }) => String(content));
}

/** Tokens that were added to the model's own pieces; a text's `[SEP]` stays text. */
function wholeTokens(added: readonly Json[], vocab: Json): ReadonlyMap<string, number> {
  const whole = added.filter(({ content, normalized }) => !Object.hasOwn(vocab, String(content)) && normalized !== true);
  return new Map(whole.map(({ content, id }) => [String(content), id as number]));
}

function columnOf(file: string, entries: readonly (readonly [string, unknown])[]): string[] {
  const vocabulary: string[] = [];
  for (const [piece, id] of entries) {
    // A hostile id must not make an array of four thousand million.
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= 2 * entries.length + 1000) {
      throw malformed(file, `the id of ${JSON.stringify(piece)} is ${String(id)}`);
    }
    vocabulary[id] = piece;
  }
  return Array.from(vocabulary, (piece, id) => piece ?? `[unused id ${id}]`);
}

/** `tokens`: ids by content, of added_tokens.json. */
function fromVocabulary(text: string, settings: Json, tokens: Json): Read {
  const file = "vocab.txt";
  refuseOtherClass(settings);
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop(); // an editor's
  if (lines.length === 0) throw new ClinfuseError("file-empty", "vocab.txt holds no pieces", { file });
  const pieces = Object.fromEntries(lines.map((piece, id) => [piece, id]));
  const added = addedBeside(settings, tokens).filter(({ content }) => !Object.hasOwn(pieces, String(content)));
  const entries = [...lines.map((piece, id) => [piece, id] as const), ...added.map((t) => [String(t.content), t.id] as const)];
  const vocabulary = columnOf(isObject(settings.added_tokens_decoder) ? settingsFile : "added_tokens.json", entries);
  const special = specialTokens(file, vocabulary, settings);
  const tokenizer = wordPiece(vocabulary, special, { ...uncased, ...chosen(settings) }, wholeTokens(added, pieces));
  return { tokenizer, cut: cutTokens(tokenizer, added, pieces) };
}

/** Tokens added to a vocabulary: those of tokenizer_config.json, else of the older added_tokens.json, which transformers matches in normalised text. */
function addedBeside({ added_tokens_decoder: decoder }: Json, tokens: Json): readonly Json[] {
  if (!isObject(decoder)) return Object.entries(tokens).map(([content, id]) => ({ content, id, normalized: true }));
  return Object.entries(decoder).flatMap(([id, token]) => (isObject(token) ? [{ ...token, id: Number(id) }] : []));
}

/** Classes whose vocab.txt is no WordPiece of BERT's words. */
const otherClasses =
  /^(BertJapanese|Bertweet|Phobert|Roberta|XLMRoberta|Camembert|Deberta|DebertaV2|Albert|XLNet|Herbert|BertGeneration|GPT2|T5|Canine)Tokenizer(Fast)?$/;

function refuseOtherClass({ tokenizer_class: name }: Json): void {
  if (typeof name !== "string" || !otherClasses.test(name)) return;
  const why = `${settingsFile}: the tokenizer is a ${name}, which cuts text in another way than BERT's`;
  throw new ClinfuseError("model-unsupported", why, { file: settingsFile, what: "tokenizer_class", got: name });
}

function specialTokens(file: string, vocabulary: readonly string[], names: Json): SpecialTokens {
  /** The usual one where the named one is not in the vocabulary. */
  const idIfAny = (field: string, usual: string): number | undefined =>
    [nameOf(names[field]) ?? usual, usual].map((token) => vocabulary.indexOf(token)).find((found) => found >= 0);
  const idOf = (field: string, usual: string): number => {
    const id = idIfAny(field, usual);
    if (id === undefined) throw malformed(file, `it has no ${nameOf(names[field]) ?? usual}`);
    return id;
  };
  const mask = idIfAny("mask_token", "[MASK]");
  return {
    pad: idOf("pad_token", "[PAD]"),
    unknown: idOf("unk_token", "[UNK]"),
    start: idOf("cls_token", "[CLS]"),
    separator: idOf("sep_token", "[SEP]"),
    ...(mask === undefined ? {} : { mask }),
  };
}

/** A token of the settings: its text, or an object that holds it. */
const nameOf = (token: unknown): string | undefined =>
  typeof token === "string" ? token : isObject(token) ? String(token.content) : undefined;
