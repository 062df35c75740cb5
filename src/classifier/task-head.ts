// A task's side of a model: its head, new tokens, inputs with targets, and an example from outputs. One row a shape. Knows no weights.

import type { Head } from "../nn/heads.ts";
import type { Example, RelationExample, Shape, Shapes } from "../tasks/example.ts";
import { labelsOf, withLabels } from "../tasks/shapes.ts";
import type { LearnableTask } from "../tasks/task.ts";
import type { Word } from "../text/basic-words.ts";
import { bioTags, labelsOfPieces, spansOfTags, tagsOfPieces, tagsOfSpans, valuesOfWords } from "../text/bio.ts";
import { type Encoding, encodeAround, encodePair, encodeText, encodeWindows, type TextEncoding } from "../text/encoding.ts";
import type { WordPiece } from "../text/word-piece.ts";

/** An example as its model reads it. */
export interface Input {
  readonly encoding: Encoding;
  /** All words of a token example's text, those cut off too. */
  readonly words: readonly Word[];
  /** Indices of outputs: one for each piece (`ignoredLabel` where a piece has none), one for the whole input, or any number for it. */
  readonly targets: readonly number[];
  /** Pieces at its end that are a query: no word of the example (inputs.ts). */
  readonly query?: number;
  /** Targets of a training input that are mixed, in the place of the others: for each piece the outputs asked for, none or several. */
  readonly soft?: readonly (readonly Share[])[];
}

/** An output, and its share of a target. */
export interface Share {
  readonly output: number;
  readonly share: number;
}

/** Outputs that an input is given: the likeliest one; each that is likelier than not; or these, and the likeliest where there is none. */
export type Decision = "likeliest" | "any" | "some";

/** Probability of a predicted label; of several labels or spans, one for each in their order. */
export type Sure = number | readonly number[];

/** Kinds of head that a task may ask for. */
export type TaskHead = Extract<Head["kind"], "token" | "single" | "multi">;

interface ShapeInputs<S extends Shape> {
  head(task: LearnableTask<S>): TaskHead;
  decision(task: LearnableTask<S>): Decision;
  /** Names of the outputs, in order. */
  outputs(labels: readonly string[]): string[];
  /** Tokens that the encoder must have of its own. */
  markers(task: LearnableTask<S>): readonly string[];
  /** `targetOf`: index of a label's output; throws for a foreign one. */
  input(how: Encode<S>, example: Shapes[S]): Input;
  /** Inputs that lack nothing of the example, for prediction; where absent the one input is all that is read. */
  windows?(how: Encode<S>, example: Shapes[S]): Input[];
  /** The example with the outputs of its inputs in place of its own labels. */
  decode(
    names: readonly string[],
    example: Shapes[S],
    inputs: readonly Input[],
    outputs: readonly (readonly number[])[],
  ): Shapes[S];
  /** Probabilities of a decoded example's labels. `sures` are those of the outputs, of the input of the same place. */
  sure(task: LearnableTask<S>, example: Shapes[S], inputs: readonly Input[], sures: readonly (readonly number[])[]): Sure;
}

interface Encode<S extends Shape> {
  readonly task: LearnableTask<S>;
  readonly names: readonly string[];
  readonly tokenizer: WordPiece;
  /** Special tokens counted; what is beyond is cut off. */
  readonly maxTokens: number;
}

const rows: { readonly [S in Shape]: ShapeInputs<S> } = {
  token: {
    head: () => "token",
    decision: () => "likeliest",
    outputs: bioTags,
    markers: () => [],
    input: ({ tokenizer, maxTokens, names }, e) => taggedInput(encodeText(tokenizer, e.text, maxTokens), e, names),
    windows: ({ tokenizer, maxTokens, names }, e) =>
      encodeWindows(tokenizer, e.text, maxTokens).map((encoding) => taggedInput(encoding, e, names)),
    decode(names, { text }, inputs, outputs) {
      const words = inputs[0]?.words ?? [];
      return { kind: "token", text, spans: spansOfTags(words, tagsOfPieces(textOf(inputs), outputs, names, words.length)) };
    },
    sure(_, { spans }, inputs, sures) {
      const words = inputs[0]?.words ?? [];
      const values = valuesOfWords(textOf(inputs), sures, words.length);
      // A head decides on each word by itself: a span is as sure as its words together.
      return spans.map(({ start, end }) =>
        words.reduce((product, word, i) => (word.start < end && word.end > start ? product * (values[i] as number) : product), 1),
      );
    },
  },
  sentence: {
    head: (task) => (task.carries === "one" ? "single" : "multi"),
    decision: ({ carries }) => (carries === "one" ? "likeliest" : carries),
    outputs: (labels) => [...labels],
    markers: () => [],
    input({ task, names, tokenizer, maxTokens }, e) {
      const targets = e.labels.map((label) => targetOf(names, label));
      if (task.carries === "one" && targets.length !== 1) {
        throw new Error(`inputOf: ${task.id} expects one label for each example, got ${targets.length}`);
      }
      return { encoding: encodeText(tokenizer, e.text, maxTokens), words: [], targets };
    },
    decode: (names, e, _, outputs) => ({ ...e, labels: (outputs[0] ?? []).map((output) => names[output] as string) }),
    sure: ({ carries }, _, __, sures) => (carries === "one" ? onlyOne(sures) : (sures[0] ?? [])),
  },
  relation: {
    head: () => "single",
    decision: () => "likeliest",
    outputs: (labels) => [...labels],
    markers: ({ head, tail }) => [head, tail].flatMap(({ type }) => [opening(type), closing(type)]),
    input({ names, tokenizer, maxTokens }, e) {
      const { text, around } = withMarkers(e);
      return { encoding: encodeAround(tokenizer, text, maxTokens, around), words: [], targets: [targetOf(names, e.label)] };
    },
    decode: (names, e, _, outputs) => ({ ...e, label: onlyName(names, outputs) }),
    sure: (_, __, ___, sures) => onlyOne(sures),
  },
  pair: {
    head: () => "single",
    decision: () => "likeliest",
    outputs: (labels) => [...labels],
    markers: () => [],
    input: ({ names, tokenizer, maxTokens }, e) => ({
      encoding: encodePair(tokenizer, e.first, e.second, maxTokens),
      words: [],
      targets: [targetOf(names, e.label)],
    }),
    decode: (names, e, _, outputs) => ({ ...e, label: onlyName(names, outputs) }),
    sure: (_, __, ___, sures) => onlyOne(sures),
  },
};

function taggedInput(encoding: TextEncoding, example: Shapes["token"], names: readonly string[]): Input {
  const tags = tagsOfSpans(encoding.text, example.spans);
  return { encoding, words: encoding.text, targets: labelsOfPieces(encoding, tags, names) };
}

function targetOf(names: readonly string[], label: string): number {
  const target = names.indexOf(label);
  if (target < 0) throw new Error(`inputOf: expected one of ${names.join(", ")}, got label ${JSON.stringify(label)}`);
  return target;
}

/** Inputs without their queries. */
const textOf = (inputs: readonly Input[]): Encoding[] =>
  inputs.map(({ encoding, query = 0 }) => ({ ...encoding, words: encoding.words.slice(0, encoding.words.length - query) }));

const onlyOne = (sures: readonly (readonly number[])[]): number => sures[0]?.[0] ?? 0;

const onlyName = (names: readonly string[], outputs: readonly (readonly number[])[]) =>
  names[outputs[0]?.[0] as number] as string;

const opening = (type: string) => `[${type.toUpperCase()}]`;
const closing = (type: string) => `[/${type.toUpperCase()}]`;

/**
 * A relation's text with both entities between markers of their type, and where the markers stand in it. An entity inside the other, or sharing
 * characters with it, has its markers inside.
 */
function withMarkers({ text, head, tail }: RelationExample): { text: string; around: readonly [start: number, end: number][] } {
  const edges = [head, tail].flatMap(({ start, end, label }) => [
    { at: start, token: opening(label), closes: false, width: end - start },
    { at: end, token: closing(label), closes: true, width: end - start },
  ]);
  // At one place: closing before opening, the wider opens first and closes last.
  const order = (a: (typeof edges)[number], b: (typeof edges)[number]) =>
    a.at - b.at || Number(b.closes) - Number(a.closes) || (a.closes ? a.width - b.width : b.width - a.width);
  let marked = "";
  let at = 0;
  const around: [number, number][] = [];
  for (const edge of edges.sort(order)) {
    marked += text.slice(at, edge.at);
    around.push([marked.length, marked.length + edge.token.length]);
    marked += edge.token;
    at = edge.at;
  }
  return { text: marked + text.slice(at), around };
}

function rowOf<S extends Shape>(task: LearnableTask<S>): ShapeInputs<S> {
  return rows[task.shape] as unknown as ShapeInputs<S>; // the compiler does not follow that the row is the task's own
}

/** Names of the outputs of the task's head: BIO tags, or the task's labels; config.json's `id2label`. */
export function outputNames(task: LearnableTask): string[] {
  return rowOf(task).outputs(task.labels.map((label) => label.id));
}

/** Kind of head that the task is learnt by. */
export const headOf = (task: LearnableTask): TaskHead => rowOf(task).head(task);

export const decisionOf = (task: LearnableTask): Decision => rowOf(task).decision(task);

/** Tokens that the encoder must have of its own: markers around a relation's entities. */
export const markersOf = (task: LearnableTask): readonly string[] => rowOf(task).markers(task);

/** `maxTokens` counts special tokens; what is beyond is cut off. Throws for an example of another shape than the task's. */
export function inputOf(task: LearnableTask, tokenizer: WordPiece, example: Example, maxTokens: number): Input {
  return rowOf(task).input({ task, names: outputNames(task), tokenizer, maxTokens }, ofShape(task, example));
}

/**
 * Inputs of an example for prediction, which lack nothing of it. A token example whose text is too long becomes windows that overlap; any other
 * is as `inputOf` has it. Their targets are of no use for training.
 */
export function windowsOf(task: LearnableTask, tokenizer: WordPiece, example: Example, maxTokens: number): Input[] {
  const row = rowOf(task);
  const names = outputNames(task);
  const how = { task, names, tokenizer, maxTokens };
  // A question has no label yet: where a head gives one, any stands for its target.
  const isQuestion = row.head(task) === "single" && labelsOf(example).every((label) => label === "");
  const own = ofShape(task, isQuestion ? (withLabels(example, names.slice(0, 1)) ?? example) : example);
  return row.windows?.(how, own) ?? [row.input(how, own)];
}

/** The example with predicted labels in place of its own. `outputs` are indices: what `outcomes` gives for the input of the same place. */
export function predictedExample(
  task: LearnableTask,
  example: Example,
  inputs: readonly Input[],
  outputs: readonly (readonly number[])[],
): Example {
  return rowOf(task).decode(outputNames(task), ofShape(task, example), inputs, outputs);
}

/** Probabilities of a predicted example's labels or spans. `sures` are those of the outputs: what `outcomes` gives for the input of the same place. */
export function surenessOf(
  task: LearnableTask,
  predicted: Example,
  inputs: readonly Input[],
  sures: readonly (readonly number[])[],
): Sure {
  return rowOf(task).sure(task, ofShape(task, predicted), inputs, sures);
}

function ofShape<S extends Shape>(task: LearnableTask<S>, example: Example): Shapes[S] {
  if (example.kind === task.shape) return example as Shapes[S];
  throw new Error(`inputOf: ${task.id} expects ${task.shape} examples, got a ${example.kind} example`);
}
