// A folder that the user picked or dropped, as files by name. Takes the known names alone; reads none.

import { ClinfuseError } from "../../base/errors.ts";
import { entriesIn, entriesOf, fileOf, isFileEntry } from "./dropped.ts";

/** Names of files that readDataset knows. */
const known = new Set(["train_few.jsonl", "dev_few.jsonl", "test.jsonl", "label.txt", "train.jsonl", "dev.jsonl", "all.jsonl"]);
const mostBytes = 200_000_000;

export interface PickedFolder {
  readonly name: string;
  readonly files: readonly File[];
}

/** From `<input type="file" webkitdirectory>`: the files at the top of the folder, not those of folders inside it. */
export function pickedFolder(list: Iterable<File>): PickedFolder {
  const files = [...list];
  const name = files[0]?.webkitRelativePath.split("/")[0] || "folder";
  return { name, files: files.filter((file) => file.webkitRelativePath.split("/").length <= 2) };
}

/** From a drop: one folder, or the files themselves. */
export async function droppedFolder(transfer: DataTransfer): Promise<PickedFolder> {
  const entries = entriesOf(transfer);
  const folder = entries.find((entry): entry is FileSystemDirectoryEntry => entry.isDirectory);
  const inside = folder ? await entriesIn(folder) : entries;
  const files = await Promise.all(inside.filter(isFileEntry).map(fileOf));
  return { name: folder?.name ?? "dropped files", files };
}

/** Files that readDataset knows, by name. Throws `file-too-large`. Missing ones are named when the rest is read. */
export function checkedFiles({ files }: PickedFolder): Readonly<Record<string, File>> {
  const wanted = files.filter((file) => known.has(file.name));
  for (const { name, size } of wanted) {
    if (size > mostBytes)
      throw new ClinfuseError("file-too-large", `${name} is too large`, { file: name, got: size, expected: mostBytes });
  }
  return Object.fromEntries(wanted.map((file) => [file.name, file]));
}
