// A format as a port: files that people hold, read as rows of the task's sets. Knows no disk and no page.

import type { Example } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";

/** Files of a folder by path, as they were picked: bytes, for a format knows best how to read its own. */
export type Tree = ReadonlyMap<string, Blob>;

/**
 * The sets of a corpus. `train` and `validation` are a run's few rows; `full` and `dev` are the corpus's own training and validation sets. `pool`: what
 * no name puts into a set. Missing sets of a run are drawn from the last three.
 */
export const splits = ["train", "validation", "test", "full", "dev", "pool"] as const;
export type Split = (typeof splits)[number];

/** A line of a file, from 1, for messages. */
export interface At {
  readonly file: string;
  readonly line: number;
}

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
  /** One clause for users: what its files are. */
  readonly files: string;
  /** Extensions of its files, in lower case: for a file that fits no format by its beginning. */
  readonly extensions: readonly string[];
  /** Names of folders that may hold files of the same name: parts of one corpus. */
  readonly folders?: RegExp;
  /** Tells the files beside the rows of which each folder may have its own: names of labels. */
  besides?(path: string): boolean;
  /** Tells whether its rows can be examples of the task. */
  serves(task: Task): boolean;
  /** The files that it would read, by their first characters; none where the folder does not look like this format. */
  fits(heads: ReadonlyMap<string, string>): readonly string[];
  /** Tells by the name alone whether a file should be one of its own, so that a damaged file is refused and not passed over. */
  claims(path: string): boolean;
  /** Reads every file of the tree. Throws for the first row that cannot be read, with file and line; nothing is read by half. */
  read(tree: Tree, task: Task): Promise<Rows>;
  /** Files among its own that a run can do without. `gold`: the run takes the real training rows too. */
  spare?(files: readonly string[], gold: boolean): readonly string[];
  /** Contents of the files by path; what `read` takes back. */
  write?(rows: Rows["rows"], task: Task): ReadonlyMap<string, string>;
}
