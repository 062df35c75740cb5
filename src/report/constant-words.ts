// How the scores stand to the best constant answer, in sentences. Pure.

import type { PairedComparison } from "../evaluate/bootstrap.ts";
import { type LearnableTask, mainMetric } from "../tasks/task.ts";
import type { StageId } from "../train/train-config.ts";
import { level } from "./arena-standing.ts";
import { pInText, signed } from "./difference-words.ts";
import type { Sureness } from "./sureness.ts";

/** The answer's labels by name. */
export function constantName(task: LearnableTask, labels: readonly string[]): string {
  const [only = ""] = labels;
  return labels.length === 1 ? `“${task.labels.find(({ id }) => id === only)?.name ?? only}”` : "every label";
}

/** The constant answer's main score, then each stage beside it. `metric`: its name within a sentence. Undefined for a task of spans. */
export function constantWords(
  task: LearnableTask,
  constant: Sureness["constant"],
  metric: string,
  stageNames: Readonly<Record<StageId, string>>,
): string | undefined {
  if (!constant) return undefined;
  const { labels, values, less } = constant;
  const score = (values[mainMetric(task)] ?? 0).toFixed(3);
  const head = `Always answering ${constantName(task, labels)}, whatever the text says, scores ${score} (${metric}).`;
  return [head, ...(["few", "synthetic"] as const).flatMap((stage) => standing(stageNames[stage], less[stage]) ?? [])].join(" ");
}

function standing(stage: string, less: PairedComparison | undefined): string | undefined {
  if (!less) return undefined;
  const { difference, interval, p } = less;
  const test = `${signed(interval.low)} to ${signed(interval.high)}, p ${pInText(p)}`;
  if (p >= level) return `${stage} is not told apart from that (${signed(difference)}; ${test}).`;
  return `${stage} is ${Math.abs(difference).toFixed(3)} ${difference > 0 ? "above" : "below"} that (${test}).`;
}
