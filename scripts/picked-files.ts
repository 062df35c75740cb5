// Files and folders of this machine as a tree of files, as the app's page would pick them. Knows no format.

import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { ClinfuseError } from "../src/base/errors.ts";
import { fileBlob } from "./file-blob.ts";

const most = { files: 20_000, depth: 8 };

/** Paths of one folder are seen from it; several paths are seen from above. Throws `file-missing` and `file-too-large`. */
export const pickedFiles = (paths: readonly string[]): ReadonlyMap<string, Blob> =>
  new Map([...pathsUnder(...paths)].map(([name, path]) => [name, fileBlob(path)]));

/** As `pickedFiles`, with the path of each file. */
export function pathsUnder(...paths: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const taken = new Set<string>();
  for (const path of paths) {
    if (path.trim() === "") throw new ClinfuseError("file-missing", "the name of a file or folder is empty");
    const full = resolve(path);
    if (taken.has(full)) continue;
    taken.add(full);
    for (const file of filesUnder(full, path, 0)) {
      const inside = file.slice(full.length + 1);
      const name = [...(paths.length === 1 && inside !== "" ? [] : [basename(full)]), ...(inside === "" ? [] : [inside])].join(
        "/",
      );
      files.set(files.has(name) ? file.slice(1) : name, file);
      if (files.size > most.files) {
        throw new ClinfuseError("file-too-large", `${path} holds more than ${most.files} files`, { file: path });
      }
    }
  }
  return files;
}

function filesUnder(full: string, path: string, depth: number): string[] {
  let folder: boolean;
  try {
    folder = statSync(full).isDirectory();
    if (!folder) {
      accessSync(full, constants.R_OK);
      return [full];
    }
    if (depth > most.depth)
      throw new ClinfuseError("file-too-large", `${path} lies more than ${most.depth} folders deep`, { file: path });
    const names = readdirSync(full).filter((name) => !name.startsWith(".") && name !== "node_modules");
    return names.sort().flatMap((name) => filesUnder(join(full, name), join(path, name), depth + 1));
  } catch (error) {
    if (error instanceof ClinfuseError) throw error; // it names a file inside
    const { code = "" } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" && depth > 0 ? "a link leads nowhere:" : (whyUnread[code] ?? "it cannot be read:");
    throw new ClinfuseError("file-missing", `${why} ${path}`, { file: path }, { cause: error });
  }
}

const whyUnread: Readonly<Record<string, string>> = {
  ENOENT: "there is no file or folder",
  ENOTDIR: "there is no file or folder",
  EACCES: "this user may not read",
  EPERM: "this user may not read",
  ELOOP: "a link leads in a circle:",
};
