// The sample of a task that ships with the app: a small folder in ClinGen's format, from the app's own server or the copy of it in this browser.

import { appFile } from "../base/app-file.ts";
import type { Tree } from "../formats/format.ts";
import type { Task } from "../tasks/task.ts";

const names = ["train_few.jsonl", "dev_few.jsonl", "test.jsonl", "label.txt"] as const;

/** Throws `file-missing` for a file that the app was deployed without, `server-gone`. */
export async function fetchSample(task: Task): Promise<Tree> {
  return new Map(await Promise.all(names.map(async (name) => [name, await appFile(`samples/${task.id}/${name}`)] as const)));
}
