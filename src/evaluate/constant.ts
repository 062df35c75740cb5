// The best constant answer: one set of labels for every text, as scikit-learn's DummyClassifier(strategy="constant") gives it. Pure.

import type { Example } from "../tasks/example.ts";
import { labelsOf, withLabels } from "../tasks/shapes.ts";
import { type ExampleOf, type LearnableTask, mainMetric } from "../tasks/task.ts";
import { severalItems, talliesOf, valuesOf, weighed } from "./score.ts";

/** A model whose score is not above its value may have learnt nothing from the texts. */
export interface ConstantAnswer {
  readonly labels: readonly string[];
  /** The task's metrics by `metricId`: mean over the test sets. */
  readonly values: Readonly<Record<string, number>>;
}

/**
 * Among each label alone and, where a text may carry several, all of them: the answer with the highest main metric. Undefined for a task of spans, which no answer fits
 * without the text, and for test sets without examples.
 */
export function bestConstant(task: LearnableTask, sets: readonly (readonly Example[])[]): ConstantAnswer | undefined {
  const counted = sets.filter((set) => set.length > 0).map(distinct);
  if (counted.length === 0) return undefined;
  const metric = mainMetric(task);
  const ids = task.labels.map(({ id }) => id);
  const answers = [...ids.map((id) => [id]), ...(severalItems(task) ? [ids] : [])].flatMap((labels): ConstantAnswer[] => {
    const each = counted.map((of) => valuesIn(task, of, labels)).filter((values) => values !== undefined);
    return each.length > 0 ? [{ labels, values: meanOf(each) }] : [];
  });
  const value = ({ values }: ConstantAnswer) => values[metric] ?? 0;
  return answers.reduce<ConstantAnswer | undefined>((best, of) => (best && value(best) >= value(of) ? best : of), undefined);
}

/** Every example answered with the same labels; undefined for a task of spans. */
export function alike(examples: readonly Example[], labels: readonly string[]): readonly Example[] | undefined {
  const answered = examples.map((example) => withLabels(example, labels)).filter((answer) => answer !== undefined);
  return answered.length === examples.length ? answered : undefined;
}

/** Examples that differ in their labels, and how often each occurs. */
interface Distinct {
  readonly examples: readonly Example[];
  readonly counts: readonly number[];
}

function distinct(set: readonly Example[]): Distinct {
  const found = new Map<string, { readonly example: Example; count: number }>();
  for (const example of set) {
    const key = JSON.stringify(labelsOf(example));
    const known = found.get(key);
    if (known) known.count++;
    else found.set(key, { example, count: 1 });
  }
  const each = [...found.values()];
  return { examples: each.map(({ example }) => example), counts: each.map(({ count }) => count) };
}

function valuesIn(task: LearnableTask, { examples, counts }: Distinct, labels: readonly string[]) {
  const answers = alike(examples, labels);
  if (!answers) return undefined;
  const ofTask = (of: readonly Example[]) => of as readonly ExampleOf<LearnableTask>[];
  return valuesOf(task, weighed(task, talliesOf(task, ofTask(examples), ofTask(answers)), counts));
}

function meanOf(each: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const ids = Object.keys(each[0] ?? {});
  return Object.fromEntries(ids.map((id) => [id, each.reduce((sum, of) => sum + (of[id] ?? 0), 0) / each.length]));
}
