// Texts that an annotation tool gives out, each with marks, labels and relations, as examples of a task. Knows no tool.

import type { Task } from "../../tasks/task.ts";
import { labelId } from "../clingen/labels.ts";
import type { At, Split } from "../format.ts";
import type { Collection } from "./collection.ts";
import { addDocument, type Mention, type Relation } from "./documents.ts";
import type { LabelNames } from "./labels.ts";
import { relationLabels } from "./relation-labels.ts";
import { malformed, refuse } from "./text-file.ts";

/** A relation between keys of mentions, under the tool's name; undefined where nobody gave it one. */
export type NamedRelation = Omit<Relation, "label"> & { readonly name: string | undefined };

export interface AnnotatedText extends At {
  readonly text: string;
  /** The other text of a pair. */
  readonly second?: string;
  readonly mentions: readonly Mention[];
  readonly relations: readonly NamedRelation[];
  /** Labels of the whole text; undefined where nobody gave one. */
  readonly labels: readonly string[] | undefined;
}

/** Characters from which on a text is a document, which is cut into sentences: a model reads some 256 tokens. */
export const longText = 1000;

/** The task's label under its id, its name, or the name that a corpus gives it; undefined where it has none. */
export function taskLabel(task: Task, raw: string): string | undefined {
  const names: LabelNames = relationLabels(task)?.names ?? {};
  const folded = raw.normalize("NFC").trim().toLowerCase();
  const named = Object.hasOwn(names, folded) ? names[folded] : undefined;
  return labelId(task, named ?? raw) ?? task.labels.find(({ name }) => name.toLowerCase() === folded)?.id;
}

/** Relations with the task's labels. The others are counted, and keep their pairs from passing for unrelated ones. */
export function labelled(rows: Collection, relations: readonly NamedRelation[]): Relation[] {
  if (rows.task.shape !== "relation") {
    rows.count("not-carried", "relations", relations.length);
    return [];
  }
  return relations.map(({ name = "", ...relation }) => {
    const label = taskLabel(rows.task, name);
    if (name.trim() === "") rows.countAt("no-name", relation);
    else if (label === undefined) rows.count("other-relation", JSON.stringify(name));
    return { ...relation, label };
  });
}

/** Adds the examples of a text. Throws `unknown-label`, `file-malformed` and what mentions out of place throw, with file and line. */
export function addAnnotated(rows: Collection, split: Split, one: AnnotatedText): void {
  const { task } = rows;
  if (one.text.trim() === "") rows.count("empty-text");
  else if (task.shape === "sentence" || task.shape === "pair") addLabelled(rows, split, one);
  else {
    if (one.labels && one.labels.length > 0) rows.count("not-carried", "labels of whole texts", one.labels.length);
    const whole = one.text.length <= longText;
    if (!whole) rows.remark(`Texts of more than ${longText} characters were cut into sentences.`);
    if (task.shape === "relation") rows.remark(pairsRemark);
    const sections = [{ start: 0, end: one.text.length }];
    addDocument(rows, split, { ...one, sections, whole, relations: labelled(rows, one.relations), closed: true });
  }
}

export const pairsRemark =
  "Each pair of mentions in one text is an example; a pair without a stated relation carries the label that stands for none, where the task has it.";

function addLabelled(rows: Collection, split: Split, { file, line, text, second, mentions, labels }: AnnotatedText): void {
  const { task } = rows;
  if (mentions.length > 0) rows.count("not-carried", "marked spans", mentions.length);
  const ids = [...new Set((labels ?? []).map((raw) => labelOrThrow(task, raw, { file, line })))];
  const [label, another] = ids;
  const mayLack = labels !== undefined && task.shape === "sentence" && task.carries === "any";
  if (label === undefined && !mayLack) rows.count("no-label");
  else if (task.shape === "pair") {
    if (second === undefined) malformed(file, line, "the row has one text, and the task compares two");
    if (another !== undefined) malformed(file, line, `the pair carries ${ids.length} labels, and a pair has one`);
    rows.add(split, { kind: "pair", first: text, second: second as string, label: label as string });
  } else if (task.shape === "sentence") {
    if (another !== undefined && task.carries === "one")
      malformed(file, line, `the text carries ${ids.length} labels, and the task gives one`);
    rows.add(split, { kind: "sentence", text, labels: ids });
  }
}

function labelOrThrow(task: Task, raw: string, { file, line }: At): string {
  const id = taskLabel(task, raw);
  if (id !== undefined) return id;
  const expected = task.labels.map((label) => label.id).join(", ");
  return refuse("unknown-label", file, line, `${JSON.stringify(raw)} is no label of ${task.name}; expected ${expected}`, {
    got: raw,
    expected,
  });
}
