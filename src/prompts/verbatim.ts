// Tasks in the released code's words with its faults: MQP's labels have each other's descriptions there. Knows no prompt.

import type { Task } from "../tasks/task.ts";

/** Tasks whose two labels the released code describes the wrong way round. */
const exchanged: readonly string[] = ["mqp"];

/** Tells whether the code's own faults change the task's prompts. */
export const hasVerbatim = (task: Task): boolean => exchanged.includes(task.id);

/** The task as the code describes it: it trains the labels the wrong way round. */
export function verbatimTask<T extends Task>(task: T): T {
  const [first, second] = task.labels;
  if (!hasVerbatim(task) || !first || !second) return task;
  const labels = [
    { ...first, description: second.description },
    { ...second, description: first.description },
  ];
  return { ...task, labels };
}
