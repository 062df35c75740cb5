// Files that the user picked or dropped, as files by path. Takes them all: the formats say which they read.

import { ClinfuseError } from "../../base/errors.ts";
import { entriesIn, entriesOf, fileOf, isFileEntry } from "./dropped.ts";

/** More than any corpus has: HoC comes as 3,704 files. */
const mostFiles = 20_000;
const mostDepth = 8;

export interface PickedFolder {
  readonly name: string;
  /** By path, seen from the folder. */
  readonly files: Readonly<Record<string, File>>;
}

/** From `<input type="file">`, with `webkitdirectory` or for several files. */
export async function pickedFolder(list: Iterable<File>): Promise<PickedFolder> {
  const files = [...list]; // before anything waits: the page empties the list
  const folder = files[0]?.webkitRelativePath.split("/")[0];
  const pathOf = (file: File): string => file.webkitRelativePath.split("/").slice(1).join("/") || file.name;
  return checked(
    folder || namesOf(files),
    files.map((file) => [pathOf(file), file] as const),
  );
}

/** From a drop: one folder, or the files themselves. */
export async function droppedFolder(transfer: DataTransfer): Promise<PickedFolder> {
  const entries = entriesOf(transfer);
  const [only] = entries;
  const whole = entries.length === 1 && only?.isDirectory ? (only as FileSystemDirectoryEntry) : undefined;
  const files = await filesIn(whole ? await entriesIn(whole) : entries, "", 0);
  return checked(whole?.name ?? namesOf(entries), files);
}

/** Several files of no folder: by the first of them, and how many more there are. */
function namesOf(files: readonly { readonly name: string }[]): string {
  const [first] = files;
  if (!first) return "folder";
  return files.length === 1 ? first.name : `${first.name} and ${files.length - 1} more`;
}

async function filesIn(entries: readonly FileSystemEntry[], folder: string, depth: number): Promise<(readonly [string, File])[]> {
  const found: (readonly [string, File])[] = [];
  for (const entry of entries) {
    const path = `${folder}${entry.name}`;
    if (isFileEntry(entry)) found.push([path, await fileOf(entry)]);
    else if (entry.isDirectory && depth < mostDepth) {
      found.push(...(await filesIn(await entriesIn(entry as FileSystemDirectoryEntry), `${path}/`, depth + 1)));
    }
    if (found.length > mostFiles) break;
  }
  return found;
}

/** Throws `file-too-large` for more files than a corpus has: a wrong folder was picked. */
function checked(name: string, files: readonly (readonly [string, File])[]): PickedFolder {
  if (files.length > mostFiles) {
    throw new ClinfuseError("file-too-large", `${name} holds more than ${mostFiles} files`, { file: name });
  }
  return { name, files: Object.fromEntries(files) };
}
