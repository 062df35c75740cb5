// Prints a folder's manifest entry, so that a model is added in a minute: npm run models -- --describe FOLDER. Knows no network.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type ModelEntry, type ModelFile, parseEntry } from "../src/engines/manifest.ts";
import { mlcLayout, readMlcConfig, readTensorList } from "../src/engines/webllm-model.ts";
import { sha256OfFile } from "./model-sources.ts";

export interface Described {
  readonly entry: ModelEntry;
  /** What the reader must still fill in or look at. */
  readonly remarks: readonly string[];
}

/** Files that a model's folder holds besides the model. */
const notTheModel = /^(\.|README|LICENSE|LICENCE|NOTICE)|\.(md|part|new)$/i;

/**
 * The entry of the files at the top of a folder: id and name are the folder's, sizes and SHA-256 are computed, and for MLC's layout every
 * file that the model's own lists name must be there. Throws an Error that says what is wrong.
 */
export async function describeModel(folder: string): Promise<Described> {
  const path = resolve(folder);
  const id = basename(path);
  const names = readdirSync(path)
    .filter((name) => statSync(join(path, name)).isFile() && !notTheModel.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (names.length === 0) throw new Error(`${folder} holds no files of a model`);
  const files: ModelFile[] = [];
  for (const name of names) {
    files.push({ name, bytes: statSync(join(path, name)).size, sha256: await sha256OfFile(join(path, name)) });
  }
  const bare: ModelEntry = { id, kind: "language-model", name: id, licence: "", homepage: "", sources: [], files };
  const layout = mlcLayout(bare);
  const isEncoder = !layout && names.includes("model.safetensors");
  const mlc = layout ? await mlcNeeds(bare, path) : undefined;
  const entry = parseEntry(
    JSON.stringify({ ...bare, ...(isEncoder ? { kind: "encoder" } : {}), ...(mlc ? { mlc: mlc.needs } : {}) }),
    folder,
  );
  const remarks = ['"licence" is an SPDX id, "homepage" where the model is described: fill them in'];
  if (!layout && !isEncoder && !names.some((name) => name.endsWith(".gguf"))) remarks.push(whatIsMissing(names));
  return { entry, remarks: [...remarks, ...(mlc?.remarks ?? [])] };
}

function whatIsMissing(names: readonly string[]): string {
  const parts = [
    ["mlc-chat-config.json", names.includes("mlc-chat-config.json")],
    ["tensor-cache.json or ndarray-cache.json", names.some((name) => /^(tensor|ndarray)-cache\.json$/.test(name))],
    ["the library, *.wasm", names.some((name) => name.endsWith(".wasm"))],
  ] as const;
  const missing = parts.filter(([, there]) => !there).map(([part]) => part);
  return `no engine reads this folder: no *.gguf, no model.safetensors, and for WebLLM it lacks ${missing.join(" and ")}`;
}

/** Checks the model's own lists against the folder, and states what WebLLM's prebuilt list says of a model of this id. */
async function mlcNeeds(entry: ModelEntry, path: string): Promise<{ needs: ModelEntry["mlc"]; remarks: string[] }> {
  const layout = mlcLayout(entry);
  if (!layout) throw new Error(`mlcNeeds: got ${entry.id}, which is in another layout`);
  const text = (name: string) => readFileSync(join(path, name), "utf8");
  const config = readMlcConfig(entry, text(layout.config.name));
  const { shards, largestTensor } = readTensorList(entry, layout.tensors.name, text(layout.tensors.name));
  const missing = [config.tokenizer, ...shards].filter((name) => !entry.files.some((file) => file.name === name));
  if (missing.length > 0)
    throw new Error(`the folder lacks ${missing.join(", ")}, which ${layout.tensors.name} or ${layout.config.name} names`);
  const libraries = entry.files.filter((file) => file.name.endsWith(".wasm"));
  if (libraries.length > 1) throw new Error(`the folder holds ${libraries.length} libraries (*.wasm); WebLLM loads one`);
  const { prebuiltRecords } = await import("../src/engines/webllm-vendor.ts");
  const record = prebuiltRecords.find((prebuilt) => prebuilt.model_id === entry.id);
  const features = record?.required_features ?? (/q\d+f16/.test(entry.id) ? ["shader-f16"] : []);
  const twin = entry.id.replace(/(q\d+)f16/, "$1f32");
  const needs = {
    ...(record?.vram_required_MB === undefined ? {} : { memoryMegabytes: record.vram_required_MB }),
    features,
    bufferBytes: Math.max(largestTensor, record?.buffer_size_required_bytes ?? 0),
    ...(config.contextTokens > 0 ? { contextTokens: Math.min(config.contextTokens, 4096) } : {}),
    ...(twin === entry.id ? {} : { twin }),
  };
  const remarks = record ? [] : ["WebLLM's prebuilt list has no model of this id, so the memory is estimated from the shards"];
  return { needs, remarks };
}
