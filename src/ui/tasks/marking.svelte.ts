// The marks of one text while they are made: each step can be undone. Knows no component.

import type { Span } from "../../tasks/example.ts";
import { withMark, withoutMarks } from "./marks.ts";

export class Marking {
  readonly text: string;
  spans = $state.raw<readonly Span[]>([]);
  /** The last change in words, for ears. */
  told = $state("");
  #past: readonly (readonly Span[])[] = [];
  #future: readonly (readonly Span[])[] = [];
  readonly #changed: (spans: readonly Span[]) => void;

  constructor(text: string, spans: readonly Span[], changed: (spans: readonly Span[]) => void) {
    this.text = text;
    this.spans = spans;
    this.#changed = changed;
  }

  mark(start: number, end: number, label: string, name: string): void {
    const next = withMark(this.text, this.spans, start, end, label);
    const made = next.find((span) => !this.spans.includes(span));
    if (made) this.#take(next, `“${this.text.slice(made.start, made.end)}” is marked as ${name}.`);
  }

  unmark(start: number, end: number): void {
    const next = withoutMarks(this.spans, start, end);
    if (next.length < this.spans.length) this.#take(next, "The mark was taken away.");
  }

  /** Keeps one mark of each kind: the last one made. */
  markOnly(start: number, end: number, label: string, name: string): void {
    const next = withMark(this.text, this.spans, start, end, label);
    const made = next.find((span) => !this.spans.includes(span));
    if (!made) return;
    const single = next.filter((span) => span === made || span.label !== label);
    this.#take(single, `“${this.text.slice(made.start, made.end)}” is the ${name}.`);
  }

  undo = (): void => {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.spans];
    this.#set(before, "Undone.");
  };

  redo = (): void => {
    const after = this.#future.at(-1);
    if (!after) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.spans];
    this.#set(after, "Done again.");
  };

  #take(next: readonly Span[], told: string): void {
    this.#past = [...this.#past, this.spans];
    this.#future = [];
    this.#set(next, told);
  }

  #set(next: readonly Span[], told: string): void {
    this.spans = next;
    this.told = told;
    this.#changed(next);
  }
}
