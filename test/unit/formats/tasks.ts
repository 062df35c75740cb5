// Small tasks of every shape for the tests of the formats, examples with odd texts, and the error that a call throws.

import { ClinfuseError } from "../../../src/base/errors.ts";
import type { Shape, Shapes, Span } from "../../../src/tasks/example.ts";
import type { LearnableTask } from "../../../src/tasks/task.ts";

const labels = ["a", "b", "c"].map((id) => ({ id, name: id, description: `the label ${id}` }));
const base = { id: "small", name: "Small", labels, metrics: [{ name: "f1" }] } as const;

export const learnable = {
  token: { ...base, shape: "token" },
  any: { ...base, shape: "sentence", carries: "any" },
  one: { ...base, shape: "sentence", carries: "one" },
  relation: {
    ...base,
    shape: "relation",
    head: { word: "chemical", type: "Chemical" },
    tail: { word: "disease", type: "Disease" },
  },
  pair: { ...base, shape: "pair" },
} as const satisfies Record<string, LearnableTask>;

/** Texts that have tripped readers. Each holds the words "fever" and "cough" once. */
export const oddTexts = [
  "Torticollis, fever and (dry) cough.",
  "\uFEFFfever\u200d and cough\u00ad",
  "non\u2011small fever\u00a0\u202fcough",
  "😊 fever \u2028 cough \ud83d.",
  "fever\t\r\ncough",
  'She said "fever", he [cough] \\ and / {x}',
  "\uf0b7 fever \u0301, \u200ecough\u200e \u0301 \u0000",
  "咳嗽 fever cough 熱",
] as const;

const spanOf = (text: string, name: string, label: string): Span => ({
  start: text.indexOf(name),
  end: text.indexOf(name) + name.length,
  label,
});

/** Examples of every shape over a text, and the task that they are of. */
export const examplesOver: {
  readonly [S in Shape]: (text: string) => readonly { task: LearnableTask<S>; example: Shapes[S] }[];
} = {
  token: (text) => [
    { task: learnable.token, example: { kind: "token", text, spans: [spanOf(text, "fever", "a"), spanOf(text, "cough", "c")] } },
    { task: learnable.token, example: { kind: "token", text, spans: [spanOf(text, "ever", "a"), spanOf(text, "ough", "b")] } },
    { task: learnable.token, example: { kind: "token", text, spans: [] } },
  ],
  sentence: (text) => [
    { task: learnable.any, example: { kind: "sentence", text, labels: [] } },
    { task: learnable.any, example: { kind: "sentence", text, labels: ["a", "c"] } },
    { task: learnable.one, example: { kind: "sentence", text, labels: ["b"] } },
  ],
  relation: (text) => [
    {
      task: learnable.relation,
      example: {
        kind: "relation",
        text,
        head: spanOf(text, "fever", "Chemical"),
        tail: spanOf(text, "cough", "Disease"),
        label: "b",
      },
    },
    {
      task: learnable.relation,
      example: {
        kind: "relation",
        text,
        head: spanOf(text, "cough", "Chemical"),
        tail: spanOf(text, "fever", "Disease"),
        label: "a",
      },
    },
    {
      task: learnable.relation, // entities may share characters
      example: {
        kind: "relation",
        text,
        head: spanOf(text, "fever", "Chemical"),
        tail: spanOf(text, "ever", "Disease"),
        label: "a",
      },
    },
  ],
  pair: (text) => [{ task: learnable.pair, example: { kind: "pair", first: text, second: `${text} again`, label: "c" } }],
};

export function errorOf(run: () => unknown): ClinfuseError {
  try {
    run();
  } catch (error) {
    if (error instanceof ClinfuseError) return error;
    throw error;
  }
  throw new Error("expected a ClinfuseError, got none");
}
