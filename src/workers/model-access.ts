// How both workers reach model files: the manifest and the files on the app's own origin, each checked against its hash.

import { ClinfuseError } from "../base/errors.ts";
import { type ModelEntry, modelEntry, parseManifest } from "../engines/manifest.ts";
import { fetchModelFile } from "../engines/model-files.ts";

export type OnBytes = (done: number, total: number) => void;

/** Throws `model-missing` where the app was installed without a manifest, and `not-found` for an id that it lacks. */
export async function findModel(id: string): Promise<ModelEntry> {
  const file = "models/manifest.json";
  const response = await fetch(`/${file}`);
  if (!response.ok) throw new ClinfuseError("model-missing", `${file} is not there (${response.status})`, { file });
  return modelEntry(parseManifest(await response.text()), id);
}

/** All files of a model by name; `onBytes` counts over them together. */
export async function fetchModel(entry: ModelEntry, signal: AbortSignal, onBytes: OnBytes): Promise<Map<string, Blob>> {
  const total = entry.files.reduce((sum, file) => sum + file.bytes, 0);
  const files = new Map<string, Blob>();
  let before = 0;
  for (const file of entry.files) {
    const options = { signal, onBytes: (done: number) => onBytes(before + done, total) };
    files.set(file.name, await fetchModelFile(entry, file, options));
    before += file.bytes;
  }
  return files;
}
