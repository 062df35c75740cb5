// Lists of topics and of names to ask for, as lines of text that people write, and back. Knows no component.

import { withoutMark } from "../../knowledge/list-answer.ts";
import { families } from "../../tasks/families.ts";
import { forLabel, type Task, type TopicList } from "../../tasks/task.ts";

/** Lines of a list that is typed or pasted: its numbers and bullets are no part of the names. */
const linesOf = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(/\r\n|\n|\r/)
      .map((line) => withoutMark(line.normalize("NFC").replace(/[\p{Cc}[\]]/gu, " ")).trim())
      .filter((line) => line !== ""),
  ),
];

/** A relation's types serve all of its labels: one line each. */
const isPair = (task: Task): boolean => families[task.family].topic === "pair";

export function typeLines(task: Task): string {
  if (isPair(task)) return forLabel(task.entityTypes, task.labels[0]?.id ?? "").join("\n");
  return task.labels.map(({ id }) => forLabel(task.entityTypes, id).join(", ")).join("\n");
}

/** Types by the lines; what has no line of its own keeps what it has. Undefined where nothing is written: the types follow the labels then. */
export function typesFrom(task: Task, text: string): Task["entityTypes"] | undefined {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  if (isPair(task)) {
    const [own, other] = forLabel(task.entityTypes, task.labels[0]?.id ?? "");
    const [head = own, tail = other] = lines.filter((line) => line !== "");
    return lines.some((line) => line !== "") && head && tail ? { every: [head, tail] } : undefined;
  }
  const each = task.labels.map(({ id }, i) => {
    const types = (lines[i] ?? "")
      .split(",")
      .map((type) => type.trim())
      .filter((type) => type !== "");
    return [id, [...new Set(types)]] as const;
  });
  if (each.every(([, types]) => types.length === 0)) return undefined;
  return { each: Object.fromEntries(each.map(([id, types]) => [id, types.length > 0 ? types : forLabel(task.entityTypes, id)])) };
}

/** One name a line; a head and a tail with a tab, a semicolon or an arrow between them. */
export function namesFrom(
  task: Task,
  text: string,
): { readonly names: readonly (readonly string[])[]; readonly bad: readonly string[] } {
  const [names, bad]: [string[][], string[]] = [[], []];
  // A line's tabs part two names, and are control characters elsewhere.
  for (const line of isPair(task) ? linesOf(text.replaceAll("\t", ";")) : linesOf(text)) {
    const parts = isPair(task) ? line.split(/\s*(?:;|→|->)\s*/).filter((part) => part !== "") : [line];
    const fine = parts.length === (isPair(task) ? 2 : 1) && parts.every((part) => part.length <= 120);
    if (fine) names.push(parts);
    else bad.push(line);
  }
  return { names, bad };
}

/** Box in which the topics of a label are typed; of all labels, where it is "". */
export const topicsBox = (label: string): string => `topics ${label}`;

/** Names of one list of topics: one each, or a head and a tail. */
export type TopicNames = readonly (readonly string[])[];

export const toLines = (names: TopicNames): string => names.map((of) => of.join("; ")).join("\n");

export const nameLines = (list: TopicList | undefined, label: string): string =>
  list && ("every" in list || Object.hasOwn(list.each, label)) ? toLines(forLabel(list, label)) : "";
