// Every way to a model's files: the app's manifest and this browser's own entries, files that are kept here or on the app's own origin, each checked against its hash.

import { ClinfuseError } from "../base/errors.ts";
import type { ModelStore } from "./kept.ts";
import { type Manifest, type ModelEntry, type ModelFile, modelEntry, parseEntry, parseManifest } from "./manifest.ts";
import { fetchModelFile, type OnBytes, verifyBlob, verifying } from "./verify.ts";

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onBytes?: OnBytes;
}

export interface ModelAccess {
  /** The manifest that the app ships. Throws `model-missing` where it was installed without one. */
  shipped(): Promise<Manifest>;
  /** Models that were imported or added from the hub, and that the manifest does not name. An entry that no longer parses is left out. */
  own(shipped: Manifest): Promise<readonly ModelEntry[]>;
  /** The shipped models and, after them, this browser's own. */
  manifest(): Promise<Manifest>;
  /** Throws as `shipped`, and `not-found` for an id that there is not. */
  find(id: string): Promise<ModelEntry>;
  /** The file in this browser, else on the app's own origin. Errors: `model-missing`, `model-altered`, `model-truncated`, `aborted`. */
  read(entry: ModelEntry, file: ModelFile, options: ReadOptions): Promise<Blob>;
  /** Every file of a model by name; `onBytes` counts over them together. */
  readAll(entry: ModelEntry, signal: AbortSignal, onBytes: OnBytes): Promise<Map<string, Blob>>;
  /**
   * Keeps a file that the user has as the model's file, for every later read. Throws `file-not-the-model` for any other file, and
   * what the storage throws; nothing is kept then.
   */
  keep(entry: ModelEntry, file: ModelFile, picked: File, options: ReadOptions): Promise<void>;
}

export function modelAccess(store: ModelStore): ModelAccess {
  const access: ModelAccess = {
    shipped: shippedManifest,
    own: (shipped) => ownModels(shipped, store),
    async manifest() {
      const shipped = await shippedManifest();
      return { models: [...shipped.models, ...(await ownModels(shipped, store))] };
    },
    find: async (id) => modelEntry(await access.manifest(), id),
    async read(entry, file, options) {
      const stored = await store.read(entry.id, file.name).catch(() => undefined);
      // One of another size is an older manifest's; one of the same size that was altered is refused by name.
      if (stored?.size !== file.bytes) return fetchModelFile(entry, file, options);
      await verifyBlob(entry, file, stored, options.onBytes, options.signal);
      return stored;
    },
    async readAll(entry, signal, onBytes) {
      const total = entry.files.reduce((sum, file) => sum + file.bytes, 0);
      const files = new Map<string, Blob>();
      let before = 0;
      for (const file of entry.files) {
        const options = { signal, onBytes: (done: number) => onBytes(before + done, total) };
        files.set(file.name, await access.read(entry, file, options));
        before += file.bytes;
      }
      return files;
    },
    keep: (entry, file, picked, options) => keepFile(entry, file, picked, options, store),
  };
  return access;
}

async function shippedManifest(): Promise<Manifest> {
  const file = "models/manifest.json";
  const response = await fetch(`/${file}`);
  if (!response.ok) throw new ClinfuseError("model-missing", `${file} is not there (${response.status})`, { file });
  return parseManifest(await response.text());
}

async function ownModels(shipped: Manifest, store: ModelStore): Promise<readonly ModelEntry[]> {
  const ids = new Set(shipped.models.map((model) => model.id));
  const texts = await store.entries().catch(() => []); // a browser without storage still has the server's models
  return texts.flatMap(ownEntry).filter((entry) => !ids.has(entry.id));
}

function ownEntry(text: string): ModelEntry[] {
  try {
    return [parseEntry(text, "a model of this browser's own")];
  } catch {
    return [];
  }
}

async function keepFile(
  entry: ModelEntry,
  file: ModelFile,
  picked: File,
  { signal, onBytes }: ReadOptions,
  store: ModelStore,
): Promise<void> {
  try {
    await store.write(entry.id, file.name, picked.stream().pipeThrough(verifying(entry, file, onBytes)), signal);
  } catch (error) {
    if (!(error instanceof ClinfuseError) || !["model-altered", "model-truncated"].includes(error.code)) throw error;
    const { got = "", expected = "" } = error.place;
    const place = { file: picked.name, what: `${file.name} of ${entry.name}`, got, expected };
    throw new ClinfuseError("file-not-the-model", `${picked.name} is not ${place.what}`, place, { cause: error });
  }
}
