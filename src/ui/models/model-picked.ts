// Model files as the user picks or drops them: loose, a folder, a zip, with their paths. Reads none.

import type { Picked } from "../../models/import.ts";
import { entriesIn, entriesOf, fileOf, isFileEntry } from "../parts/dropped.ts";

/** From `<input type="file">`, with `webkitdirectory` or without. */
export function pickedModel(list: Iterable<File>): Picked {
  const files = [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  const [first] = files;
  return { name: first?.path.split("/")[0] ?? "nothing", files };
}

/** From a drop: folders with all that lies in them, as a file dialog gives them, and files. */
export async function droppedModel(transfer: DataTransfer): Promise<Picked> {
  const entries = entriesOf(transfer);
  const files = (await Promise.all(entries.map((entry) => filesIn(entry, "", 0)))).flat();
  return { name: entries[0]?.name ?? "nothing", files };
}

const mostDepth = 6;

/** Hidden folders, of version control for instance, hold no model. */
async function filesIn(entry: FileSystemEntry, prefix: string, depth: number): Promise<Picked["files"]> {
  const path = `${prefix}${entry.name}`;
  if (isFileEntry(entry)) return [{ path, file: await fileOf(entry) }];
  if (depth > mostDepth || (depth > 0 && entry.name.startsWith("."))) return [];
  const inside = await entriesIn(entry as FileSystemDirectoryEntry);
  return (await Promise.all(inside.map((one) => filesIn(one, `${path}/`, depth + 1)))).flat();
}
