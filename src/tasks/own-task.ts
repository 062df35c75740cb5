// A task of the user's own: its whole data filled in from a few words about its labels. Knows no file, no prompt and no page.

import { rng } from "../base/rng.ts";
import { tasks } from "./catalogue.ts";
import type { Shape } from "./example.ts";
import type { EntityRole, Families, Family, FamilyShape, ShapeData } from "./families.ts";
import { fivePerLabel } from "./few-shot.ts";
import { types, unlinked } from "./graph-words.ts";
import type { Metric } from "./metric.ts";
import type { ByLabel, Label, Task, TopicList } from "./task.ts";
import type { TopicQuery } from "./topic-query.ts";

/** Fields that the user may leave to their defaults. */
export interface OwnWords {
  readonly summary?: string;
  readonly taskName?: string;
  readonly domain?: string;
  readonly firstContent?: string;
  readonly secondContent?: string;
  readonly shots?: Task["shots"];
  readonly metrics?: readonly [Metric, ...Metric[]];
  readonly topics?: ByLabel<TopicQuery>;
  readonly entityTypes?: ByLabel<readonly string[]>;
  readonly topicList?: TopicList;
  readonly topicsFrom?: Task["topicsFrom"];
  readonly styles?: readonly string[];
}

/** Everything that the user decides. Whoever reads a draft has checked it. */
export interface TaskDraft extends OwnWords {
  readonly id?: string;
  readonly name: string;
  readonly family: Family;
  readonly labels: readonly Label[];
  /** For a classification. */
  readonly carries?: ShapeData["sentence"]["carries"];
  /** For a relation. */
  readonly head?: EntityRole;
  readonly tail?: EntityRole;
}

type Extra<F extends Family> = Omit<Families[F]["words"], "domain"> & ShapeData[FamilyShape<F>];

/** `negative` is a label's. */
export type FamilyField = "carries" | "head" | "tail" | "negative" | "firstContent" | "secondContent";

interface Defaults<F extends Family> {
  readonly shape: FamilyShape<F>;
  /** Labels that it has at least. */
  readonly fewestLabels: (draft: TaskDraft) => number;
  /** Its prompts say what a label means. */
  readonly describes: boolean;
  /** Fields that no other family has. */
  readonly fields: readonly FamilyField[];
  domain(draft: TaskDraft): string;
  taskName(draft: TaskDraft): string;
  summary(draft: TaskDraft): string;
  /** Fields of the family and of its shape beyond the domain. */
  extra(draft: TaskDraft): Extra<F>;
  metrics(draft: TaskDraft): readonly [Metric, ...Metric[]];
  topics(draft: TaskDraft): ByLabel<TopicQuery>;
  /** Tells whether graphs are known to hold nodes of these names; else the language model is asked. */
  isInGraphs(draft: TaskDraft): boolean;
  entityTypes(draft: TaskDraft): ByLabel<readonly string[]>;
}

const lower = (text: string): string => text.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase());
const upper = (text: string): string => text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

/** "drug, dose and route" */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

/** A plural by the rules of English; a name that ends in another letter stays. */
function plural(name: string): string {
  if (/[^aeiou]y$/i.test(name)) return `${name.slice(0, -1)}ies`;
  if (/sis$/i.test(name)) return `${name.slice(0, -2)}es`;
  if (/(x|z|ch|sh|ss)$/i.test(name)) return `${name}es`;
  return /[a-rt-z]$/i.test(name) ? `${name}s` : name;
}

/** Characters of a phrase that names labels: with many of them, what is filled in is still a sentence, and below what a task file takes. */
const longestPhrase = 240;

/** Its labels as a phrase, of many the first ones: "fever, cough and 38 others". */
function names({ labels }: TaskDraft): string {
  const all = labels.map((label) => lower(label.name));
  const whole = listed(all);
  if (whole.length <= longestPhrase) return whole;
  let length = 0;
  const first = all.slice(0, -2).filter((name) => (length += name.length + 2) <= longestPhrase);
  return `${first.join(", ")} and ${all.length - first.length} others`;
}
const byLabel =
  <T>(of: (label: Label) => T) =>
  ({ labels }: TaskDraft): ByLabel<T> => ({ each: Object.fromEntries(labels.map((label) => [label.id, of(label)])) });
const spans: readonly [Metric, ...Metric[]] = [{ name: "f1" }, { name: "precision" }, { name: "recall" }];
/** Node types of graphs that a word stands for; its own words where none is known, which a graph of the user's own may have. */
function typesFor(word: string): { readonly types: readonly string[]; readonly known: boolean } {
  const found = Object.entries(types).find(([key]) => new RegExp(`\\b${key}(s|es)?$`, "i").test(word));
  return found ? { types: found[1], known: true } : { types: [upper(word)], known: false };
}

const clinical: ByLabel<TopicQuery> = { every: { kind: "nodes", types: ["Disease", "Symptom", "Drug"] } };
const roles = ({ head, tail }: TaskDraft): readonly [EntityRole, EntityRole] => [
  head ?? { word: "first entity", type: "First" },
  tail ?? { word: "second entity", type: "Second" },
];

const defaults: { readonly [F in Family]: Defaults<F> } = {
  ner: {
    shape: "token",
    fewestLabels: () => 1,
    describes: false,
    fields: [],
    domain: (draft) => names(draft),
    taskName: (draft) => `${names(draft)} entity recognition`,
    summary: (draft) => `Find every ${names(draft)} that a sentence mentions.`,
    extra: () => ({}),
    metrics: () => spans,
    // A graph's names mark what they name, so the types must be those of the label.
    topics: byLabel(({ name }) => ({ kind: "nodes", types: typesFor(name).types })),
    isInGraphs: ({ labels }) => labels.every(({ name }) => typesFor(name).known),
    entityTypes: byLabel(({ name }) => [plural(lower(name))]),
  },
  attribute: {
    shape: "token",
    fewestLabels: () => 1,
    describes: false,
    fields: [],
    domain: () => "clinical attributes",
    taskName: ({ domain = "clinical attributes" }) => `${domain} recognition`,
    summary: (draft) => `Find ${names(draft)} in a text.`,
    extra: () => ({}),
    metrics: () => spans,
    topics: ({ labels }) => ({ every: { kind: "nodes", types: typesFor(labels[0]?.name ?? "").types } }),
    isInGraphs: ({ labels }) => typesFor(labels[0]?.name ?? "").known,
    entityTypes: ({ labels }) => ({ every: labels.slice(0, 1).map(({ name }) => plural(lower(name))) }),
  },
  classification: {
    shape: "sentence",
    fewestLabels: ({ carries }) => (carries === "any" ? 1 : 2),
    describes: false,
    fields: ["carries"],
    domain: () => "clinical text",
    taskName: ({ name }) => `${lower(name)} classification`,
    summary: (draft) => `Tell which it is of ${names(draft)}.`,
    extra: ({ carries = "one" }) => ({ carries }),
    metrics: ({ carries = "one" }) =>
      carries === "one"
        ? [{ name: "f1", average: "macro" }, { name: "accuracy" }]
        : [
            { name: "f1", average: "macro" },
            { name: "f1", average: "micro" },
          ],
    topics: () => clinical,
    isInGraphs: () => true,
    entityTypes: byLabel(({ name }) => [`subtopics of ${lower(name)}`]),
  },
  relation: {
    shape: "relation",
    fewestLabels: () => 2,
    describes: true,
    fields: ["head", "tail", "negative"],
    domain: (draft) =>
      `${roles(draft)
        .map((role) => upper(role.word))
        .join(" ")} Relation`,
    taskName: (draft) =>
      `${roles(draft)
        .map((role) => role.word)
        .join(" ")} relation extraction`,
    summary: (draft) => `Tell which relation a sentence gives to a ${roles(draft)[0].word} and a ${roles(draft)[1].word}.`,
    extra(draft) {
      const [head, tail] = roles(draft);
      return { head, tail };
    },
    metrics: ({ labels }) =>
      labels.some((label) => label.negative)
        ? [
            { name: "f1", average: "positive" },
            { name: "precision", average: "positive" },
            { name: "recall", average: "positive" },
          ]
        : [{ name: "f1", average: "macro" }, { name: "accuracy" }],
    topics(draft) {
      const [heads, tails] = roles(draft).map(({ word }) => typesFor(word).types) as [readonly string[], readonly string[]];
      return { every: { kind: "first", of: unlinked(heads, tails) } };
    },
    isInGraphs: (draft) => roles(draft).every(({ word }) => typesFor(word).known),
    entityTypes: (draft) => ({ every: roles(draft).map((role) => plural(role.word)) }),
  },
  pair: {
    shape: "pair",
    fewestLabels: () => 2,
    describes: true,
    fields: ["firstContent", "secondContent"],
    domain: ({ name }) => name,
    taskName: ({ name }) => lower(name),
    summary: (draft) => `Tell which it is of two texts: ${names(draft)}.`,
    extra: ({ firstContent = "sentence", secondContent = "sentence" }) => ({ firstContent, secondContent }),
    metrics: () => [{ name: "accuracy" }, { name: "f1", average: "macro" }],
    topics: () => clinical,
    isInGraphs: () => true,
    entityTypes: () => ({ every: ["diseases", "symptoms", "drugs"] }),
  },
};

/** Shape of the family's examples. */
export const shapeOf = (family: Family): Shape => defaults[family].shape;

/** Tells whether the family has the field, which some others have not. */
export const hasField = (family: Family, name: FamilyField): boolean => defaults[family].fields.includes(name);

/** Labels that a task of this draft has at least. */
export const fewestLabels = (draft: TaskDraft): number => defaults[draft.family].fewestLabels(draft);

/** Tells whether the family's prompts say what a label means, so that each needs a sentence. */
export const describesLabels = (family: Family): boolean => defaults[family].describes;

/** Fields of a draft that are filled in where it leaves them open. */
const open: Readonly<Record<keyof OwnWords, true>> = {
  summary: true,
  taskName: true,
  domain: true,
  firstContent: true,
  secondContent: true,
  shots: true,
  metrics: true,
  topics: true,
  entityTypes: true,
  topicList: true,
  topicsFrom: true,
  styles: true,
};

/** Tells whether the draft decides something that would be filled in. */
export const decides = (draft: OwnWords): boolean =>
  Object.keys(open).some((field) => draft[field as keyof OwnWords] !== undefined);

/** The draft that the task follows from, without what would be filled in so anyway: that goes on to follow the labels. */
export function draftOfTask({ shape: _, ...task }: Task): TaskDraft {
  const whole = JSON.stringify(taskOfDraft(task));
  let draft: TaskDraft = task;
  for (const field of Object.keys(open) as (keyof OwnWords)[]) {
    const { [field]: __, ...rest } = draft;
    if (JSON.stringify(taskOfDraft(rest)) === whole) draft = rest;
  }
  return draft;
}

/** The whole task: what the draft leaves open is filled in from its labels. */
export function taskOfDraft(draft: TaskDraft): Task {
  const row = defaults[draft.family] as Defaults<Family>;
  const { name, family, labels, topics, topicList } = draft;
  const topicsFrom = draft.topicsFrom ?? (topicList ? "list" : topics || row.isInGraphs(draft) ? "kg" : "llm");
  const task = {
    id: draft.id ?? idFor(name),
    name,
    summary: draft.summary ?? row.summary(draft),
    family,
    shape: row.shape,
    taskName: draft.taskName ?? row.taskName(draft),
    domain: draft.domain ?? row.domain(draft),
    ...row.extra(draft),
    labels,
    shots: draft.shots ?? fivePerLabel,
    metrics: draft.metrics ?? row.metrics(draft),
    topics: topics ?? row.topics(draft),
    entityTypes: draft.entityTypes ?? row.entityTypes(draft),
    styles: draft.styles ?? ["medical literature", "clinical reports"],
    ...(topicList ? { topicList } : {}),
    topicsFrom,
  };
  return task as Task; // the compiler does not follow that the row is the family's own
}

const mostSlug = 40;

/**
 * An id from a name in any script, fit for addresses and file names; never that of a task of the paper. A hash stands for letters that it cannot hold:
 * two names that differ in those alone have two ids.
 */
export function idFor(name: string): string {
  const folded = name.normalize("NFKD").toLowerCase();
  const whole = (folded.match(/[a-z0-9]+/g) ?? []).join("-");
  const slug = whole.slice(0, mostSlug).replace(/-$/, "");
  const isWhole = whole.length <= mostSlug && !/(?![a-z0-9])[\p{L}\p{N}]/u.test(folded);
  const hash = () => rng("task", name).int(0x7fffffff).toString(36);
  const id = slug !== "" && isWhole ? slug : `${slug || "task"}-${hash()}`;
  return tasks.some((task) => task.id === id) ? `${id}-own` : id;
}
