// A data folder of this machine as files that a page can be given. Knows no task but by its formats.

import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { decodeUtf8 } from "../src/base/utf8.ts";
import { chooseFormat, headLength } from "../src/formats/catalogue.ts";
import type { FolderFiles } from "../src/headless.ts";
import type { Task } from "../src/tasks/task.ts";
import { pathsUnder } from "./picked-files.ts";

const isArchive = (name: string): boolean => /\.(?:zip|gz)$/i.test(name);

/**
 * The files of a folder, or a file, in the format that it looks like for the task; archives as they are. `field` is named when there is no such folder;
 * `gold` asks for all real training rows too.
 */
export function readFolder(field: string, path: string, task: Task, gold = false): FolderFiles {
  if (!existsSync(path)) throw new Error(`${field}: there is no folder ${path}`);
  const paths = pathsUnder(path);
  const names = [...paths.keys()].some(isArchive) ? [...paths.keys()] : needed(paths, task, gold);
  return Object.fromEntries(names.map((name) => [name, contentOf(name, paths.get(name) as string)]));
}

function needed(paths: ReadonlyMap<string, string>, task: Task, gold: boolean): readonly string[] {
  const { format, files } = chooseFormat(new Map([...paths].map(([name, path]) => [name, headOf(path)])), task);
  const spare = format.spare?.(files, gold) ?? [];
  return files.filter((name) => !spare.includes(name));
}

function headOf(path: string): string {
  const bytes = new Uint8Array(headLength);
  const file = openSync(resolve(path), "r");
  try {
    return new TextDecoder().decode(bytes.subarray(0, readSync(file, bytes)));
  } finally {
    closeSync(file);
  }
}

/** Text where the file is text; bytes as base64 for archives and Parquet. */
function contentOf(name: string, path: string): FolderFiles[string] {
  const bytes = readFileSync(path);
  return isArchive(name) || /\.parquet$/i.test(name) ? { base64: bytes.toString("base64") } : decodeUtf8(bytes, name);
}
