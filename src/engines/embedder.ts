// Sentence embeddings by transformers.js: mean of the last hidden states, normalised (Reimers & Gurevych 2019). Knows no use of them.

import type { PreTrainedModel, PreTrainedTokenizer, Tensor } from "@huggingface/transformers";
import { mutex } from "../base/async.ts";
import { ClinfuseError } from "../base/errors.ts";
import { jsonOf, type ModelFolder, textOf } from "../models/model-folder.ts";
import { readBertConfig } from "../nn/bert-config.ts";
import type { Device } from "../runtime/device.ts";
import { readSafetensors } from "../weights/safetensors.ts";
import { normalizedMean, type WrittenBert, writeBert } from "./embedder-bert.ts";
import type { Embedder } from "./language-model.ts";
import { fromFolder, runError, type Transformers, weightsOf } from "./transformers/transformers.ts";

export interface EmbedderOptions {
  /** Embedder.id. */
  readonly id: string;
  /** Verified by the caller: config.json, the tokenizer's files, and an ONNX file or the model.safetensors of a BERT. */
  readonly files: ModelFolder;
  readonly device?: Device;
  /** Texts of a step. */
  readonly batch?: number;
}

/** sentence-transformers' limit for all-MiniLM-L6-v2, where the folder does not state its own. */
const usualTokens = 256;

/**
 * Errors: `model-missing` (a file), `model-truncated`, `model-unsupported`, `file-malformed`, `out-of-memory`, `engine-failed`.
 */
export async function openEmbedder(options: EmbedderOptions): Promise<Embedder> {
  const { id, files, device = "wasm", batch = 16 } = options;
  const config = await jsonOf(files, "config.json");
  const written =
    files.has("model.safetensors") && !hasOnnx(files)
      ? await writtenOf(config, files.get("model.safetensors") as Blob)
      : undefined;
  const folder = written ? new Map([...files, ["onnx/model.onnx", new Blob([written.onnx])]]) : files;
  const parts = await fromFolder(folder, async (library, name) => {
    const tokenizer = await library.AutoTokenizer.from_pretrained(name);
    const session_options = written ? { externalData: written.weights } : {};
    const model = await library.AutoModel.from_pretrained(name, { ...(await weightsOf(folder, device)), session_options });
    return { library, tokenizer, model, written };
  });
  const maxTokens = await tokensAtMost(files, config);
  const one = mutex();
  let closed = false;
  return {
    id,
    dimension: Number(config.hidden_size),
    async embed(texts) {
      if (closed) throw new Error(`${id} was closed`);
      return one.run(() => embed(parts, texts, maxTokens, batch));
    },
    async close() {
      closed = true;
      await one.run(() => parts.model.dispose());
    },
  };
}

const hasOnnx = (files: ModelFolder) => [...files.keys()].some((name) => name.endsWith(".onnx"));

async function writtenOf(json: unknown, weights: Blob): Promise<WrittenBert> {
  const read = readBertConfig(json);
  if (!read.ok) throw new ClinfuseError("model-unsupported", `config.json: ${read.why}`, { file: "config.json", what: read.why });
  return writeBert(read.config, await readSafetensors(weights, "model.safetensors"));
}

async function tokensAtMost(files: ModelFolder, config: Readonly<Record<string, unknown>>): Promise<number> {
  const own =
    (await textOf(files, "sentence_bert_config.json")) === undefined ? {} : await jsonOf(files, "sentence_bert_config.json");
  const limits = [own.max_seq_length ?? usualTokens, config.max_position_embeddings];
  return Math.min(...limits.filter((n): n is number => typeof n === "number" && n > 2));
}

interface Parts {
  readonly library: Transformers;
  readonly tokenizer: PreTrainedTokenizer;
  readonly model: PreTrainedModel;
  readonly written: WrittenBert | undefined;
}

/** Texts of like length go together, so that little of a step is padding; the results come in the order of the texts. */
async function embed(parts: Parts, texts: readonly string[], maxTokens: number, batch: number): Promise<Float32Array[]> {
  const rows = texts.map((text) => cut(parts.tokenizer(text, { return_tensor: false }).input_ids as number[], maxTokens));
  const order = rows.map((_, i) => i).sort((a, b) => (rows[a] as number[]).length - (rows[b] as number[]).length || a - b);
  const embeddings: Float32Array[] = new Array(texts.length);
  for (let at = 0; at < order.length; at += batch) {
    const indices = order.slice(at, at + batch);
    const step = await embedRows(
      parts,
      indices.map((i) => rows[i] as number[]),
    );
    for (const [j, i] of indices.entries()) embeddings[i] = step[j] as Float32Array;
  }
  return embeddings;
}

/** The package cuts the closing token off with the rest; Python keeps it. */
function cut(ids: readonly number[], maxTokens: number): readonly number[] {
  return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ids.at(-1) as number];
}

async function embedRows(parts: Parts, rows: readonly (readonly number[])[]): Promise<Float32Array[]> {
  const tokens = Math.max(...rows.map((row) => row.length));
  let hidden: Tensor;
  try {
    const outputs = await parts.model(inputsOf(parts, rows, tokens));
    hidden = outputs.last_hidden_state ?? outputs.token_embeddings;
  } catch (error) {
    throw runError(error);
  }
  const width = hidden.dims.at(-1) as number;
  const data = hidden.data as Float32Array; // [batch, tokens, width]
  return rows.map((row, i) => normalizedMean(data.subarray(i * tokens * width, (i * tokens + row.length) * width), width));
}

/** Ids, mask and types, in the types that the file asks for: exported ones take int64, ours int32 and a mask of floats. */
function inputsOf({ library, written }: Parts, rows: readonly (readonly number[])[], tokens: number): Record<string, Tensor> {
  const shape = [rows.length, tokens];
  const ids = rows.flatMap((row) => [...row, ...Array<number>(tokens - row.length).fill(0)]);
  const mask = rows.flatMap((row) => Array.from({ length: tokens }, (_, i) => (i < row.length ? 1 : 0)));
  const long = (numbers: readonly number[], dims: readonly number[]) =>
    new library.Tensor("int64", BigInt64Array.from(numbers, BigInt), [...dims]);
  if (!written) {
    const types = new library.Tensor("int64", new BigInt64Array(ids.length), [...shape]);
    return { input_ids: long(ids, shape), attention_mask: long(mask, shape), token_type_ids: types };
  }
  const shapes = [...written.shapes(rows.length, tokens)].map(
    ([name, numbers]) => [name, long(numbers, [numbers.length])] as const,
  );
  return {
    input_ids: new library.Tensor("int32", Int32Array.from(ids), shape),
    token_type_ids: new library.Tensor("int32", new Int32Array(ids.length), [...shape]),
    attention_mask: new library.Tensor("float32", Float32Array.from(mask), [...shape]),
    ...Object.fromEntries(shapes),
  };
}
