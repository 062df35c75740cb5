// The entries of a zip file that stores them as they are, by name, as slices of it: PyTorch's form. Knows no content.

import { ClinfuseError } from "../base/errors.ts";
import { findZipDirectory, zipContent, zipFileAt } from "../base/zip-directory.ts";

/** The directory of a checkpoint with a million tensors takes no more. */
const maxDirectory = 64 * 2 ** 20;

/** Errors: `model-truncated` without a whole directory and whole entries, `model-unsupported` for compressed entries and an absurd directory. */
export async function storedEntries(source: Blob, file: string): Promise<ReadonlyMap<string, Blob>> {
  const unsupported = (why: string, what: string) => new ClinfuseError("model-unsupported", `${file}: ${why}`, { file, what });
  const found = await findZipDirectory(source);
  if (!found) throw truncated(file, source.size);
  if (found.size > maxDirectory) throw unsupported(`its directory claims ${found.size} bytes`, "directory");
  const directory = new DataView(await source.slice(found.start, found.start + found.size).arrayBuffer());
  const entries = new Map<string, Blob>();
  for (let i = 0, at = 0; i < found.entries; i++) {
    const entry = zipFileAt(directory, at);
    if (!entry) throw truncated(file, source.size);
    if (entry.method !== 0)
      throw unsupported(`its entry ${entry.path} is compressed; PyTorch stores entries as they are`, entry.path);
    const content = await zipContent(source, entry);
    if (!(content instanceof Blob)) throw truncated(file, source.size);
    entries.set(entry.path, content);
    at = entry.next;
  }
  return entries;
}

function truncated(file: string, got: number): ClinfuseError {
  const sentence = `${file} has ${got} bytes and no whole directory of its entries`;
  return new ClinfuseError("model-truncated", sentence, { file, got, expected: got + 1 });
}
