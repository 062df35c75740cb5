// Model files as the user picks or drops them: loose, a folder, a zip, with their paths. Reads none.

import type { Picked } from "../../models/import.ts";
import { entriesIn, entriesOf, fileOf, isFileEntry } from "../parts/dropped.ts";

/** From `<input type="file">`, with `webkitdirectory` or without. */
export function pickedModel(list: Iterable<File>): Picked {
  const files = [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  const [first] = files;
  return { name: first?.path.split("/")[0] ?? "nothing", files };
}

/** From a drop: folders with what lies at their top, and files. */
export async function droppedModel(transfer: DataTransfer): Promise<Picked> {
  const entries = entriesOf(transfer);
  const files = (await Promise.all(entries.map(filesIn))).flat();
  return { name: entries[0]?.name ?? "nothing", files };
}

async function filesIn(entry: FileSystemEntry): Promise<Picked["files"]> {
  if (isFileEntry(entry)) return [{ path: entry.name, file: await fileOf(entry) }];
  const files = (await entriesIn(entry as FileSystemDirectoryEntry)).filter(isFileEntry);
  return Promise.all(files.map(async (file) => ({ path: `${entry.name}/${file.name}`, file: await fileOf(file) })));
}
