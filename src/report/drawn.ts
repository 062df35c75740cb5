// Drawings of an example in a report and on a terminal: one row a shape. Pure; every text is escaped.

import type { Example, Shape, Shapes, Span } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import { comparedTones, inOrder, segmentsOf, type Tone } from "./marked-text.ts";
import { type Html, html, type Part } from "./report-html.ts";

interface ShapeRow<E extends Example> {
  readonly html: (example: E) => Html;
  /** Gold beside a prediction that differs from it. */
  readonly compared: (gold: E, predicted: E) => Html;
  /** On one line, marks in square brackets; with their types where the task has several. */
  readonly line: (example: E, typed: boolean) => string;
}

const words = (labels: readonly string[]): string => labels.map((label) => label.replaceAll("_", " ")).join(", ") || "no label";
const tag = (labels: readonly string[]): Html => html`<p class="label">${words(labels)}</p>`;
const model = (labels: readonly string[]): Html => html`<p><b>Model</b> ${words(labels)}</p>`;
const ends = ({ head, tail }: Shapes["relation"]): Span[] => inOrder([head, tail]);

const rows: { readonly [S in Shape]: ShapeRow<Shapes[S]> } = {
  token: {
    html: (e) => html`<p dir="auto">${marked(e.text, e.spans)}</p>`,
    compared(gold, predicted) {
      const tones = comparedTones(gold.spans, predicted.spans);
      return html`<p><b>Gold</b> <bdi>${marked(gold.text, gold.spans, tones.gold)}</bdi></p><p><b>Model</b> <bdi>${marked(gold.text, predicted.spans, tones.predicted)}</bdi></p>`;
    },
    line: (e, typed) => bracketed(e.text, e.spans, typed),
  },
  sentence: {
    html: (e) => html`<p dir="auto">${e.text}</p>${tag(e.labels)}`,
    compared: (gold, predicted) => html`<p dir="auto">${gold.text}</p>${tag(gold.labels)}${model(predicted.labels)}`,
    line: (e) => `${e.text} -> ${words(e.labels)}`,
  },
  relation: {
    html: (e) => html`<p dir="auto">${marked(e.text, ends(e))}</p>${tag([e.label])}`,
    compared: (gold, predicted) =>
      html`<p dir="auto">${marked(gold.text, ends(gold))}</p>${tag([gold.label])}${model([predicted.label])}`,
    line: (e) => `${bracketed(e.text, ends(e), false)} -> ${e.label}`,
  },
  pair: {
    html: (e) => html`${texts(e)}${tag([e.label])}`,
    compared: (gold, predicted) => html`${texts(gold)}${tag([gold.label])}${model([predicted.label])}`,
    line: (e) => `${e.first} | ${e.second} -> ${e.label}`,
  },
};

function marked(text: string, spans: readonly Span[], tone?: (span: Span) => Tone): Part {
  return segmentsOf(text, spans, tone).map((s) =>
    s.label === undefined
      ? html`${s.text}`
      : html`<ruby class="${s.tone ?? "entity"}"><mark>${s.text}</mark><rt> ${s.label.toLowerCase()}${s.tone === "entity" ? "" : `, ${s.tone ?? ""}`}</rt></ruby>`,
  );
}

function bracketed(text: string, spans: readonly Span[], typed: boolean): string {
  const mark = (s: { readonly text: string; readonly label?: string }) => (typed ? `[${s.label}: ${s.text}]` : `[${s.text}]`);
  return segmentsOf(text, spans)
    .map((s) => (s.label === undefined ? s.text : mark(s)))
    .join("");
}

const texts = ({ first, second }: Shapes["pair"]): Html =>
  html`<p dir="auto">${first}</p><p class="second" dir="auto">${second}</p>`;

function rowOf<E extends Example>(example: E): ShapeRow<E> {
  return rows[example.kind] as unknown as ShapeRow<E>; // the compiler does not follow that the row is the example's own
}

export const drawn = (example: Example): Html => rowOf(example).html(example);

/** Both are of one task. */
export const drawnBeside = (gold: Example, predicted: Example): Html => rowOf(gold).compared(gold, predicted);

/** On one line. */
export const lineOf = (task: Task, example: Example): string => rowOf(example).line(example, task.labels.length > 1);
