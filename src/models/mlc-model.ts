// A model in the layout of MLC as the manifest describes it: which of its files is what, what it needs of the GPU. Knows no browser and no engine.

import { ClinfuseError } from "../base/errors.ts";
import type { ModelEntry, ModelFile } from "./manifest.ts";

/** The parts of the layout; the shards are whatever the tensor list names. */
export interface MlcLayout {
  readonly config: ModelFile; // mlc-chat-config.json
  readonly tensors: ModelFile; // the list of shards and of the tensors in them
  readonly library: ModelFile; // the compiled model
}

/** Both names of the tensor list are in use: MLC renamed it. WebLLM asks for the first. */
export const tensorLists = ["tensor-cache.json", "ndarray-cache.json"] as const;

/** Undefined for a model that is in another layout. */
export function mlcLayout(entry: ModelEntry): MlcLayout | undefined {
  const named = (name: string) => entry.files.find((file) => file.name === name);
  const config = named("mlc-chat-config.json");
  const tensors = tensorLists.map(named).find((file) => file !== undefined);
  const library = entry.files.find((file) => file.name.endsWith(".wasm"));
  return config && tensors && library ? { config, tensors, library } : undefined;
}

export interface GpuNeeds {
  readonly memoryMegabytes: number;
  /** The memory is computed from the files, not stated. */
  readonly estimated: boolean;
  readonly features: readonly string[];
  readonly bufferBytes: number;
}

/** Cache and work space beside the weights, for models of some billion weights at 4,096 tokens. */
const besidesWeights = 1.25;
/** WebLLM refuses an adapter that offers less. */
const leastBufferBytes = 2 ** 27;

/** Needs that the entry states, else those of its name (MLC names quantisations q4f16_1, q0f32, ...) and its shards' size. */
export function gpuNeeds(entry: ModelEntry): GpuNeeds {
  const { memoryMegabytes, features, bufferBytes = 0 } = entry.mlc ?? {};
  const shards = entry.files.filter((file) => file.name.endsWith(".bin")).reduce((sum, file) => sum + file.bytes, 0);
  return {
    memoryMegabytes: memoryMegabytes ?? Math.ceil((shards * besidesWeights) / 1e6) + 100,
    estimated: memoryMegabytes === undefined,
    features: features ?? (/q\d+f16/.test(entry.id) ? ["shader-f16"] : []),
    bufferBytes: Math.max(bufferBytes, leastBufferBytes),
  };
}

/** Id of the same model in 32-bit floats; undefined when the entry names none and its id says nothing. */
export function twinOf(entry: ModelEntry): string | undefined {
  const byName = entry.id.replace(/(q\d+)f16/, "$1f32");
  return entry.mlc?.twin ?? (byName === entry.id ? undefined : byName);
}

export interface MlcConfig {
  /** Context of the model itself, before our own limit; -1 where it slides. */
  readonly contextTokens: number;
  readonly tokenizer: string; // tokenizer.json or tokenizer.model
  /** It thinks aloud unless told not to. */
  readonly thinks: boolean;
}

/** Reads mlc-chat-config.json. Throws `file-malformed`, and `model-unsupported` for a tokenizer that WebLLM cannot load. */
export function readMlcConfig(entry: ModelEntry, text: string): MlcConfig {
  const file = `models/${entry.id}/mlc-chat-config.json`;
  const { tokenizer_files: names, context_window_size: size, model_type: type } = parse(file, text);
  if (!Array.isArray(names)) throw malformed(file, '"tokenizer_files" must be a list');
  const tokenizer = ["tokenizer.json", "tokenizer.model"].find((name) => names.includes(name));
  if (!tokenizer) {
    const sentence = `${file} names no tokenizer.json and no tokenizer.model, and WebLLM reads no other tokenizer`;
    throw new ClinfuseError("model-unsupported", sentence, { file, got: names.join(", ") });
  }
  const contextTokens = typeof size === "number" && Number.isInteger(size) ? size : -1;
  return { contextTokens, tokenizer, thinks: type === "qwen3" };
}

export interface TensorList {
  /** Names of the shards, in the order of loading. */
  readonly shards: readonly string[];
  /** Bytes of the largest tensor, which one buffer of the GPU must hold. */
  readonly largestTensor: number;
  /** Bytes of each shard by its name, where the list states them. */
  readonly bytes: ReadonlyMap<string, number>;
}

/** Reads the tensor list. Throws `file-malformed`. */
export function readTensorList(entry: ModelEntry, name: string, text: string): TensorList {
  const file = `models/${entry.id}/${name}`;
  const { records } = parse(file, text);
  if (!Array.isArray(records) || records.length === 0) throw malformed(file, '"records" must be a list of shards');
  const shards: string[] = [];
  const bytes = new Map<string, number>();
  let largestTensor = 0;
  for (const record of records as readonly { dataPath?: unknown; nbytes?: unknown; records?: unknown }[]) {
    if (typeof record?.dataPath !== "string" || !Array.isArray(record.records))
      throw malformed(file, 'a shard needs "dataPath" and "records"');
    shards.push(record.dataPath);
    if (typeof record.nbytes === "number") bytes.set(record.dataPath, record.nbytes);
    for (const tensor of record.records as readonly { nbytes?: unknown; format?: unknown }[]) {
      if (typeof tensor?.nbytes !== "number") continue;
      const unpacked = tensor.format === "f32-to-bf16" ? 2 : 1; // packed in the file, whole on the device
      largestTensor = Math.max(largestTensor, tensor.nbytes * unpacked);
    }
  }
  return { shards, largestTensor, bytes };
}

/** The entry's file of that name. Throws `model-missing` naming it: what the model asks for and the manifest does not vouch for is not used. */
export function listedFile(entry: ModelEntry, name: string, askedBy: string): ModelFile {
  const found = entry.files.find((file) => file.name === name);
  if (found) return found;
  const file = `models/${entry.id}/${name}`;
  const sentence = `${askedBy} asks for ${name}, and the manifest's entry of ${entry.id} does not list it, so nothing vouches for it`;
  throw new ClinfuseError("model-missing", sentence, { file, what: entry.id });
}

function parse(file: string, text: string): Readonly<Record<string, unknown>> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw malformed(file, `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (data === null || typeof data !== "object") throw malformed(file, "it holds no object");
  return data as Readonly<Record<string, unknown>>;
}

function malformed(file: string, what: string): ClinfuseError {
  return new ClinfuseError("file-malformed", `${file}: ${what}`, { file, what });
}
