// Labels of pairs in a table beside them: two columns, pair_id and label. Knows no format.

import type { Task } from "../../tasks/task.ts";
import type { Tree } from "../format.ts";
import { labelAt } from "./labels.ts";
import { csvRows, headerOf, ofWidth } from "./table.ts";
import { malformed, readText } from "./text-file.ts";

/** Tells by a file's first characters whether it is such a table. */
export const isGroundTruth = (head: string): boolean => headerOf(head, ",").join() === "pair_id,label";

/** Labels by id, from these files. `labels` are the words that a table may have, with the task's own. */
export async function groundTruth(
  tree: Tree,
  files: readonly string[],
  task: Task,
  labels: Readonly<Record<string, string>>,
): Promise<Map<string, string>> {
  const truth = new Map<string, string>();
  for (const file of files) {
    const [, ...table] = csvRows(await readText(tree, file), file);
    for (const { cells, line } of ofWidth(table, file, [2], "pair_id and label")) {
      const [id = "", label = ""] = cells;
      labelAt(task, labels, label, { file, line });
      const before = truth.get(id.trim());
      if (before !== undefined && before !== label.trim())
        malformed(file, line, `the pair ${id.trim()} has the label ${before} already`);
      truth.set(id.trim(), label.trim());
    }
  }
  return truth;
}
