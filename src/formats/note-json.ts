// Notes with what a model found as annotation tools take them in: doccano's lines and Label Studio's tasks. Knows no disk.

import type { RelationExample, Span } from "../tasks/example.ts";
import type { Extent } from "../tasks/words.ts";
import type { ReadNote } from "./note.ts";

/** A text that a tool shows at once: a whole note, or one of its labelled pieces. */
interface Shown {
  readonly text: string;
  readonly second?: string;
  readonly spans: readonly Span[];
  readonly labels: readonly string[];
  /** Entities that the label relates. */
  readonly ends?: Pick<RelationExample, "head" | "tail">;
  readonly meta: Readonly<Record<string, string | number>>;
}

function shownOf({ note, spans, pieces }: ReadNote): Shown[] {
  const meta = { note: note.id, file: note.file, ...(note.line === undefined ? {} : { line: note.line }) };
  if (pieces.length === 0) return [{ text: note.text, spans, labels: [], meta }];
  const whole = ({ start, end }: Extent) => start === 0 && end === note.text.length;
  return pieces.map((piece): Shown => {
    const place: Shown["meta"] = whole(piece) ? {} : { start: piece.start, end: piece.end };
    const second = note.second === undefined ? {} : { second: note.second };
    const ends = note.ends === undefined ? {} : { ends: note.ends };
    return {
      text: note.text.slice(piece.start, piece.end),
      ...second,
      ...ends,
      spans: [],
      labels: piece.labels,
      meta: { ...meta, ...place },
    };
  });
}

/** doccano counts UTF-16 units, as its page does. */
export function doccanoLines(notes: readonly ReadNote[]): string {
  const rows = notes.flatMap(shownOf).map(({ text, second, spans, labels, ends, meta }, i) => {
    if (ends) {
      const entities = [ends.head, ends.tail].map(({ start, end, label }, n) => ({
        id: 2 * i + n + 1,
        label,
        start_offset: start,
        end_offset: end,
      }));
      const relations = labels.map((type, n) => ({ id: i + n + 1, from_id: 2 * i + 1, to_id: 2 * i + 2, type }));
      return { id: i + 1, text, entities, relations, ...meta };
    }
    const label =
      spans.length > 0 || labels.length === 0 ? spans.map(({ start, end, label: type }) => [start, end, type]) : labels;
    return { id: i + 1, text: second === undefined ? text : `${text}\n${second}`, label, ...meta };
  });
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** Label Studio counts code points. `points` gives those of a text. */
export function labelStudioTasks(notes: readonly ReadNote[], points: (text: string) => (unit: number) => number): string {
  const tasks = notes.flatMap(shownOf).map(({ text, second, spans, labels, ends, meta }, i) => {
    const at = points(text);
    const from = { from_name: "label", to_name: second === undefined ? "text" : "text_1", origin: "prediction" };
    const marks = (ends ? [ends.head, ends.tail] : spans).map(({ start, end, label }, n) => ({
      id: `m${n + 1}`,
      ...from,
      type: "labels",
      value: { start: at(start), end: at(end), text: text.slice(start, end), labels: [label] },
    }));
    const related = { type: "relation", from_id: "m1", to_id: "m2", direction: "right", labels };
    const chosen = ends ? related : { id: "c1", ...from, type: "choices", value: { choices: labels } };
    const choices = labels.length === 0 ? [] : [chosen];
    const data = second === undefined ? { text, ...meta } : { text_1: text, text_2: second, ...meta };
    return {
      id: i + 1,
      data,
      annotations: [{ was_cancelled: false, ground_truth: false, result: [...marks, ...choices] }],
      predictions: [],
    };
  });
  return `${JSON.stringify(tasks, null, 1)}\n`;
}
