// The sample of a task that ships with the app: a small folder in ClinGen's format, fetched from the app's own origin.

import { ClinfuseError } from "../base/errors.ts";
import type { Tree } from "../formats/format.ts";
import type { Task } from "../tasks/task.ts";

const names = ["train_few.jsonl", "dev_few.jsonl", "test.jsonl", "label.txt"] as const;

/** Throws `file-missing` for a file that the app was deployed without. */
export async function fetchSample(task: Task): Promise<Tree> {
  const entries = names.map(async (name): Promise<[string, Blob]> => {
    const response = await fetch(`${import.meta.env.BASE_URL}samples/${task.id}/${name}`);
    if (!response.ok) {
      const file = `samples/${task.id}/${name}`;
      throw new ClinfuseError("file-missing", `the app was installed without ${file}`, { file });
    }
    return [name, await response.blob()];
  });
  return new Map(await Promise.all(entries));
}
