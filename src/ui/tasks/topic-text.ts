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

/** Undefined where the lines do not suffice: the types follow the labels then. */
export function typesFrom(task: Task, text: string): Task["entityTypes"] | undefined {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  if (isPair(task)) {
    const [head, tail] = lines.filter((line) => line !== "");
    return head && tail ? { every: [head, tail] } : undefined;
  }
  const each = task.labels.map(({ id }, i) => {
    const types = (lines[i] ?? "")
      .split(",")
      .map((type) => type.trim())
      .filter((type) => type !== "");
    return [id, [...new Set(types)]] as const;
  });
  return each.every(([, types]) => types.length > 0) ? { each: Object.fromEntries(each) } : undefined;
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

export const nameLines = (list: TopicList | undefined, label: string): string =>
  list && ("every" in list || Object.hasOwn(list.each, label))
    ? forLabel(list, label)
        .map((names) => names.join("; "))
        .join("\n")
    : "";
