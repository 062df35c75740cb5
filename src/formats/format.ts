// A format as a port: files that people hold, read as rows of the task's sets. Knows no disk and no page.

import type { Example } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";

/** Files of a folder by path, as they were picked: bytes, for a format knows best how to read its own. */
export type Tree = ReadonlyMap<string, Blob>;

/** The sets of a run. `full`: the whole training set, which `train` is a few rows of. `pool`: what else the folder has; missing sets are drawn from both. */
export const splits = ["train", "validation", "test", "full", "pool"] as const;
export type Split = (typeof splits)[number];

export interface Rows {
  /** Rows of each set. A set that the folder lacks is absent. */
  readonly rows: Readonly<Partial<Record<Split, readonly Example[]>>>;
  /** File or section of each set, as a user knows it. */
  readonly names: Readonly<Record<Split, string>>;
  /** Decisions made on the way, a sentence each, with counts. */
  readonly remarks: readonly string[];
}

export interface Format {
  /** Short and stable. */
  readonly id: string;
  /** As users call it. */
  readonly name: string;
  /** Tells whether the folder looks like this format. `heads` are the first characters of each file, by path. */
  fits(heads: ReadonlyMap<string, string>): boolean;
  /** Throws for the first row that cannot be read, with file and line; nothing is read by half. */
  read(tree: Tree, task: Task): Promise<Rows>;
  /** Contents of the files by path; what `read` takes back. */
  write?(rows: Rows["rows"], task: Task): ReadonlyMap<string, string>;
}
