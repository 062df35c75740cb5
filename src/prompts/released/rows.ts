// Demonstrations as ClinGen's released code shows them: rows as Python's JSON, or texts of three sentences. Knows no prompt.

import type { Example, Span } from "../../tasks/example.ts";
import type { Family } from "../../tasks/families.ts";
import type { ExampleOf, Task } from "../../tasks/task.ts";
import { firstSentences, shownSentences } from "../demonstrations.ts";
import { pythonJson } from "./python-json.ts";
import { releasedWords } from "./words.ts";

type Write<F extends Family> = (task: Task<F>, example: ExampleOf<Task<F>>) => string;

const mentions = (text: string, spans: readonly Span[]): string[] => spans.map(({ start, end }) => text.slice(start, end));
const indexOf = (task: Task, id: string): number => task.labels.findIndex((label) => label.id === id);

/** The code shows three sentences of a text; of a relation's row the same of its JSON, which it may cut. */
const firstThree = (text: string): string => firstSentences(text, shownSentences).join(" ");

/** By turn. */
const rows: { readonly [F in Family]: readonly Write<F>[] } = {
  ner: [(task, { text, spans }) => pythonJson({ Sentence: text, [releasedWords(task).domain]: mentions(text, spans) })],
  attribute: [
    ({ labels }, { text, spans }) => {
      const ofLabel = (id: string) => spans.filter((span) => span.label === id);
      return pythonJson({
        Sentence: text,
        ...Object.fromEntries(labels.map(({ id, name }) => [name, mentions(text, ofLabel(id))])),
      });
    },
  ],
  classification: [(_, { text }) => firstThree(text)],
  relation: [
    (task, { text, head, tail, label }) => {
      const [first = "", second = ""] = mentions(text, [head, tail]);
      const names = { [task.head.type]: first, [task.tail.type]: second };
      return firstThree(pythonJson({ _id: indexOf(task, label), label_name: label, ...names, text }));
    },
  ],
  pair: [
    (_, { first }) => first,
    (task, { first, second, label }) => pythonJson({ _id: indexOf(task, label), text_a: first, text_b: second }),
  ],
};

export function releasedRow(task: Task, turn: number, example: Example): string {
  const write = rows[task.family][turn] as unknown as ((task: Task, example: Example) => string) | undefined;
  if (!write) throw new Error(`releasedRow: ${task.family} has ${rows[task.family].length} turns, got turn ${turn}`);
  return write(task, example);
}
