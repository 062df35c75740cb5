// What a task is: data that the other rooms read. Adding one is one small file and one line in catalogue.ts.

import type { Example } from "./example.ts";

export interface Label {
  /** As in the dataset's label.txt. */
  readonly id: string;
  /** [class_name] of the listings. */
  readonly name: string;
  /** [label_desc] of the listings. */
  readonly description: string;
}

export type Metric = "accuracy" | "precision" | "recall" | "f1";

/** What a topic may be drawn from (section 4.1.1): nodes of some types, or edges of one relation. Types and relations are the graph's own words. */
export type TopicQuery =
  | { readonly kind: "nodes"; readonly types: readonly string[] }
  | { readonly kind: "edges"; readonly relation: string; readonly head: string; readonly tail: string };

interface TaskBase {
  /** Short, stable, fit for addresses and file names. */
  readonly id: string;
  /** As the paper writes it. */
  readonly name: string;
  /** One sentence: what the model learns to do. */
  readonly summary: string;
  /** [task] of Listing 1. */
  readonly taskName: string;
  readonly labels: readonly Label[];
  /** Table 5; the first is the main metric (bold there). */
  readonly metrics: readonly [Metric, ...Metric[]];
  readonly topics: TopicQuery;
  /** <Entity Type> of section 4.1.1, for topics queried from the language model. */
  readonly entityTypes: readonly string[];
  /** The paper's own examples of styles (4.1.2), for a model too weak to suggest any. */
  readonly styles: readonly string[];
}

/** Named entity recognition: Listings 2 and 8. */
export interface NerTask extends TaskBase {
  readonly family: "ner";
  readonly kind: "token";
  readonly objective: "token";
  /** [domain] */
  readonly domain: string;
}

/** NLI, fact verification, similarity: Listings 6, 7, 12 and 13. */
export interface PairTask extends TaskBase {
  readonly family: "pair";
  readonly kind: "pair";
  readonly objective: "single";
  /** [domain] of Listings 7 and 13 */
  readonly domain: string;
  /** [content] of Listings 6 and 12 */
  readonly firstContent: string;
  /** [content] of Listings 7 and 13 */
  readonly secondContent: string;
}

/** More families (text classification, relations, attributes) join here as tasks need them. */
export type Task = NerTask | PairTask;

/**
 * A task as the training room reads it, whose examples are single texts: classification, with one of the labels each or any of them, and
 * relations. No family writes such examples yet.
 */
export interface SentenceTask extends Pick<TaskBase, "id" | "name" | "labels" | "metrics"> {
  readonly kind: "sentence";
  readonly objective: "single" | "multi";
  /** What surrounds entities in the texts, or stands for them ("[E1]", "@GENE$"): a new token of the model each, for relations. */
  readonly markers?: readonly string[];
}

/** What a classifier can be trained for. */
export type LearnableTask = Task | SentenceTask;

export type ExampleOf<T extends LearnableTask> = Extract<Example, { kind: T["kind"] }>;

/** The label's entry; throws on an id that the task does not have. */
export function labelOf(task: Task, id: string): Label {
  const label = task.labels.find((l) => l.id === id);
  if (!label) throw new Error(`${task.id} has no label ${JSON.stringify(id)}; it has ${task.labels.map((l) => l.id).join(", ")}`);
  return label;
}

/** Labels that an example carries: what "5 per label" counts. A token example counts for each type it marks. */
export function labelsOf(example: Example): readonly string[] {
  if (example.kind === "pair") return [example.label];
  if (example.kind === "sentence") return example.labels;
  return [...new Set(example.spans.map((span) => span.label))];
}
