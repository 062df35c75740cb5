// A data folder of this machine as files that a page can be given. Knows no task but by its formats.

import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { ClinfuseError } from "../src/base/errors.ts";
import { chooseFormat, headLength } from "../src/formats/catalogue.ts";
import { decodedHead } from "../src/formats/encodings.ts";
import type { FolderFiles } from "../src/formats/folder-files.ts";
import { isAside } from "../src/formats/reading/paths.ts";
import type { Task } from "../src/tasks/task.ts";
import { pathsUnder } from "./picked-files.ts";

const isArchive = (name: string): boolean => /\.(?:zip|gz)$/i.test(name);

/**
 * The files of a folder, or a file, in the format that it looks like for the task; beside archives, all of them. `field` is named when there is no such
 * folder; `gold` asks for all real training rows too. Throws nothing for what is in the files, but what the choice of the format throws.
 */
export function readFolder(field: string, path: string, task: Task, gold = false): FolderFiles {
  if (!existsSync(path)) throw new Error(`${field}: there is no folder ${path}`);
  const paths = pathsUnder(path);
  const names = [...paths.keys()].some(isArchive) ? [...paths.keys()] : needed(field, paths, task, gold);
  return Object.fromEntries(names.map((name) => [name, contentOf(name, paths.get(name) as string)]));
}

function needed(field: string, paths: ReadonlyMap<string, string>, task: Task, gold: boolean): readonly string[] {
  const { format, files } = chosen(field, new Map([...paths].map(([name, path]) => [name, headOf(path)])), task);
  const spare = format.spare?.(files, gold) ?? [];
  return files.filter((name) => !spare.includes(name));
}

/** The format, or its fault with the field before it. */
function chosen(field: string, heads: ReadonlyMap<string, string>, task: Task): ReturnType<typeof chooseFormat> {
  try {
    return chooseFormat(heads, task);
  } catch (error) {
    if (!(error instanceof ClinfuseError)) throw error;
    throw new ClinfuseError(error.code, `${field}: ${error.message}`, error.place, { cause: error });
  }
}

function headOf(path: string): string {
  const bytes = new Uint8Array(headLength);
  const file = openSync(resolve(path), "r");
  try {
    return decodedHead(bytes.subarray(0, readSync(file, bytes)));
  } finally {
    closeSync(file);
  }
}

/** Text where the file is UTF-8, else its bytes, a third longer as base64. A file that is none of the data is its name alone. */
function contentOf(name: string, path: string): FolderFiles[string] {
  if (isAside(name)) return "";
  const bytes = readFileSync(path);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: bytes.toString("base64") };
  }
}
