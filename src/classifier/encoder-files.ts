// A BERT checkpoint as its files: config.json, tokenizer and weights, as the hub has them. Knows no storage and no task.

import { ClinfuseError, isAbort } from "../base/errors.ts";
import { sha256OfBlob } from "../base/hash.ts";
import { readUtf8 } from "../base/utf8.ts";
import { type BertConfig, readBertConfig } from "../nn/bert-config.ts";
import { readTokenizer, tokenizerFileNames } from "../text/tokenizer-files.ts";
import type { WordPiece } from "../text/word-piece.ts";
import { readPytorch } from "../weights/pytorch.ts";
import { readSafetensors } from "../weights/safetensors.ts";
import type { Weights } from "../weights/weight.ts";
import { withTwoTypes } from "./token-types.ts";

/** A folder's files by name; blobs may lie on disk. */
export type ModelFiles = ReadonlyMap<string, Blob>;

export interface Encoder {
  readonly config: BertConfig;
  /** config.json as it was read. */
  readonly configJson: Readonly<Record<string, unknown>>;
  readonly tokenizer: WordPiece;
  /** The tokenizer's files as they were read, by name. */
  readonly tokenizerFiles: ReadonlyMap<string, string>;
  /** The longest input by tokenizer_config.json, special tokens counted; absent where it states none. */
  readonly maxTokens?: number;
  /** Remarks for the user on the folder, a sentence each. */
  readonly remarks: readonly string[];
  /** As the checkpoint names them. */
  readonly weights: Weights;
}

/**
 * Opens a checkpoint's folder; one type of token becomes two. `hashes` holds hex SHA-256 by file name, for the files that must be as they were. Errors:
 * `model-missing` for a file that is not there, `model-truncated`, `model-altered` for another hash,
 * `model-unsupported` for no BERT and for files that do not belong together, `file-malformed` for a config or tokenizer that does not parse.
 */
export async function openEncoder(files: ModelFiles, hashes: ReadonlyMap<string, string> = new Map()): Promise<Encoder> {
  for (const [name, hash] of hashes) await checkHash(name, required(files, name), hash);
  const configJson = parseConfig(await readText(required(files, "config.json"), "config.json"));
  const read = readBertConfig(configJson);
  if (!read.ok) throw new ClinfuseError("model-unsupported", `config.json: ${read.why}`, { file: "config.json", what: read.why });

  const tokenizerFiles = new Map<string, string>();
  for (const name of tokenizerFileNames) {
    const file = files.get(name);
    if (file) tokenizerFiles.set(name, await readText(file, name));
  }
  if (!tokenizerFiles.has("tokenizer.json")) required(files, "vocab.txt");
  const { tokenizer, maxTokens, remarks } = readTokenizer(tokenizerFiles);
  checkVocabulary(tokenizer, read.config.vocabSize, tokenizerFiles);
  const weights = await readWeights(files);
  const limit = maxTokens === undefined ? {} : { maxTokens };
  return withTwoTypes({ config: read.config, configJson, tokenizer, tokenizerFiles, ...limit, remarks, weights });
}

/** Weights of model.safetensors, or of pytorch_model.bin where the folder has only that. */
async function readWeights(files: ModelFiles): Promise<Weights> {
  const [safe, pytorch] = ["model.safetensors", "pytorch_model.bin"] as const;
  if (!files.has(safe) && files.has(pytorch)) return readPytorch(required(files, pytorch), pytorch);
  return readSafetensors(required(files, safe), safe);
}

function required(files: ModelFiles, name: string): Blob {
  const file = files.get(name);
  if (!file) throw new ClinfuseError("model-missing", `the model's folder has no ${name}`, { file: name });
  if (file.size === 0) throw new ClinfuseError("model-truncated", `${name} is empty`, { file: name, got: 0 });
  return file;
}

async function checkHash(name: string, file: Blob, expected: string): Promise<void> {
  const got = await sha256OfBlob(file);
  if (got !== expected) {
    throw new ClinfuseError("model-altered", `${name} is not the file that it was: its SHA-256 is ${got}, not ${expected}`, {
      file: name,
      got,
      expected,
    });
  }
}

/** Throws `file-malformed` for what is no UTF-8. */
async function readText(file: Blob, name: string): Promise<string> {
  try {
    return await readUtf8(file, name);
  } catch (error) {
    if (error instanceof ClinfuseError || isAbort(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ClinfuseError("model-missing", `a file of the model cannot be read: ${why}`, { what: why }, { cause: error });
  }
}

/** Throws `file-malformed`. */
export function parseConfig(text: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClinfuseError("file-malformed", `config.json: it is not JSON (${why})`, { file: "config.json", what: why });
  }
  if (json !== null && typeof json === "object" && !Array.isArray(json)) return json as Readonly<Record<string, unknown>>;
  throw new ClinfuseError("file-malformed", "config.json: it is not a JSON object", { file: "config.json" });
}

/** A vocabulary beyond the embeddings would look up rows that are not there. A smaller one is common: tables are rounded up. */
function checkVocabulary(tokenizer: WordPiece, rows: number, files: ReadonlyMap<string, string>): void {
  const got = tokenizer.vocabulary.length;
  if (got <= rows) return;
  const file = files.has("tokenizer.json") ? "tokenizer.json" : "vocab.txt";
  throw new ClinfuseError(
    "model-unsupported",
    `${file} has ${got} pieces, and config.json says ${rows}: they are not of one model`,
    { file, got, expected: rows, remedy: "Fetch config.json and the tokenizer from the same place." },
  );
}
