// Access to a model's files: entries of the app's manifest and of this browser, files kept here or on the app's own origin, each checked by its hash.

import { appFile } from "../base/app-file.ts";
import { ClinfuseError } from "../base/errors.ts";
import type { ModelStore } from "./kept.ts";
import { type Manifest, type ModelEntry, type ModelFile, parseEntry, parseManifest } from "./manifest.ts";
import type { ModelReader, ReadOptions } from "./reader.ts";
import { fetchModelFile, verifyBlob, verifying } from "./verify.ts";

export interface ModelAccess extends ModelReader {
  /** The manifest that the app ships. Throws `model-missing` where it was installed without one. */
  shipped(): Promise<Manifest>;
  /** Models that were imported or added from the hub, and that the manifest does not name. An entry that no longer parses is left out. */
  own(shipped: Manifest): Promise<readonly ModelEntry[]>;
}

/** A file is the one in this browser, else the one on the app's own origin. */
export function modelAccess(store: ModelStore): ModelAccess {
  return {
    shipped: shippedManifest,
    own: (shipped) => ownModels(shipped, store),
    async manifest() {
      const shipped = await shippedManifest();
      return { models: [...shipped.models, ...(await ownModels(shipped, store))] };
    },
    async read(entry, file, options) {
      const stored = await store.read(entry.id, file.name).catch(() => undefined);
      // One of another size is an older manifest's; one of the same size that was altered is refused by name.
      if (stored?.size !== file.bytes) return fetchModelFile(entry, file, options);
      await verifyBlob(entry, file, stored, options.onBytes, options.signal);
      return stored;
    },
    keep: (entry, file, picked, options) => keepFile(entry, file, picked, options, store),
  };
}

async function shippedManifest(): Promise<Manifest> {
  const file = "models/manifest.json";
  try {
    return parseManifest(await (await appFile(file)).text());
  } catch (error) {
    if (!(error instanceof ClinfuseError) || error.code !== "file-missing") throw error;
    throw new ClinfuseError("model-missing", error.message, { file }, { cause: error });
  }
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
