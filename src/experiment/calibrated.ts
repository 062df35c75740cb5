// Calibration of a model on a test set, from the answers that it gave with their probabilities. Pure.

import { type Calibration, calibration, type Sure } from "../evaluate/calibration.ts";
import type { Example } from "../tasks/example.ts";
import { itemsOf } from "../tasks/shapes.ts";
import type { LearnableTask } from "../tasks/task.ts";
import { type Answer, answered } from "./answer.ts";
import { agree } from "./trust.ts";

/**
 * An answer with one label counts once. Each span counts that was given, and each of several labels; one that was missed has no probability.
 * Undefined where an answer has no probability, as in scores of an older version, and where nothing was given.
 */
export function calibrationOf(test: readonly Example[], answers: readonly Answer[]): Calibration | undefined {
  const predicted = answered(test, answers);
  if (predicted.length !== test.length) return undefined;
  const each: Sure[] = [];
  for (const [i, example] of test.entries()) {
    const found = judged(example, predicted[i] as Example, answers[i]?.sure);
    if (!found) return undefined;
    each.push(...found);
  }
  return calibration(each);
}

/** Kind of thing that a model finds, where a task's answers are several. */
export function foundIn(task: LearnableTask): "spans" | "labels" | undefined {
  if (task.shape === "token") return "spans";
  return task.shape === "sentence" && task.carries !== "one" ? "labels" : undefined;
}

function judged(gold: Example, predicted: Example, sure: Answer["sure"]): readonly Sure[] | undefined {
  if (sure === undefined) return undefined;
  if (typeof sure === "number") return [{ probability: sure, right: agree(gold, predicted) }];
  const items = itemsOf(predicted);
  if (items.length !== sure.length) return undefined;
  const wanted = new Set(itemsOf(gold).map(({ key }) => key));
  return items.map(({ key }, k) => ({ probability: sure[k] as number, right: wanted.has(key) }));
}
