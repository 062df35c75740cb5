// A dataset from the examples that a user's own task carries. Knows no file.

import { ClinfuseError } from "../base/errors.ts";
import type { Example } from "../tasks/example.ts";
import type { TaskExamples } from "../tasks/example-rows.ts";
import { labelsOf } from "../tasks/shapes.ts";
import type { Task } from "../tasks/task.ts";
import type { Dataset } from "./dataset.ts";
import { overlapRemarks } from "./dataset-remarks.ts";

/**
 * The task's sets as they are. Without test examples the validation set is scored, and a remark says what that means. Throws `not-enough-examples`
 * where a label has nothing to learn from, or nothing chooses the best epoch.
 */
export function ownDataset(task: Task, { train, validation, test }: TaskExamples): Dataset {
  const lacking = task.labels.filter(({ id }) => having(train, id) === 0).map(({ name }) => `"${name}"`);
  if (lacking.length > 0) {
    throw notEnough(`no training example of ${task.name} carries ${lacking.join(", ")}`, task.shots.count);
  }
  if (validation.length === 0) throw notEnough(`${task.name} has no validation examples, by which the best epoch is chosen`, 1);
  const few = task.labels.filter(({ id }) => task.shots.per === "label" && having(train, id) < task.shots.count);
  const remarks = few.map(
    ({ id, name }) =>
      `"${name}" has ${having(train, id)} of the ${task.shots.count} training examples that are meant for each label.`,
  );
  if (test.length === 0) {
    remarks.push("There are no test examples: the scores are those of the validation set, and flatter the model.");
  }
  const sets = { train, validation, test: test.length === 0 ? validation : test };
  return { ...sets, remarks: [...remarks, ...overlapRemarks(task, sets)] };
}

const having = (examples: readonly Example[], label: string): number =>
  examples.filter((example) => labelsOf(example).includes(label)).length;

const remedy = "Label more examples where the task is edited, or choose a folder that holds them.";

const notEnough = (what: string, expected: number) => new ClinfuseError("not-enough-examples", what, { expected, remedy });
