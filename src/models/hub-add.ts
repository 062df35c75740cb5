// A model of the hub taken into this browser by its repository's name: its entry and its small files. The weights are a download of their own. Knows no page.

import { throwIfAborted } from "../base/errors.ts";
import { modelAccess } from "./access.ts";
import { hubModel } from "./hub-model.ts";
import { type HubAccess, hubAddress } from "./hub-repo.ts";
import type { ModelHost, ModelStore } from "./kept.ts";
import type { ModelEntry } from "./manifest.ts";
import { verifying } from "./verify.ts";

export interface AddOptions {
  readonly signal: AbortSignal;
  readonly onBytes: (what: string, done: number, total: number) => void;
  /** As `fetch`, which it is unless a test says otherwise. */
  readonly ask?: HubAccess["ask"];
}

export interface Added {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** It was in the list before, of the same commit. */
  readonly wasHere: boolean;
}

/** Milliseconds within which another tab that adds the same model is done. */
const letting = 5000;

/**
 * Asks the hub for a repository and puts the model into the list. Throws as `hubModel`, and `quota-exceeded`, `storage-unavailable`,
 * `model-busy`, `aborted`; nothing of the model stays then.
 */
export async function addFromHub(text: string, { store, held }: ModelHost, options: AddOptions): Promise<Added> {
  const { signal, onBytes, ask = askHub } = options;
  const { models: known } = await modelAccess(store).manifest();
  const found = await hubModel(text, {
    ask,
    hub: hubAddress,
    signal,
    known,
    onBytes: (file, done, total) => onBytes(`Fetching ${file}`, done, total),
  });
  const { entry, contents, isKnown } = found;
  if (!isKnown) await held(entry, letting, () => put(entry, contents, store, signal));
  return { id: entry.id, name: entry.name, bytes: entry.files.reduce((sum, file) => sum + file.bytes, 0), wasHere: isKnown };
}

/** No cookie; of the page's address no more than its origin, which a browser adds to every request to another host's data. */
const askHub: HubAccess["ask"] = (url, { signal }) => fetch(url, { signal, credentials: "omit", referrerPolicy: "no-referrer" });

async function put(
  entry: ModelEntry,
  contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  store: ModelStore,
  signal: AbortSignal,
): Promise<void> {
  const { models } = await modelAccess(store).manifest();
  if (models.some(({ id }) => id === entry.id)) return; // another tab put it meanwhile
  try {
    for (const file of entry.files) {
      const content = contents.get(file.name);
      if (content)
        await store.write(entry.id, file.name, new Blob([content]).stream().pipeThrough(verifying(entry, file)), signal);
    }
    throwIfAborted(signal);
    await store.putEntry(entry.id, JSON.stringify(entry)); // last: without it there is no model
  } catch (error) {
    await store.delete(entry.id).catch(() => undefined);
    throw error;
  }
}
