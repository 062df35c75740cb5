// The shelf of trained models: written beside the one before, read by their hashes, held in memory where they cannot be stored.

import { ClinfuseError } from "../base/errors.ts";
import { sha256OfBlob } from "../base/hash.ts";
import { type Card, readCard } from "../classifier/saved-model.ts";
import type { TrainedState } from "../experiment/steps.ts";
import { type Files, trainedFolder } from "../store/files.ts";

export interface Shelf {
  /** Stores under a name that no model of the place has yet, so that the one before stays. Throws the store's errors, and then holds the files in memory. */
  save(place: string, files: ReadonlyMap<string, Blob>, signal: AbortSignal): Promise<{ model: string; bytes: number }>;
  /** Stores the model that `save` could not. Throws `trained-missing`. */
  saveAgain(place: string, signal: AbortSignal): Promise<{ model: string; bytes: number }>;
  state(model: string): Promise<TrainedState>;
  /** Files by name, each held against its hash. Throws `trained-missing` and `trained-damaged`. */
  read(model: string): Promise<Map<string, Blob>>;
  /** Names of all models of a place, whole or not. */
  modelsOf(place: string): Promise<string[]>;
}

/** The place that a model's name belongs to: its checkpoint and its lock bear that name. */
export const placeOf = (model: string): string => model.replace(/\.\d+$/, "");

const cardName = "clinfuse.json";

export function trainedShelf(disk: Pick<Files, "list" | "read" | "write" | "delete">): Shelf {
  const unsaved = new Map<string, ReadonlyMap<string, Blob>>();

  const modelsOf = async (place: string) => {
    const names = (await disk.list("trained")).map(({ path }) => path.split("/")[1] ?? "");
    return [...new Set(names)].filter((name) => placeOf(name) === place);
  };

  const save: Shelf["save"] = async (place, files, signal) => {
    const taken = new Set(await modelsOf(place));
    let model = place;
    for (let i = 2; taken.has(model); i++) model = `${place}.${i}`;
    const folder = trainedFolder(model);
    let bytes = 0;
    try {
      // The card last: a folder without it is one that was not finished.
      for (const [name, blob] of files) if (name !== cardName) bytes += await disk.write(`${folder}/${name}`, blob, { signal });
      bytes += await disk.write(`${folder}/${cardName}`, files.get(cardName) as Blob, { signal });
    } catch (error) {
      unsaved.set(place, files);
      await disk.delete(folder).catch(() => undefined); // the error before is the one to be told
      throw error;
    }
    unsaved.delete(place);
    return { model, bytes };
  };

  const filesOf = async (model: string): Promise<Map<string, Blob>> => {
    const folder = trainedFolder(model);
    const found = new Map<string, Blob>();
    for (const { path } of await disk.list(folder)) {
      const file = await disk.read(path);
      if (file) found.set(path.slice(folder.length + 1), file);
    }
    return found;
  };

  return {
    save,
    modelsOf,

    async saveAgain(place, signal) {
      const files = unsaved.get(place);
      if (!files) throw missing(place);
      return save(place, files, signal);
    },

    async state(model) {
      const files = await filesOf(model);
      if (files.size === 0) return unsaved.has(model) ? { kind: "unsaved" } : { kind: "missing" };
      const card = await readCard(files).catch(() => undefined);
      const absent = card ? namesOf(card).filter((name) => !files.has(name)) : [cardName];
      return absent.length > 0 ? { kind: "damaged", files: absent } : { kind: "whole" };
    },

    async read(model) {
      const held = unsaved.get(model);
      const files = await filesOf(model);
      if (held) return new Map(held);
      if (files.size === 0) throw missing(model);
      const wrong = await damaged(files);
      if (wrong.length === 0) return files;
      const names = wrong.join(", ");
      throw new ClinfuseError("trained-damaged", `parts of the trained model are missing or damaged: ${names}`, { what: names });
    },
  };
}

const namesOf = (card: Card): string[] => Object.keys(card.sha256);

const missing = (model: string) =>
  new ClinfuseError("trained-missing", `the files of the trained model "${model}" are not in this browser's storage`, {
    what: model,
  });

/** Names of files that are not there or are not what the card's hashes stand for. */
async function damaged(files: ReadonlyMap<string, Blob>): Promise<string[]> {
  const card = await readCard(new Map(files)).catch(() => undefined);
  if (!card) return [cardName];
  const wrong: string[] = [];
  for (const [name, hash] of Object.entries(card.sha256)) {
    const file = files.get(name);
    if (!file || (await sha256OfBlob(file)) !== hash) wrong.push(name);
  }
  return wrong;
}
