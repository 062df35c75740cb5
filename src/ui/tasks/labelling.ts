// Components that label one example, by shape: what is given, what comes back. Knows no task.

import type { Component } from "svelte";
import type { Example, Shape, Shapes } from "../../tasks/example.ts";
import type { LearnableTask } from "../../tasks/task.ts";
import PairLabelling from "./PairLabelling.svelte";
import RelationLabelling from "./RelationLabelling.svelte";
import SentenceLabelling from "./SentenceLabelling.svelte";
import TokenLabelling from "./TokenLabelling.svelte";

export interface LabellingProps<S extends Shape> {
  readonly task: LearnableTask<S>;
  readonly texts: readonly string[];
  /** As it was labelled before. */
  readonly example: Shapes[S] | undefined;
  /** The example as it stands; undefined while something is missing. */
  readonly change: (example: Shapes[S] | undefined) => void;
  /** Enter. */
  readonly keep: () => void;
}

interface Row<S extends Shape> {
  readonly Labelling: Component<LabellingProps<S>>;
  /** How texts are pasted. */
  readonly lines: string;
  /** Texts of a line; undefined where it does not have them all. */
  read(line: string): readonly string[] | undefined;
  /** Answer of one that nobody has touched. */
  blank(texts: readonly string[], task: LearnableTask<S>): Shapes[S] | undefined;
}

const oneText = (line: string): readonly string[] => [line];

const rows: { readonly [S in Shape]: Row<S> } = {
  token: {
    Labelling: TokenLabelling,
    lines: "One text a line.",
    read: oneText,
    blank: ([text = ""]) => ({ kind: "token", text, spans: [] }),
  },
  sentence: {
    Labelling: SentenceLabelling,
    lines: "One text a line.",
    read: oneText,
    blank: ([text = ""], { carries }) => (carries === "any" ? { kind: "sentence", text, labels: [] } : undefined),
  },
  relation: { Labelling: RelationLabelling, lines: "One sentence a line.", read: oneText, blank: () => undefined },
  pair: {
    Labelling: PairLabelling,
    lines: "Two texts a line, with a tab or two vertical bars between them: first || second.",
    read(line) {
      const parts = line.split(/\t|\|\|/).map((part) => part.trim());
      return parts.length === 2 && parts.every((part) => part !== "") ? parts : undefined;
    },
    blank: () => undefined,
  },
};

const rowOf = (task: LearnableTask): Row<Shape> => rows[task.shape] as unknown as Row<Shape>;

export const labellingOf = (task: LearnableTask) =>
  rowOf(task).Labelling as unknown as Component<{
    task: LearnableTask;
    texts: readonly string[];
    example: Example | undefined;
    change: (example: Example | undefined) => void;
    keep: () => void;
  }>;

export const linesHint = (task: LearnableTask): string => rowOf(task).lines;

export const blankFor = (task: LearnableTask, texts: readonly string[]): Example | undefined => rowOf(task).blank(texts, task);

/** Texts of pasted lines, and the lines that have not all of them. */
export function textsFrom(
  task: LearnableTask,
  pasted: string,
): { readonly texts: readonly (readonly string[])[]; readonly bad: readonly string[] } {
  const [texts, bad]: [(readonly string[])[], string[]] = [[], []];
  for (const line of pasted.split(/\r\n|\n|\r/)) {
    if (line.trim() === "") continue;
    const read = rowOf(task).read(line.trim());
    if (read) texts.push(read);
    else bad.push(line);
  }
  return { texts, bad };
}
