// Big files (models, trained weights) in the origin private file system, by path. Knows no format; who must check a file pipes it through a check.

import { throwIfAborted } from "../base/errors.ts";
import type { Folder } from "../train/checkpoint-files.ts";
import { rootFolder } from "./root-folder.ts";
import { storageError } from "./storage-error.ts";
import { openWriter, type Writer, writingMark } from "./writer.ts";

export interface StoredFile {
  /** Folders and name joined by "/", for instance `models/x.gguf`. */
  readonly path: string;
  readonly bytes: number;
}

export type FileData = Blob | ReadableStream<Uint8Array> | Uint8Array;

export interface WriteOptions {
  readonly signal?: AbortSignal;
  /** Bytes so far. */
  readonly onProgress?: (bytes: number) => void;
}

export interface Files {
  /**
   * Streams into a file and resolves to its length in bytes. It appears, or replaces the one before, only when the stream has
   * ended well: a check fails the write by failing the stream. Throws `quota-exceeded`, `storage-unavailable`, `aborted`, or what the stream threw.
   */
  write(path: string, data: FileData, options?: WriteOptions): Promise<number>;
  /** Backed by the disk: reading a slice reads that slice. Undefined when it is not there; so is the empty file that a killed write leaves. */
  read(path: string): Promise<File | undefined>;
  /** Files in a folder and below it, by path. */
  list(folder?: string): Promise<StoredFile[]>;
  /** A file, or a folder with all in it. Nothing happens when it is not there. */
  delete(path: string): Promise<void>;
  /** Deletes everything, the rest of a killed write included. */
  clear(): Promise<void>;
}

/** Folder of a trained model's files. */
export const trainedFolder = (model: string) => `trained/${model}`;

/** Folder of the checkpoint of the training that makes that model. */
export const checkpointFolder = (model: string) => `checkpoints/${model}`;

/** Folder of stage I of a few-shot set, for the cells of a plan that begin with it. */
export const stageFolder = (key: string) => `stages/${key}`;

/** The files of one folder, by name. */
export function fileFolder(disk: Files, path: string): Folder {
  return {
    read: (name) => disk.read(`${path}/${name}`),
    write: (name, data) => disk.write(`${path}/${name}`, data),
    names: async () => (await disk.list(path)).map((file) => file.path.slice(path.length + 1)),
    delete: (name) => disk.delete(`${path}/${name}`),
  };
}

/** `open` gives the root folder; tests give one of their own. */
export function files(open: () => Promise<FileSystemDirectoryHandle> = rootFolder): Files {
  const root = async (doing: string) => {
    try {
      return await open();
    } catch (error) {
      throw storageError(error, doing);
    }
  };

  return {
    async write(path, data, options = {}) {
      const doing = `store ${path}`;
      const { folder, name } = await locate(await root(doing), path, true);
      if (!folder) throw new Error(`locate: got no folder for ${path}`);
      try {
        return await writeFile(folder, name, data, options);
      } catch (error) {
        throw storageError(error, doing);
      }
    },

    async read(path) {
      const { folder, name } = await locate(await root(`read ${path}`), path, false);
      try {
        const file = await (await folder?.getFileHandle(name))?.getFile();
        return file && file.size > 0 ? file : undefined;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw storageError(error, `read ${path}`);
      }
    },

    async list(path = "") {
      const base = await root("list the stored files");
      const folder = path === "" ? base : await folderAt(base, parts(path), false);
      if (!folder) return [];
      const found = await walk(folder, path === "" ? "" : `${path}/`);
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    },

    async delete(path) {
      const { folder, name } = await locate(await root(`delete ${path}`), path, false);
      try {
        await folder?.removeEntry(name, { recursive: true });
      } catch (error) {
        if (!isMissing(error)) throw storageError(error, `delete ${path}`);
      }
    },

    async clear() {
      const doing = "delete the stored files";
      const folder = await root(doing);
      try {
        for await (const name of folder.keys()) await folder.removeEntry(name, { recursive: true });
      } catch (error) {
        throw storageError(error, doing);
      }
    },
  };
}

const isMissing = (error: unknown) =>
  error instanceof Error && (error.name === "NotFoundError" || error.name === "TypeMismatchError");

function parts(path: string): string[] {
  const names = path.split("/");
  if (names.some((n) => n === "" || n === "." || n === "..")) throw new Error(`files: ${JSON.stringify(path)} is no path`);
  return names;
}

async function folderAt(root: FileSystemDirectoryHandle, names: readonly string[], create: boolean) {
  let folder = root;
  for (const name of names) {
    try {
      folder = await folder.getDirectoryHandle(name, { create });
    } catch (error) {
      if (!create && isMissing(error)) return undefined;
      throw storageError(error, `open the folder ${name}`);
    }
  }
  return folder;
}

async function locate(root: FileSystemDirectoryHandle, path: string, create: boolean) {
  const names = parts(path);
  return { folder: await folderAt(root, names.slice(0, -1), create), name: names.at(-1) as string };
}

async function walk(folder: FileSystemDirectoryHandle, prefix: string): Promise<StoredFile[]> {
  const found: StoredFile[] = [];
  for await (const handle of folder.values()) {
    const path = prefix + handle.name;
    if (handle.name.endsWith(writingMark)) continue; // of a write under way, or killed
    if (handle.kind === "directory") found.push(...(await walk(handle as FileSystemDirectoryHandle, `${path}/`)));
    else {
      const bytes = await sizeOf(handle as FileSystemFileHandle);
      if (bytes > 0) found.push({ path, bytes });
    }
  }
  return found;
}

/** 0 for a file that another tab deleted or renamed since it was listed. */
async function sizeOf(handle: FileSystemFileHandle): Promise<number> {
  try {
    return (await handle.getFile()).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

/** `createWritable` writes beside the file and swaps on close, so that a failure or a kill leaves what was there. */
async function writeFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  data: FileData,
  options: WriteOptions,
): Promise<number> {
  const existed = await exists(folder, name);
  let writer: Writer | undefined;
  try {
    writer = await openWriter(folder, name);
    const bytes = await pump(data, writer, options);
    await writer.commit();
    return bytes;
  } catch (error) {
    await writer?.discard().catch(() => undefined); // it may have failed already
    if (!existed) await folder.removeEntry(name).catch(() => undefined); // the empty file that opening made
    throw error;
  }
}

async function exists(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await folder.getFileHandle(name);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function pump(data: FileData, writer: Writer, { signal, onProgress }: WriteOptions): Promise<number> {
  const stream = data instanceof ReadableStream ? data : new Blob([data as BlobPart]).stream();
  const reader = stream.getReader();
  let bytes = 0;
  try {
    for (;;) {
      if (signal) throwIfAborted(signal);
      const { done, value } = await reader.read();
      if (done) return bytes;
      await writer.write(value as Uint8Array<ArrayBuffer>);
      bytes += value.length;
      onProgress?.(bytes);
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
}
