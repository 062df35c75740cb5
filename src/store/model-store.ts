// Model files in the origin private file system: whole ones, ones still on their way, and the entries of imported models. Checks no content.

import { ClinfuseError } from "../base/errors.ts";
import type { ModelStore, PartFile, StoredModel } from "../models/kept.ts";
import { type Files, files, type StoredFile } from "./files.ts";
import { rootFolder } from "./root-folder.ts";
import { storageError } from "./storage-error.ts";

const folder = "models";
// No name of a model file may hold a "+".
const partMark = "+part";
const entryName = "+entry.json";

/** `open` gives the root folder; tests give one of their own. */
export function modelStore(open: () => Promise<FileSystemDirectoryHandle> = rootFolder, disk: Files = files(open)): ModelStore {
  const pathOf = (id: string, name: string) => `${folder}/${id}/${name}`;
  return {
    read: (id, name) => disk.read(pathOf(id, name)),
    stored: async () => byModel(await disk.list(folder)),
    async write(id, name, data, signal) {
      await disk.write(pathOf(id, name), data, { signal });
    },
    async part(id, name) {
      const doing = `store ${pathOf(id, name)}`;
      try {
        const models = await (await open()).getDirectoryHandle(folder, { create: true });
        const own = await models.getDirectoryHandle(id, { create: true });
        return await partFile(await own.getFileHandle(`${name}${partMark}`, { create: true }), name, doing);
      } catch (error) {
        throw storageError(error, doing);
      }
    },
    delete: (id) => disk.delete(`${folder}/${id}`),
    async entries() {
      const found = (await disk.list(folder)).filter(({ path }) => path.endsWith(`/${entryName}`));
      const read = await Promise.all(found.map(({ path }) => disk.read(path)));
      return Promise.all(read.flatMap((file) => (file ? [file.text()] : [])));
    },
    async putEntry(id, text) {
      await disk.write(pathOf(id, entryName), new TextEncoder().encode(text));
    },
  };
}

function byModel(found: readonly StoredFile[]): ReadonlyMap<string, StoredModel> {
  const models = new Map<string, { whole: Map<string, number>; part: Map<string, number> }>();
  for (const { path, bytes } of found) {
    const [, id = "", name = ""] = path.split("/");
    if (name === entryName || name === "") continue;
    const model = models.get(id) ?? { whole: new Map(), part: new Map() };
    models.set(id, model);
    if (name.endsWith(partMark)) model.part.set(name.slice(0, -partMark.length), bytes);
    else model.whole.set(name, bytes);
  }
  return models;
}

/** A power cut loses so much at most; a killed tab loses nothing. */
const flushBytes = 2 ** 24;

async function partFile(handle: FileSystemFileHandle, name: string, doing: string): Promise<PartFile> {
  const access = await handle.createSyncAccessHandle().catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== "NoModificationAllowedError") throw error;
    throw new ClinfuseError("model-busy", `another tab is writing ${name}`, { file: name }, { cause: error });
  });
  let at = access.getSize();
  let flushed = at;
  return {
    get bytes() {
      return at;
    },
    content: () => handle.getFile(),
    append(chunk) {
      try {
        at += access.write(chunk, { at });
        if (at - flushed >= flushBytes) {
          access.flush();
          flushed = at;
        }
      } catch (error) {
        throw storageError(error, doing);
      }
    },
    clear() {
      access.truncate(0);
      access.flush();
      at = 0;
      flushed = 0;
    },
    close: () => access.close(), // which flushes
    async finish() {
      access.close();
      try {
        await move(handle, name);
      } catch (error) {
        throw storageError(error, doing);
      }
    },
  };
}

/** In every browser that has this file system; the types lag behind. */
function move(handle: FileSystemFileHandle, name: string): Promise<void> {
  return (handle as FileSystemFileHandle & { move(name: string): Promise<void> }).move(name);
}
