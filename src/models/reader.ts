// The port of the model files: which models there are, and their verified contents. Knows no storage and no server.

import { type Manifest, type ModelEntry, type ModelFile, modelEntry } from "./manifest.ts";

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onBytes?: (done: number, total: number) => void;
}

export interface ModelReader {
  /** The shipped models and this browser's own. Throws `model-missing` where the app was installed without a manifest. */
  manifest(): Promise<Manifest>;
  /** Content of a model's file, checked against its hash. Throws `model-missing`, `model-altered`, `model-truncated`, `aborted`. */
  read(entry: ModelEntry, file: ModelFile, options: ReadOptions): Promise<Blob>;
  /** A file of the user's as that file of the model. Throws `file-not-the-model`, and keeps nothing then. */
  keep(entry: ModelEntry, file: ModelFile, picked: File, options: ReadOptions): Promise<void>;
}

/** Throws `not-found` for an id that no model has. */
export async function findModel(models: Pick<ModelReader, "manifest">, id: string): Promise<ModelEntry> {
  return modelEntry(await models.manifest(), id);
}

/** All files of a model by name; `onBytes` counts over them together. */
export async function readModel(
  models: Pick<ModelReader, "read">,
  entry: ModelEntry,
  { signal, onBytes }: ReadOptions,
): Promise<Map<string, Blob>> {
  const total = entry.files.reduce((sum, file) => sum + file.bytes, 0);
  const files = new Map<string, Blob>();
  let before = 0;
  for (const file of entry.files) {
    const start = before;
    files.set(file.name, await models.read(entry, file, { signal, onBytes: (done) => onBytes?.(start + done, total) }));
    before += file.bytes;
  }
  return files;
}
