// A BERT tokenizer from the files beside its weights: tokenizer.json, or vocab.txt with tokenizer_config.json. Knows no disk.

import { ClinfuseError } from "../base/errors.ts";
import { type SpecialTokens, uncased, type WordPiece, type WordPieceConfig, wordPiece } from "./word-piece.ts";

/** Names of the files that hold a tokenizer, the one preferred first. */
export const tokenizerFileNames = ["tokenizer.json", "vocab.txt", "tokenizer_config.json"] as const;

/**
 * Reads a WordPiece tokenizer from files' texts by name. tokenizer.json wins; else vocab.txt, with tokenizer_config.json's
 * choices where it is there (BERT's defaults where not). Errors: `file-missing` when there is neither; `file-malformed` for what
 * does not parse or lacks a special token; `model-unsupported` for a tokenizer of another kind.
 */
export function readTokenizer(files: ReadonlyMap<string, string>): WordPiece {
  const json = files.get("tokenizer.json");
  if (json !== undefined) return fromTokenizerJson(json);
  const vocab = files.get("vocab.txt");
  if (vocab === undefined) {
    throw new ClinfuseError("file-missing", "the folder has neither tokenizer.json nor vocab.txt", { file: "vocab.txt" });
  }
  return fromVocabulary(vocab, files.get("tokenizer_config.json"));
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

function fromTokenizerJson(text: string): WordPiece {
  const file = "tokenizer.json";
  const json = parse(file, text);
  const { model, normalizer, pre_tokenizer: cutter } = json;
  if (!isObject(model) || !isObject(model.vocab)) throw malformed(file, "it has no model with a vocabulary");
  // Files older than the field `type` say WordPiece by its own field.
  if ((model.type ?? ("continuing_subword_prefix" in model ? "WordPiece" : undefined)) !== "WordPiece") {
    throw unsupported("the model's type", model.type, "WordPiece");
  }
  if (!isObject(normalizer) || normalizer.type !== "BertNormalizer") {
    throw unsupported("the normalizer", isObject(normalizer) ? normalizer.type : normalizer, "BertNormalizer");
  }
  if (!isObject(cutter) || cutter.type !== "BertPreTokenizer") {
    throw unsupported("the pre-tokenizer", isObject(cutter) ? cutter.type : cutter, "BertPreTokenizer");
  }
  const added = Array.isArray(json.added_tokens) ? json.added_tokens.filter(isObject) : [];
  const vocabulary = columnOf(file, [...Object.entries(model.vocab), ...added.map((t) => [String(t.content), t.id] as const)]);
  const lowercase = normalizer.lowercase !== false;
  const config: WordPieceConfig = {
    lowercase,
    stripAccents: typeof normalizer.strip_accents === "boolean" ? normalizer.strip_accents : lowercase,
    cleanText: normalizer.clean_text !== false,
    splitIdeographs: normalizer.handle_chinese_chars !== false,
    continuation: typeof model.continuing_subword_prefix === "string" ? model.continuing_subword_prefix : uncased.continuation,
    longestWord: typeof model.max_input_chars_per_word === "number" ? model.max_input_chars_per_word : uncased.longestWord,
  };
  const unknown = typeof model.unk_token === "string" ? model.unk_token : "[UNK]";
  const special = specialTokens(file, vocabulary, { unk_token: unknown });
  return wordPiece(vocabulary, special, config, wholeTokens(added, model.vocab));
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

function fromVocabulary(text: string, settingsText: string | undefined): WordPiece {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) throw new ClinfuseError("file-empty", "vocab.txt holds no pieces", { file: "vocab.txt" });
  const settings = settingsText === undefined ? {} : parse("tokenizer_config.json", settingsText);
  const lowercase = settings.do_lower_case !== false;
  const config: WordPieceConfig = {
    ...uncased,
    lowercase,
    stripAccents: typeof settings.strip_accents === "boolean" ? settings.strip_accents : lowercase,
    splitIdeographs: settings.tokenize_chinese_chars !== false,
    cleanText: settings.clean_text !== false,
  };
  return wordPiece(lines, specialTokens("vocab.txt", lines, settings), config);
}

function specialTokens(file: string, vocabulary: readonly string[], names: Json): SpecialTokens {
  const idOf = (field: string, usual: string): number => {
    const given = names[field];
    const name = typeof given === "string" ? given : isObject(given) ? String(given.content) : usual;
    const id = vocabulary.indexOf(name);
    if (id < 0) throw malformed(file, `it has no ${name}`);
    return id;
  };
  return {
    pad: idOf("pad_token", "[PAD]"),
    unknown: idOf("unk_token", "[UNK]"),
    start: idOf("cls_token", "[CLS]"),
    separator: idOf("sep_token", "[SEP]"),
  };
}
