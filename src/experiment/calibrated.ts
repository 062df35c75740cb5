// Calibration of a model on a test set, from the answers that it gave with their probabilities. Pure.

import { type Calibration, calibration } from "../evaluate/calibration.ts";
import type { Example } from "../tasks/example.ts";
import { type Answer, answered } from "./answer.ts";
import { agree } from "./trust.ts";

/** Undefined where an answer has no probability: spans, several labels, and scores of an older version. */
export function calibrationOf(test: readonly Example[], answers: readonly Answer[]): Calibration | undefined {
  const predicted = answered(test, answers);
  if (predicted.length !== test.length || answers.some(({ sure }) => sure === undefined)) return undefined;
  return calibration(
    test.map((example, i) => ({ probability: answers[i]?.sure ?? 0, right: agree(example, predicted[i] ?? example) })),
  );
}
