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
  const fault = folderFault(dirname(resolve(path))) ?? fileFault(path);
  if (fault) throw new Error(`--${option} takes a file; ${resolve(path)}: ${fault}`);
}

/** A file that is there must be one that can be written. */
function fileFault(path: string): string | undefined {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) return "a folder has this name";
  try {
    if (there) accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return unwritable(error as NodeJS.ErrnoException);
  }
}

const unwritable = (error: NodeJS.ErrnoException): string => `it cannot be written (${error.code ?? String(error)})`;

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
    return code === "ENOTDIR" ? "a file has this name" : unwritable(error as NodeJS.ErrnoException);
  }
}
