// One file while it is written, by what the browser has for it: a stream, or in a worker a handle. Knows no path and no content.

import { ClinfuseError } from "../base/errors.ts";

/** Nothing of the file is seen before `commit`; `discard` leaves what was there before. */
export interface Writer {
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** Ends the name of a file that is being written. No other file's name ends so. */
export const writingMark = "+writing";

/** Throws `storage-unavailable` where the browser has neither way. */
export async function openWriter(folder: FileSystemDirectoryHandle, name: string): Promise<Writer> {
  const handle = await folder.getFileHandle(name, { create: true });
  if ("createWritable" in handle) return streamWriter(await handle.createWritable());
  const beside = await folder.getFileHandle(`${name}${writingMark}`, { create: true });
  if (!("createSyncAccessHandle" in beside)) {
    await folder.removeEntry(`${name}${writingMark}`);
    const sentence = `could not store ${name}: this browser lets no page write files`;
    const remedy = "Open Clinfuse in a newer browser: Safari from 26, or a recent Chrome, Edge or Firefox.";
    throw new ClinfuseError("storage-unavailable", sentence, { file: name, remedy });
  }
  return handleWriter(folder, name, beside);
}

function streamWriter(stream: FileSystemWritableFileStream): Writer {
  return { write: (chunk) => stream.write(chunk), commit: () => stream.close(), discard: () => stream.abort() };
}

/** Safari before 26 has no streams, and gives handles to workers alone. */
async function handleWriter(folder: FileSystemDirectoryHandle, name: string, beside: FileSystemFileHandle): Promise<Writer> {
  const access = await beside.createSyncAccessHandle();
  access.truncate(0); // a killed tab may have left something
  let at = 0;
  return {
    async write(chunk) {
      for (let from = 0; from < chunk.length; ) {
        const written = access.write(chunk.subarray(from), { at });
        if (written === 0) throw new DOMException("the disk takes no more", "QuotaExceededError");
        from += written;
        at += written;
      }
    },
    async commit() {
      access.flush();
      access.close();
      await moveOver(folder, beside, name);
    },
    async discard() {
      access.close();
      await folder.removeEntry(beside.name);
    },
  };
}

/** In every browser that has this file system; the types lag behind. Some move over a file that is there, others refuse. */
async function moveOver(folder: FileSystemDirectoryHandle, handle: FileSystemFileHandle, name: string): Promise<void> {
  const movable = handle as FileSystemFileHandle & { move(name: string): Promise<void> };
  try {
    await movable.move(name);
  } catch {
    await folder.removeEntry(name);
    await movable.move(name);
  }
}
