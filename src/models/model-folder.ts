// A model's files in the hub's layout: what its small ones say. Knows no engine.

import { ClinfuseError } from "../base/errors.ts";
import { readUtf8 } from "../base/utf8.ts";
import { type ChatTemplate, chatTemplate } from "../text/chat-template.ts";

/** A model's files by their names in the hub's layout (`config.json`, `onnx/model.onnx`) or without folders (`model.onnx`). */
export type ModelFolder = ReadonlyMap<string, Blob>;

/** The text of a file, strictly UTF-8. Throws `file-malformed` with the byte that is none. */
export const readText = (blob: Blob, name: string): Promise<string> => readUtf8(blob, name);

/** The text of a file of the folder, or undefined. Throws as `readText`. */
export async function textOf(folder: ModelFolder, name: string): Promise<string | undefined> {
  const blob = folder.get(name);
  return blob && readText(blob, name);
}

/** A JSON file of the folder. Throws `model-missing` and `file-malformed`. */
export async function jsonOf(folder: ModelFolder, name: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await textOf(folder, name);
  if (text === undefined) throw new ClinfuseError("model-missing", `the model's folder has no ${name}`, { file: name });
  return jsonObject(text, name);
}

/** A text as a JSON object. Throws `file-malformed`. */
export function jsonObject(text: string, name: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
    throw new SyntaxError("it is no object");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClinfuseError("file-malformed", `${name}: ${why}`, { file: name, what: why }, { cause: error });
  }
}

/** From a file of its own, which goes before the one in tokenizer_config.json as in transformers. `id` is for messages. Throws `model-unsupported` where there is none. */
export async function templateOf(files: ModelFolder, id: string): Promise<ChatTemplate> {
  const settings = await jsonOf(files, "tokenizer_config.json");
  const listed = Array.isArray(settings.chat_template)
    ? settings.chat_template.find((t: { name?: unknown }) => t.name === "default")?.template
    : settings.chat_template;
  const source: unknown = (await textOf(files, "chat_template.jinja")) ?? listed;
  if (typeof source !== "string") {
    const sentence = `${id} has no chat template, so nothing says how it reads messages`;
    throw new ClinfuseError("model-unsupported", sentence, { what: "chat_template" });
  }
  const names = ["bos_token", "eos_token", "pad_token"].flatMap((name) => {
    const token = settings[name];
    const text = typeof token === "object" && token !== null ? (token as { content?: unknown }).content : token;
    return typeof text === "string" ? [[name, text] as const] : [];
  });
  return chatTemplate(source, Object.fromEntries(names), id);
}

/** Ids at which a completion ends: those of generation_config.json, else of config.json. */
export async function endsOf(files: ModelFolder, config: Readonly<Record<string, unknown>>): Promise<ReadonlySet<number>> {
  const own = files.has("generation_config.json") ? await jsonOf(files, "generation_config.json") : {};
  const ids = [own.eos_token_id ?? config.eos_token_id].flat();
  return new Set(ids.filter((id): id is number => typeof id === "number"));
}

/** A file as a JSON object, strictly UTF-8. Throws `file-malformed`. */
export const utf8Object = async (blob: Blob, name: string): Promise<Readonly<Record<string, unknown>>> =>
  jsonObject(await readText(blob, name), name);
