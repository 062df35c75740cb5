// One step of a batch over its folder, and the files that it leaves there. Knows no command line.

import { score } from "../src/evaluate/score.ts";
import type { Scores } from "../src/evaluate/scores.ts";
import { type BatchCounts, step as batchStep, type Stepped as SteppedBatch } from "../src/experiment/batch-step.ts";
import type { LogEntry, Synthetic } from "../src/generate/log.ts";
import type { Feedback } from "../src/generate/source.ts";
import { sourceOf } from "../src/generate/sources.ts";
import { storedLog } from "../src/generate/stored-log.ts";
import { datasetJsonl } from "../src/report/artefacts.ts";
import { taskOf } from "../src/tasks/catalogue.ts";
import type { Example } from "../src/tasks/example.ts";
import { blankOf } from "../src/tasks/shapes.ts";
import type { ExampleOf, Task } from "../src/tasks/task.ts";
import { type BatchFolder, type BatchPlan, logFile, planName } from "./batch-folder.ts";
import { openGraphFolder } from "./graph-folder.ts";

/** The last line of the command. */
export interface BatchLine extends BatchCounts {
  /** File of the accepted examples; null before there are any. */
  readonly dataset: string | null;
  /** Scores on the test items, for a source that answers them. An item without an answer is wrong. */
  readonly scores?: Scores;
}

export interface Stepped extends Pick<SteppedBatch, "faults" | "remarks" | "barrier"> {
  readonly line: BatchLine;
  readonly synthetic: readonly Synthetic[];
}

const never = new AbortController().signal;

/** As the step itself; it writes the data set, the log and the counts into the folder too. `feedback`: the answer to the barrier of the step before. */
export async function step(
  folder: BatchFolder,
  plan: BatchPlan,
  files: ReadonlyMap<string, string>,
  feedback?: Feedback,
): Promise<Stepped> {
  const { config, seeds, data, ratio, model, graph } = plan;
  const work = {
    name: await planName(plan),
    writer: `batch/${model}`,
    config,
    seeds,
    data,
    ratio,
    ...(feedback ? { feedback } : {}),
  };
  const stepped = await batchStep(folder, { ...work, openGraph: () => openGraphFolder(graph) }, files, never);
  const { counts, faults, remarks, log, barrier } = stepped;
  const synthetic = log.filter((entry) => entry.type === "accepted");
  const dataset = writeProducts(folder, plan, stepped, synthetic);
  const scored = stepped.run && sourceOf(config.source).answers;
  const line: BatchLine = { ...counts, dataset, ...(scored ? { scores: scoresOf(plan, log) } : {}) };
  folder.write("summary.json", `${JSON.stringify(line)}\n`);
  return { line, faults, remarks, synthetic, ...(barrier ? { barrier } : {}) };
}

/** The data set so far, and the log as the app stores it; the data set's name. */
function writeProducts(
  folder: BatchFolder,
  plan: BatchPlan,
  { run, log }: SteppedBatch,
  synthetic: readonly Synthetic[],
): string | null {
  if (run) folder.write(logFile, storedLog({ config: run.config, entries: log }));
  if (synthetic.length === 0) return null;
  const name = sourceOf(plan.config.source).answers ? "predictions.jsonl" : "dataset.jsonl";
  folder.write(name, datasetJsonl(taskOf(plan.config.task), synthetic));
  return name;
}

function scoresOf({ config, data: { test } }: BatchPlan, log: readonly LogEntry[]): Scores {
  const task = taskOf(config.task);
  const given = test.map(blankOf);
  for (const entry of log) if (entry.type === "accepted") given[entry.index] = entry.example;
  const ofTask = (examples: readonly Example[]) => examples as readonly ExampleOf<Task>[];
  return score(task, ofTask(test), ofTask(given));
}
