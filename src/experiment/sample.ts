// The sample of a task: a small folder in ClinGen's format, from the app's own server or from this browser's copy of it.

import { appFile } from "../base/app-file.ts";
import type { Tree } from "../formats/format.ts";
import type { Task } from "../tasks/task.ts";

const names = ["train_few.jsonl", "dev_few.jsonl", "test.jsonl", "label.txt"] as const;

/** Throws `file-missing` for a file that the app was deployed without, `server-gone`. */
export async function fetchSample(task: Task): Promise<Tree> {
  return new Map(await Promise.all(names.map(async (name) => [name, await appFile(`samples/${task.id}/${name}`)] as const)));
}
