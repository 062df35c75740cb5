// Places to write, looked at before the work whose result goes there. Makes nothing.

import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Throws an Error where `path` is no folder and none could be made there. */
export function requireFolder(option: string, path: string): void {
  if (path.trim() === "") throw new Error(`--${option} takes a folder, and its name is empty`);
  const fault = folderFault(resolve(path));
  if (fault) throw new Error(`--${option} takes a folder; ${resolve(path)}: ${fault}`);
}

/** Throws an Error where no file could be written at `path`. Its folder need not be there. */
export function requireFile(option: string, path: string): void {
  if (path.trim() === "") throw new Error(`--${option} takes a file, and its name is empty`);
  const isFolder = () => statSync(path, { throwIfNoEntry: false })?.isDirectory();
  const fault = folderFault(dirname(resolve(path))) ?? (isFolder() ? "a folder has this name" : undefined);
  if (fault) throw new Error(`--${option} takes a file; ${resolve(path)}: ${fault}`);
}

/** Looks at the folder, or else at the nearest one above it that is there. */
function folderFault(folder: string): string | undefined {
  try {
    const there = statSync(folder);
    if (!there.isDirectory()) return "a file has this name";
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && dirname(folder) !== folder) return folderFault(dirname(folder));
    return code === "ENOTDIR" ? "a file has this name" : `it cannot be written (${code ?? String(error)})`;
  }
}
