// Rows of the shapes of examples: their texts, labels and scored items. Knows no task.

import type { Example, Shape, Shapes, Span } from "./example.ts";
import { wordSpans } from "./words.ts";

/** One thing that a prediction gets right or wrong: equal keys are the same answer. */
export interface Item {
  readonly key: string;
  readonly label: string;
}

interface ShapeRow<E extends Example> {
  /** The texts that it is made of, in the order in which they are read. */
  texts(example: E): readonly string[];
  /** Labels that it carries, each once: what "5 per label" counts. A token example carries each type that it marks. */
  labels(example: E): readonly string[];
  /** Items by which a prediction of it is scored, each once. */
  items(example: E): readonly Item[];
  /** Spans that a prediction has to find, in order of start. */
  spans(example: E): readonly Span[];
  /** The same example without its labels: what is asked. Two examples are the same question where these are equal. */
  blank(example: E): E;
  /** The same example with these labels; undefined for a shape whose labels have places in the text. */
  withLabels(example: E, labels: readonly string[]): E | undefined;
}

const itemOf = (label: string): Item => ({ key: label, label });
/** A blank example answers nothing. */
const itemsOfLabel = (label: string): readonly Item[] => (label === "" ? [] : [itemOf(label)]);
/** Spans over the words that they cover, as seqeval compares tags of words: what no model can tell apart is one answer. */
const spanItems = (text: string, spans: readonly Span[]): readonly Item[] =>
  wordSpans(text, spans).map(({ start, end, span: { label } }) => ({ key: `${start} ${end} ${label}`, label }));
const once = (labels: readonly string[]): readonly string[] => [...new Set(labels)];

const shapes: { readonly [S in Shape]: ShapeRow<Shapes[S]> } = {
  token: {
    texts: (e) => [e.text],
    labels: (e) => once(e.spans.map((span) => span.label)),
    items: (e) => spanItems(e.text, e.spans),
    spans: (e) => e.spans,
    blank: ({ kind, text }) => ({ kind, text, spans: [] }),
    withLabels: () => undefined,
  },
  sentence: {
    texts: (e) => [e.text],
    labels: (e) => once(e.labels),
    items: (e) => once(e.labels).map(itemOf),
    spans: () => [],
    blank: ({ kind, text }) => ({ kind, text, labels: [] }),
    withLabels: (e, labels) => ({ ...e, labels }),
  },
  relation: {
    texts: (e) => [e.text],
    labels: (e) => [e.label],
    items: (e) => itemsOfLabel(e.label),
    spans: () => [],
    blank: ({ kind, text, head, tail }) => ({ kind, text, head, tail, label: "" }),
    withLabels: (e, [label = ""]) => ({ ...e, label }),
  },
  pair: {
    texts: (e) => [e.first, e.second],
    labels: (e) => [e.label],
    items: (e) => itemsOfLabel(e.label),
    spans: () => [],
    blank: ({ kind, first, second }) => ({ kind, first, second, label: "" }),
    withLabels: (e, [label = ""]) => ({ ...e, label }),
  },
};

function rowOf<E extends Example>(example: E): ShapeRow<E> {
  return shapes[example.kind] as unknown as ShapeRow<E>; // the compiler does not follow that the row is the example's own
}

export const shapeNames = Object.keys(shapes) as readonly Shape[];

export const textsOf = (example: Example): readonly string[] => rowOf(example).texts(example);
export const labelsOf = (example: Example): readonly string[] => rowOf(example).labels(example);
export const itemsOf = (example: Example): readonly Item[] => rowOf(example).items(example);
export const spansOf = (example: Example): readonly Span[] => rowOf(example).spans(example);
export const blankOf = <E extends Example>(example: E): E => rowOf(example).blank(example);
export const withLabels = <E extends Example>(example: E, labels: readonly string[]): E | undefined =>
  rowOf(example).withLabels(example, labels);

/** Entities that an example marks, as written: its spans, or the two ends of its relation. */
export function entitiesOf(example: Example): readonly string[] {
  const ends = example.kind === "relation" ? [example.head, example.tail] : spansOf(example);
  const [text = ""] = textsOf(example);
  return ends.map(({ start, end }) => text.slice(start, end));
}

/** Tells whether a prediction has every scored item of the gold example and no other. */
export function sameItems(gold: Example, predicted: Example): boolean {
  const [wanted, given] = [itemsOf(gold), itemsOf(predicted)];
  const keys = new Set(wanted.map((item) => item.key));
  return wanted.length === given.length && given.every((item) => keys.has(item.key));
}
