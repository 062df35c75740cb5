// Rows of a dataset that make its scores say something else: shared, repeated, contradictory, or missing for a label. Knows no file.

import type { Example } from "../tasks/example.ts";
import { blankOf, labelsOf, textsOf } from "../tasks/shapes.ts";
import type { Task } from "../tasks/task.ts";

export interface Sets {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
}

const setNames = { train: "training", validation: "validation", test: "test" } as const satisfies Readonly<
  Record<keyof Sets, string>
>;

/** Pairs of sets that should share no row, and what it means where they do. */
const apart = [
  { of: "test", other: "train", means: "the scores show in part what was learnt by heart" },
  { of: "test", other: "validation", means: "the best epoch was chosen on them" },
  { of: "validation", other: "train", means: "the best epoch is chosen in part on what was learnt by heart" },
] as const satisfies readonly { of: keyof Sets; other: keyof Sets; means: string }[];

/** Equal for texts that differ in case, in spaces or in composed letters alone. */
const plain = (content: unknown): string =>
  JSON.stringify(content)
    .normalize("NFC")
    .replace(/(?:\\[tnrf]|\p{White_Space})+/gu, " ")
    .toLowerCase();

/** The question of an example, without its answer. */
export const questionOf = (example: Example): string => plain(blankOf(example));

/** The texts that it is made of, each of a pair for itself. */
export const textKeysOf = (example: Example): readonly string[] => textsOf(example).map(plain);

const answerOf = (example: Example): string => JSON.stringify("spans" in example ? example.spans : [...labelsOf(example)].sort());

/** A sentence for each thing found, with counts. */
export function overlapRemarks(task: Task, sets: Sets): string[] {
  return [
    ...apart.flatMap(({ of, other, means }) => shared(sets, of, other, means)),
    ...mirrored(sets),
    ...(Object.keys(setNames) as (keyof Sets)[]).flatMap((set) => [...repeated(sets, set), ...unlabelled(task, sets, set)]),
  ];
}

const rowsOf = (count: number, all: number, set: keyof Sets): string => `${count} of ${all} ${setNames[set]} rows`;

function shared(sets: Sets, of: keyof Sets, other: keyof Sets, means: string): string[] {
  const answers = new Map(sets[other].map((e) => [questionOf(e), answerOf(e)]));
  const found = sets[of].filter((e) => answers.has(questionOf(e)));
  if (found.length === 0) return [];
  const unlike = found.filter((e) => answers.get(questionOf(e)) !== answerOf(e)).length;
  const but = unlike === 0 ? "" : `, ${unlike} of them with another label there`;
  const are = found.length === 1 ? "is a" : "are";
  return [
    `${rowsOf(found.length, sets[of].length, of)} ${are} ${setNames[other]} row${found.length === 1 ? "" : "s"}${but}: ${means}.`,
  ];
}

/** Validation rows that are a training row but for a part of it and for the label: MQP has two pairs of each question, one of each label. */
function mirrored({ train, validation }: Sets): string[] {
  const questions = new Set(train.map(questionOf));
  const answers = new Map<string, Set<string>>();
  for (const e of train) for (const key of textKeysOf(e)) answers.set(key, (answers.get(key) ?? new Set()).add(answerOf(e)));
  const found = validation.filter((e) => {
    const there = textKeysOf(e).flatMap((key) => [...(answers.get(key) ?? [])]);
    return there.length > 0 && !questions.has(questionOf(e)) && !there.includes(answerOf(e));
  });
  if (found.length === 0) return [];
  return [
    `${rowsOf(found.length, validation.length, "validation")} share${found.length === 1 ? "s" : ""} a text with a training row of another label: a model that memorises such rows validates worse, so the best epoch may be an early one.`,
  ];
}

/** Rows that an earlier row of the same set has already said, or has said otherwise. */
function repeated(sets: Sets, set: keyof Sets): string[] {
  const answers = new Map<string, string>();
  let [same, other] = [0, 0];
  for (const example of sets[set]) {
    const question = questionOf(example);
    const before = answers.get(question);
    if (before === undefined) answers.set(question, answerOf(example));
    else if (before === answerOf(example)) same++;
    else other++;
  }
  const all = sets[set].length;
  return [
    ...(same > 0 ? [`${rowsOf(same, all, set)} repeat${same === 1 ? "s" : ""} an earlier one.`] : []),
    ...(other > 0
      ? [`${rowsOf(other, all, set)} contradict${other === 1 ? "s" : ""} an earlier one: the same text with another label.`]
      : []),
  ];
}

function unlabelled(task: Task, sets: Sets, set: keyof Sets): string[] {
  const there = new Set(sets[set].flatMap(labelsOf));
  const missing = task.labels.filter((label) => !there.has(label.id)).map((label) => `"${label.id}"`);
  if (missing.length === 0 || sets[set].length === 0) return [];
  const means = {
    train: "it has no example to learn from",
    validation: "the best epoch is chosen without it",
    test: "nothing tests it",
  }[set];
  return [`No ${setNames[set]} row carries the label ${missing.join(", ")}: ${means}.`];
}
