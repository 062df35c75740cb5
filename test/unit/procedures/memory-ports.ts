// Ports of the procedures in memory, for tests: files, locks, models, measurements.

import { ClinfuseError } from "../../../src/base/errors.ts";
import { sha256OfBlob } from "../../../src/base/hash.ts";
import { busy, type Hold, type Turns } from "../../../src/base/locks.ts";
import type { ModelEntry } from "../../../src/models/manifest.ts";
import type { ModelReader } from "../../../src/models/reader.ts";
import type { FileData, Files } from "../../../src/store/files.ts";
import type { Measurements } from "../../../src/store/measurements.ts";

export const never = new AbortController().signal;

export async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const events: T[] = [];
  for await (const event of from) events.push(event);
  return events;
}

const bytesOf = (data: FileData) => new Response(data as BodyInit).blob();

/** Paths as in the origin's file system; a folder is what its files' paths begin with. */
export function memoryFiles(): Files & { readonly paths: () => string[] } {
  const files = new Map<string, File>();
  const under = (path: string) => [...files.keys()].filter((p) => p === path || p.startsWith(`${path}/`));
  return {
    paths: () => [...files.keys()].sort(),
    async write(path, data) {
      const blob = await bytesOf(data);
      files.set(path, new File([blob], path.split("/").at(-1) as string));
      return blob.size;
    },
    read: async (path) => files.get(path),
    list: async (folder) =>
      (folder === undefined ? [...files.keys()] : under(folder))
        .sort()
        .map((path) => ({ path, bytes: (files.get(path) as File).size })),
    async delete(path) {
      for (const one of under(path)) files.delete(one);
    },
    async clear() {
      files.clear();
    },
  };
}

/** Locks as Web Locks have them: all or none, and busy while another holds one. */
export function memoryLocks(): { readonly hold: Hold; readonly held: Set<string> } {
  const held = new Set<string>();
  const hold: Hold = async (...names) => {
    const taken = names.find((name) => held.has(name));
    if (taken !== undefined) throw busy(taken);
    for (const name of names) held.add(name);
    return () => {
      for (const name of names) held.delete(name);
    };
  };
  return { hold, held };
}

/** Locks as Web Locks have them: who comes later waits for all before. */
export function memoryTurns(): Turns {
  const tails = new Map<string, Promise<void>>();
  const take = (name: string): { before: Promise<void> | undefined; release: () => void } => {
    const before = tails.get(name);
    let release = (): void => undefined;
    const held = new Promise<void>((letGo) => {
      release = letGo;
    });
    const tail = Promise.resolve(before).then(() => held);
    tails.set(name, tail);
    void tail.then(() => tails.get(name) === tail && tails.delete(name));
    return { before, release };
  };
  return {
    ifFree: async (name) => (tails.has(name) ? undefined : take(name).release),
    async wait(name, signal) {
      const { before, release } = take(name);
      const stopped = new Promise<never>((_, reject) => {
        const stop = () => reject(new DOMException("stopped", "AbortError"));
        if (signal.aborted) stop();
        signal.addEventListener("abort", stop, { once: true });
      });
      try {
        await Promise.race([before, stopped]);
        return release;
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

/** An entry and its files' contents by name. */
export interface MemoryModel {
  readonly entry: ModelEntry;
  readonly contents: Readonly<Record<string, Blob>>;
}

export async function memoryModel(
  id: string,
  kind: ModelEntry["kind"],
  contents: Readonly<Record<string, Blob>>,
): Promise<MemoryModel> {
  const files = Object.entries(contents).map(async ([name, blob]) => ({
    name,
    bytes: blob.size,
    sha256: await sha256OfBlob(blob),
  }));
  const entry = { id, kind, name: `The ${id}`, licence: "CC0-1.0", homepage: "", sources: [], files: await Promise.all(files) };
  return { entry, contents };
}

export function memoryModels(...models: readonly MemoryModel[]): ModelReader & { readonly kept: string[] } {
  const kept: string[] = [];
  return {
    kept,
    manifest: async () => ({ models: models.map(({ entry }) => entry) }),
    async read({ id }, { name, bytes }, { onBytes }) {
      const content = models.find(({ entry }) => entry.id === id)?.contents[name];
      if (!content) throw new ClinfuseError("model-missing", `${name} is not there`, { file: name });
      onBytes?.(bytes, bytes);
      return content;
    },
    async keep({ id }, { name, bytes }, picked, { onBytes }) {
      if (picked.size !== bytes) throw new ClinfuseError("file-not-the-model", `${picked.name} is not ${name}`);
      onBytes?.(bytes, bytes);
      kept.push(`${id}/${name}`);
    },
  };
}

export const noMeasurements: Measurements = { engines: [], training: [] };
