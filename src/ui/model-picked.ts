// Model files as the user picks or drops them: loose, a folder, a zip, with their paths. Reads none.

import type { Picked } from "../workers/model-import.ts";

/** From `<input type="file">`, with `webkitdirectory` or without. */
export function pickedModel(list: Iterable<File>): Picked {
  const files = [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  const [first] = files;
  return { name: first?.path.split("/")[0] ?? "nothing", files };
}

/** From a drop: folders with what lies at their top, and files. */
export async function droppedModel(transfer: DataTransfer): Promise<Picked> {
  // Entries must be taken before the first await; the list is emptied after the event.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const files = (await Promise.all(entries.map(filesIn))).flat();
  return { name: entries[0]?.name ?? "nothing", files };
}

async function filesIn(entry: FileSystemEntry): Promise<Picked["files"]> {
  if (entry.isFile) return [{ path: entry.name, file: await fileOf(entry as FileSystemFileEntry) }];
  const inside = await readEntries(entry as FileSystemDirectoryEntry);
  const files = inside.filter((e): e is FileSystemFileEntry => e.isFile);
  return Promise.all(files.map(async (file) => ({ path: `${entry.name}/${file.name}`, file: await fileOf(file) })));
}

async function readEntries(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all; // a reader gives at most 100 at a time
    all.push(...some);
  }
}

const fileOf = (entry: FileSystemFileEntry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject));
