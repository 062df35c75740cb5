// A task: data that the other rooms read. Adding one is one small file and one line in catalogue.ts.

import type { Shape, Shapes } from "./example.ts";
import type { Families, Family, FamilyShape, ShapeData } from "./families.ts";
import { type Metric, metricId } from "./metric.ts";
import type { TopicQuery } from "./topic-query.ts";

/** Few-shot examples: so many for each label, or so many in all (CASI has five texts, whatever they mark). */
export interface Shots {
  readonly count: number;
  readonly per: "label" | "task";
}

export interface Label {
  /** As in the dataset's label.txt. */
  readonly id: string;
  /** [class_name] of the listings. */
  readonly name: string;
  /** [label_desc] of the listings. */
  readonly description: string;
  /** The absence of what is sought ("no relation"). */
  readonly negative?: true;
  /** Node types of graphs whose names its spans are, where the task's topics do not tell. */
  readonly nodes?: readonly string[];
}

/** The same for every label, or one for each, by the label's id. */
export type ByLabel<T> = { readonly every: T } | { readonly each: Readonly<Record<string, T>> };

interface LearnableBase {
  /** Short, stable, fit for addresses and file names. */
  readonly id: string;
  /** As the paper writes it. */
  readonly name: string;
  readonly labels: readonly Label[];
  /** Table 5; the first is the main metric (bold there). */
  readonly metrics: readonly [Metric, ...Metric[]];
}

/** The part of a task that a classifier is trained for. */
export type LearnableTask<S extends Shape = Shape> = {
  readonly [K in S]: LearnableBase & ShapeData[K] & { readonly shape: K };
}[S];

/** Topics by name: one entity each, or a head and a tail. */
export type TopicList = ByLabel<readonly (readonly string[])[]>;

interface TaskBase {
  /** Version of the words of its prompts; absent: the first. Part of a run's id, so that no run goes on in other words than it began in. */
  readonly wording?: number;
  /** One sentence: what the model learns to do. */
  readonly summary: string;
  /** [task] of Listing 1. */
  readonly taskName: string;
  /** Size of its few-shot set (section 5.1). */
  readonly shots: Shots;
  /** For topics drawn from a knowledge graph. */
  readonly topics: ByLabel<TopicQuery>;
  /**
   * <Entity Type> of section 4.1.1, for topics queried from the language model. A relation's topic is one entity of the first type, its head, and
   * one of the second, its tail.
   */
  readonly entityTypes: ByLabel<readonly string[]>;
  /** Topics that were pasted or typed, for a source that takes them from a list. */
  readonly topicList?: TopicList;
  /** Where a run of this task takes its topics from, unless it says otherwise. Absent: from a graph. */
  readonly topicsFrom?: "kg" | "llm" | "list";
  /** The paper's own examples of styles (4.1.2), for a model too weak to suggest any. */
  readonly styles: readonly string[];
}

export type Task<F extends Family = Family> = {
  readonly [K in F]: LearnableTask<FamilyShape<K>> & TaskBase & Families[K]["words"] & { readonly family: K };
}[F];

export type ExampleOf<T extends { readonly shape: Shape }> = Shapes[T["shape"]];

/** The label's entry; throws on an id that the task does not have. */
export function labelOf(task: LearnableTask, id: string): Label {
  const label = task.labels.find((l) => l.id === id);
  if (!label) throw new Error(`${task.id} has no label ${JSON.stringify(id)}; it has ${task.labels.map((l) => l.id).join(", ")}`);
  return label;
}

/** What the prompts say of the labels. */
export const descriptionsOf = (task: LearnableTask): readonly string[] => task.labels.map(({ description }) => description);

/** Words by which a label may be said: ids and names. */
export const labelWords = (task: LearnableTask): readonly string[] => [
  ...new Set(task.labels.flatMap(({ id, name }) => [name, id])),
];

/** The label's own value; throws where there is none. */
export function forLabel<T>(values: ByLabel<T>, id: string): T {
  if ("every" in values) return values.every;
  const value = Object.hasOwn(values.each, id) ? values.each[id] : undefined;
  if (value === undefined)
    throw new Error(`expected a value for the label ${JSON.stringify(id)}, got ${Object.keys(values.each).join(", ")}`);
  return value;
}

/** Every value that some label has, each once. */
export function forAnyLabel<T>(values: ByLabel<T>): readonly T[] {
  return "every" in values ? [values.every] : [...new Set(Object.values(values.each))];
}

/** Field of the score that decides which epoch is best: the task's first metric. */
export const mainMetric = (task: LearnableTask): string => metricId(task.metrics, task.metrics[0]);
