// Labelled examples as plain JSON: read strictly against their task, written back. Offsets are UTF-16 code units. Knows no file.

import type { Field } from "../base/json-field.ts";
import type { Example, Shape, Shapes, Span } from "./example.ts";
import { labelOfField } from "./label-field.ts";
import type { LearnableTask, Task } from "./task.ts";
import { isVisible } from "./words.ts";

/** Examples of a user's own task by set. */
export interface TaskExamples {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
}

export const exampleSets = ["train", "validation", "test"] as const satisfies readonly (keyof TaskExamples)[];

export const noExamples: TaskExamples = { train: [], validation: [], test: [] };

interface Row<S extends Shape> {
  readonly fields: readonly string[];
  read(of: Readonly<Record<string, Field>>, given: Field, task: LearnableTask<S>): Shapes[S];
  write(example: Shapes[S]): object;
}

const required = (of: Readonly<Record<string, Field>>, name: string, given: Field): Field => {
  const found = of[name];
  if (!found) throw given.lacks(name);
  return found;
};

function textOf(of: Readonly<Record<string, Field>>, name: string, given: Field): string {
  const field = required(of, name, given);
  const text = field.text();
  if (!isVisible(text)) throw field.fault("takes a text with at least one visible character");
  if (text.includes("\0")) throw field.fault("takes a text without NUL characters (U+0000)");
  return text;
}

const labelIn = (task: LearnableTask, given: Field): string => labelOfField(given, task.labels);

/** Extent within the text; an edge inside a surrogate pair would cut a character. */
function extentOf(of: Readonly<Record<string, Field>>, given: Field, text: string): { start: number; end: number } {
  const [start, end] = [required(of, "start", given), required(of, "end", given)];
  const [from, to] = [start.wholeNumber(0), end.wholeNumber(1)];
  if (to > text.length) throw end.fault(`takes an offset of at most ${text.length}, the length of the text`);
  if (from >= to) throw start.fault(`takes an offset before the end, ${to}`);
  const splits = (at: number) => /[\ud800-\udbff]/.test(text[at - 1] ?? "") && /[\udc00-\udfff]/.test(text[at] ?? "");
  if (splits(from)) throw start.fault("takes an offset between two characters, not inside one");
  if (splits(to)) throw end.fault("takes an offset between two characters, not inside one");
  if (!isVisible(text.slice(from, to))) throw start.fault("takes the offset of a part that can be seen");
  return { start: from, end: to };
}

function spansIn(task: LearnableTask, given: Field, text: string): readonly Span[] {
  const read = given.items().map((span) => {
    const of = span.object(["start", "end", "label"]);
    return { span, value: { ...extentOf(of, span, text), label: labelIn(task, required(of, "label", span)) } };
  });
  const ordered = [...read].sort((a, b) => a.value.start - b.value.start);
  for (const [i, { span, value }] of ordered.entries()) {
    const before = ordered[i - 1];
    if (before && before.value.end > value.start) throw span.fault(`takes a part that does not overlap ${before.span.path}`);
  }
  return ordered.map(({ value }) => value);
}

const endOf = (of: Readonly<Record<string, Field>>, end: "head" | "tail", type: string, given: Field, text: string): Span => {
  const field = required(of, end, given);
  return { ...extentOf(field.object(["start", "end"]), field, text), label: type };
};

const rows: { readonly [S in Shape]: Row<S> } = {
  token: {
    fields: ["text", "spans"],
    read(of, given, task) {
      const text = textOf(of, "text", given);
      return { kind: "token", text, spans: spansIn(task, required(of, "spans", given), text) };
    },
    write: ({ text, spans }) => ({ text, spans }),
  },
  sentence: {
    fields: ["text", "labels"],
    read(of, given, task) {
      const field = required(of, "labels", given);
      const labels = field.items().map((label) => labelIn(task, label));
      if (task.carries === "one" && labels.length !== 1) throw field.fault("takes exactly one label");
      if (task.carries === "some" && labels.length === 0) throw field.fault("takes at least one label");
      if (new Set(labels).size < labels.length) throw field.fault("takes each label once");
      return { kind: "sentence", text: textOf(of, "text", given), labels };
    },
    write: ({ text, labels }) => ({ text, labels }),
  },
  relation: {
    fields: ["text", "head", "tail", "label"],
    read(of, given, task) {
      const text = textOf(of, "text", given);
      const head = endOf(of, "head", task.head.type, given, text);
      const tail = endOf(of, "tail", task.tail.type, given, text);
      return { kind: "relation", text, head, tail, label: labelIn(task, required(of, "label", given)) };
    },
    write: ({ text, head, tail, label }) => ({
      text,
      head: { start: head.start, end: head.end },
      tail: { start: tail.start, end: tail.end },
      label,
    }),
  },
  pair: {
    fields: ["first", "second", "label"],
    read: (of, given, task) => ({
      kind: "pair",
      first: textOf(of, "first", given),
      second: textOf(of, "second", given),
      label: labelIn(task, required(of, "label", given)),
    }),
    write: ({ first, second, label }) => ({ first, second, label }),
  },
};

/** Throws a `FieldError` that names the row and its field. */
export function readExamples(given: Field, task: Task): TaskExamples {
  const sets = given.object(exampleSets);
  const row = rows[task.shape] as unknown as Row<Shape>;
  const of = (set: keyof TaskExamples): readonly Example[] =>
    (sets[set]?.items() ?? []).map((one) => row.read(one.object(row.fields), one, task as LearnableTask));
  return { train: of("train"), validation: of("validation"), test: of("test") };
}

/** Rows that `readExamples` takes back. */
export function exampleRows(examples: TaskExamples): Readonly<Record<keyof TaskExamples, readonly object[]>> {
  const of = (set: readonly Example[]) => set.map((example) => (rows[example.kind] as unknown as Row<Shape>).write(example));
  return { train: of(examples.train), validation: of(examples.validation), test: of(examples.test) };
}
