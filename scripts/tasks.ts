// The tasks, one JSON object a line; or files read for one of them: npm run tasks [-- --read TASK PATH ...]

import { tasks } from "../src/tasks/catalogue.ts";
import { families } from "../src/tasks/families.ts";
import { metricId } from "../src/tasks/metric.ts";
import type { Task } from "../src/tasks/task.ts";
import { runAsCommand } from "./command.ts";
import { readOptions } from "./options.ts";
import { readTask } from "./tasks-read.ts";

const usage = `npm run tasks                             one task a line, as JSON, in the order of the paper's Table 5
npm run tasks -- --read TASK PATH ...     reads files or a folder for a task, in whatever format they are; prints one line of JSON.
                                          TASK is an id, or the file of a task of your own

Fields of a task: id, family, labels (ids, in the order of ClinGen's label.txt), shots (few-shot examples) and shotsPer ("label", or "task" for
so many in all), metrics (the first is the main one), listings (of Appendix F: styles, ClinGen's, the baselines').
`;

export interface TaskLine {
  readonly id: string;
  readonly family: string;
  readonly labels: readonly string[];
  readonly shots: number;
  readonly shotsPer: "label" | "task";
  readonly metrics: readonly string[];
  readonly listings: readonly number[];
}

export function taskLine({ id, family, labels, shots, metrics }: Task): TaskLine {
  return {
    id,
    family,
    labels: labels.map((label) => label.id),
    shots: shots.count,
    shotsPer: shots.per,
    metrics: metrics.map((metric) => metricId(metrics, metric)),
    listings: families[family].listings,
  };
}

/** Exit code of the command. The last line that it prints is JSON, but for --help. */
export async function main(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { values, positionals } = readOptions({
    args: [...args],
    options: { read: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (values.help) {
    print(usage.trimEnd());
    return 0;
  }
  if (!values.read) {
    if (positionals.length > 0) throw new Error(`unexpected ${JSON.stringify(positionals[0])}; --read TASK PATH reads files`);
    for (const task of tasks) print(JSON.stringify(taskLine(task)));
    return 0;
  }
  const [task = "", ...paths] = positionals;
  const line = await readTask(task, paths);
  print(JSON.stringify(line));
  return "error" in line ? 1 : 0;
}

await runAsCommand(import.meta.url, main, { usage });
