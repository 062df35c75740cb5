// A task of the user's own as it is kept, whole or half done, and what its examples become when its labels change. Knows no store and no page.

import type { Example } from "./example.ts";
import { exampleRows, noExamples, type TaskExamples } from "./example-rows.ts";
import type { EntityRole, Family, ShapeData } from "./families.ts";
import { draftOfTask, type OwnWords, taskOfDraft } from "./own-task.ts";
import { type ByLabel, forLabel, type Label } from "./task.ts";
import { readTaskJson, type TaskFile } from "./task-file.ts";

/** Fields of the task's file, as far as they are filled in. */
export interface HalfTask extends OwnWords {
  readonly name: string;
  readonly family: Family;
  readonly labels: readonly Label[];
  readonly carries?: ShapeData["sentence"]["carries"];
  readonly head?: EntityRole;
  readonly tail?: EntityRole;
}

export type Drafts = Readonly<Record<string, string>>;

export interface OwnTask {
  readonly id: string;
  readonly updatedAt: number; // milliseconds since the epoch
  readonly half: HalfTask;
  readonly examples: TaskExamples;
  /** Texts that are still to be labelled: one each, or the two of a pair. */
  readonly waiting?: readonly (readonly string[])[];
  /** The first of them, as far as it is labelled. */
  readonly underWay?: Example;
  /** What was typed and not taken, by its box. */
  readonly drafts?: Drafts;
}

/** A new task, nothing filled in. */
export const emptyTask = (id: string, now: number): OwnTask => ({
  id,
  updatedAt: now,
  half: { name: "", family: "ner", labels: [{ id: "", name: "", description: "" }] },
  examples: noExamples,
});

/** Choices that may stand by label. */
const choices = ["topics", "entityTypes", "topicList"] as const;

/** The task with its choices by label after a label's id became another, or is gone. */
function choicesFollowed(half: HalfTask, from: string, to: string | undefined): HalfTask {
  const followed = choices.flatMap((name) => {
    const given: ByLabel<unknown> | undefined = half[name];
    if (!given || !("each" in given) || !Object.hasOwn(given.each, from)) return [];
    const { [from]: own, ...others } = given.each;
    return [[name, { each: to === undefined ? others : { ...others, [to]: own } }]];
  });
  return { ...half, ...Object.fromEntries(followed) };
}

/** Choices by label for the labels that are there: a new one has what is filled in. Of a list nothing can be filled in. */
function choicesOfLabels(half: HalfTask, labels: readonly Label[]): Partial<HalfTask> {
  const { topics: _, entityTypes: __, topicList: ___, ...open } = half;
  const filled: { readonly [C in (typeof choices)[number]]?: ByLabel<unknown> } = taskOfDraft({ ...open, labels });
  const own = choices.flatMap((name) => {
    const given: ByLabel<unknown> | undefined = half[name];
    if (!given || !("each" in given)) return [];
    const each = labels.flatMap(({ id }) => {
      if (Object.hasOwn(given.each, id)) return [[id, given.each[id]]];
      const of = name === "topicList" ? undefined : filled[name];
      return of ? [[id, forLabel(of, id)]] : [];
    });
    return [[name, { each: Object.fromEntries(each) }]];
  });
  return Object.fromEntries(own);
}

/** The task with its examples. Throws `task-malformed` while something is missing. */
export function wholeTask({ id, half, examples }: OwnTask): TaskFile {
  const labels = half.labels.map(({ id: given, name, description, negative }) => ({
    id: given || undefined,
    name,
    description: description || undefined,
    negative,
  }));
  const own = choicesOfLabels(
    half,
    half.labels.map((label) => ({ ...label, id: label.id || label.name })),
  );
  const plain = JSON.parse(JSON.stringify({ ...half, ...own, id, labels })) as object; // fields that are undefined are left out
  return readTaskJson({ ...plain, examples: exampleRows(examples) }, half.name || "The task");
}

/** A task from a file, as it is kept. */
export function keptTask({ task, examples }: TaskFile, id: string, now: number): OwnTask {
  const { id: _, ...half } = draftOfTask(task);
  return { id, updatedAt: now, half, examples };
}

const changes: {
  readonly [K in Example["kind"]]: (
    e: Extract<Example, { kind: K }>,
    to: (id: string) => string | undefined,
  ) => Example | undefined;
} = {
  token: (e, to) => ({
    ...e,
    spans: e.spans.flatMap((span) => {
      const label = to(span.label);
      return label === undefined ? [] : [{ ...span, label }];
    }),
  }),
  sentence: (e, to) => ({ ...e, labels: e.labels.flatMap((id) => to(id) ?? []) }),
  relation: (e, to) => withLabel(e, to(e.label)),
  pair: (e, to) => withLabel(e, to(e.label)),
};

const withLabel = <E extends { readonly label: string }>(e: E, label: string | undefined): E | undefined =>
  label === undefined ? undefined : { ...e, label };

/** An example after its labels' ids became others: `to` gives the new one, undefined where the label is gone. Undefined where it had no other. */
export function followed(example: Example, to: (id: string) => string | undefined, carriesOne: boolean): Example | undefined {
  const change = changes[example.kind] as (e: Example, to: (id: string) => string | undefined) => Example | undefined;
  const next = change(example, to);
  return next?.kind === "sentence" && carriesOne && next.labels.length === 0 ? undefined : next;
}

/** The task and its examples after a label's id became another, or is gone. */
export const labelFollowed = (half: HalfTask, examples: TaskExamples, from: string, to: string | undefined) => ({
  half: choicesFollowed(half, from, to),
  examples: from === to ? examples : relabelled(examples, from, to, half.carries !== "any"),
});

/** Examples of a relation after one of its ends became another kind of entity. */
export function endRenamed(examples: TaskExamples, end: "head" | "tail", type: string): TaskExamples {
  const one = (example: Example): Example =>
    example.kind === "relation" ? { ...example, [end]: { ...example[end], label: type } } : example;
  return { train: examples.train.map(one), validation: examples.validation.map(one), test: examples.test.map(one) };
}

/** Examples after a label's id became another; where it is gone, without it, and without the examples that it alone labelled. */
function relabelled(examples: TaskExamples, from: string, to: string | undefined, carriesOne: boolean): TaskExamples {
  const one = (example: Example) => followed(example, (id) => (id === from ? to : id), carriesOne) ?? [];
  return { train: examples.train.flatMap(one), validation: examples.validation.flatMap(one), test: examples.test.flatMap(one) };
}
