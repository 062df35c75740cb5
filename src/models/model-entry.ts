// The manifest entry that a handful of files comes to: which engine could read them, and whether the model's own lists are complete. Knows no disk.

import { ClinfuseError } from "../base/errors.ts";
import { isLlamaFamily, llamaFamily } from "../nn/llama-config.ts";
import { hubDecoderFile, type MlcNeeds, type ModelEntry, type ModelFile } from "./manifest.ts";
import { mlcLayout, readMlcConfig, readTensorList } from "./mlc-model.ts";

/** Statement of WebLLM's prebuilt list on a model. */
export type StatedNeeds = Pick<MlcNeeds, "memoryMegabytes" | "features" | "bufferBytes">;

export interface FolderReader {
  /** Content of one of the files, which are small where this is asked. */
  readonly text: (name: string) => Promise<string>;
  readonly stated: (id: string) => Promise<StatedNeeds | undefined>;
}

/**
 * Throws `model-unsupported` when no engine reads such files, with what is missing; `file-missing` when a list of the model names a file that is not
 * among them; `file-malformed`.
 */
export async function entryOfFiles(id: string, files: readonly ModelFile[], reader: FolderReader): Promise<ModelEntry> {
  const bare: ModelEntry = { id, kind: "language-model", name: id, licence: "", homepage: "", sources: [], files };
  if (mlcLayout(bare)) return { ...bare, mlc: await mlcNeeds(bare, reader) };
  const has = (name: string) => files.some((file) => file.name === name);
  if (files.some((file) => file.name.endsWith(".gguf"))) return bare;
  if (hubDecoderFile(bare)) {
    const type = modelType(await reader.text("config.json"));
    if (type !== undefined && isLlamaFamily(type)) {
      if (has("model.safetensors.index.json")) throwIfPartsLack(bare, await reader.text("model.safetensors.index.json"));
      return { ...bare, architecture: type };
    }
  }
  if ((has("model.safetensors") || has("pytorch_model.bin")) && has("config.json") && (has("tokenizer.json") || has("vocab.txt")))
    return { ...bare, kind: "encoder" };
  const sentence = `no engine reads these files of ${id}: there is no *.gguf; for WebLLM they lack ${lacking(files)}; for an encoder, model.safetensors or pytorch_model.bin with config.json and tokenizer.json; for a decoder (${llamaFamily.join(", ")}) *.safetensors with them`;
  throw new ClinfuseError("model-unsupported", sentence, { what: id });
}

/** Model type of a config.json; undefined where it names none or is no JSON. Opening the model reports that. */
function modelType(config: string): string | undefined {
  try {
    const type: unknown = JSON.parse(config)?.model_type;
    return typeof type === "string" ? type : undefined;
  } catch {
    return undefined;
  }
}

function throwIfPartsLack({ id, files }: ModelEntry, index: string): void {
  const file = "model.safetensors.index.json";
  let parts: unknown[];
  try {
    parts = Object.values(JSON.parse(index).weight_map);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClinfuseError("file-malformed", `${file}: ${why}`, { file, what: why }, { cause: error });
  }
  const missing = parts.find((part) => !files.some(({ name }) => name === part));
  if (missing === undefined) return;
  throw new ClinfuseError("file-missing", `${id} lacks ${missing}, which its ${file} names`, { file: String(missing) });
}

function lacking(files: readonly ModelFile[]): string {
  const has = (pattern: RegExp) => files.some((file) => pattern.test(file.name));
  const parts = [
    ["mlc-chat-config.json", /^mlc-chat-config\.json$/],
    ["tensor-cache.json or ndarray-cache.json", /^(tensor|ndarray)-cache\.json$/],
    ["the library, *.wasm", /\.wasm$/],
  ] as const;
  return parts.flatMap(([part, pattern]) => (has(pattern) ? [] : [part])).join(" and ");
}

async function mlcNeeds(entry: ModelEntry, { text, stated }: FolderReader): Promise<MlcNeeds> {
  const layout = mlcLayout(entry);
  if (!layout) throw new Error(`mlcNeeds: got ${entry.id}, which is in another layout`);
  const libraries = entry.files.filter((file) => file.name.endsWith(".wasm")).map((file) => file.name);
  if (libraries.length > 1) {
    const sentence = `${entry.id} has ${libraries.length} libraries (${libraries.join(", ")}); WebLLM loads one`;
    throw new ClinfuseError("model-unsupported", sentence, { what: entry.id });
  }
  const config = readMlcConfig(entry, await text(layout.config.name));
  const { shards, largestTensor } = readTensorList(entry, layout.tensors.name, await text(layout.tensors.name));
  const missing = [config.tokenizer, ...shards].find((name) => !entry.files.some((file) => file.name === name));
  if (missing !== undefined) {
    const sentence = `${entry.id} lacks ${missing}, which its ${missing === config.tokenizer ? layout.config.name : layout.tensors.name} names`;
    throw new ClinfuseError("file-missing", sentence, { file: missing });
  }
  const { memoryMegabytes, features, bufferBytes = 0 } = (await stated(entry.id)) ?? {};
  const twin = entry.id.replace(/(q\d+)f16/, "$1f32");
  return {
    ...(memoryMegabytes === undefined ? {} : { memoryMegabytes }),
    features: features ?? (/q\d+f16/.test(entry.id) ? ["shader-f16"] : []),
    bufferBytes: Math.max(largestTensor, bufferBytes),
    ...(config.contextTokens > 0 ? { contextTokens: Math.min(config.contextTokens, 4096) } : {}),
    ...(twin === entry.id ? {} : { twin }),
  };
}
