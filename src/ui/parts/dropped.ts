// Contents of a drop, as the browser gives them: entries, a folder's entries, an entry's file. Knows no file format.

/** To be called before the first await: the list is emptied after the event. */
export const entriesOf = (transfer: DataTransfer): readonly FileSystemEntry[] =>
  [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);

export async function entriesIn(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all; // a reader gives at most 100 at a time
    all.push(...some);
  }
}

export const isFileEntry = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

export const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));
