// Notes that a model is applied to: cut into pieces as long as its training's examples, and put together again with every offset in its place. Knows no model.

import type { Example, RelationExample, Shape, Span } from "../tasks/example.ts";
import { type Extent, isVisible } from "../tasks/words.ts";
import { sentencesOf } from "./reading/sentences.ts";

/** A text with the name under which it is given back. */
export interface Note {
  /** Unlike any other note's. */
  readonly id: string;
  /** File that it came from. */
  readonly file: string;
  /** Line of its row, from 1, where it is a row of a table. */
  readonly line?: number;
  readonly text: string;
  /** The other text of a pair. */
  readonly second?: string;
  /** Entities whose relation is asked. */
  readonly ends?: Pick<RelationExample, "head" | "tail">;
}

/** A piece with labels of its own. */
export interface LabelledPiece extends Extent {
  readonly labels: readonly string[];
}

/** A note with what the model found; offsets are UTF-16 units of the note's text. */
export interface ReadNote {
  readonly note: Note;
  readonly spans: readonly Span[];
  /** Pieces with labels, in order; none where spans are what is found. */
  readonly pieces: readonly LabelledPiece[];
}

/** A question to the model: an example without labels, and its place in the note. */
export interface Question extends Extent {
  readonly example: Example;
}

/** Characters of a line that was wrapped, at least: shorter lines end where their writer ended them. */
const wrappedLine = 60;

/** Sentences of a note. A line break ends one, unless the line was wrapped by an editor or a form. */
export function piecesOf(text: string): Extent[] {
  const pieces: { start: number; end: number }[] = [];
  for (const { start, end } of sentencesOf(text, 0, text.length)) {
    const last = pieces.at(-1);
    if (last && isWrapped(text, last.end, start)) last.end = end;
    else pieces.push({ start, end });
  }
  return pieces;
}

/** Tells whether a break between two offsets lies in a sentence: one line break behind a long line that ends without a mark. */
function isWrapped(text: string, end: number, start: number): boolean {
  const between = text.slice(end, start);
  if (end < wrappedLine || (between.match(/\r\n|[\n\r]/g) ?? []).length !== 1) return false;
  const line = text.slice(end - wrappedLine, end); // no more is looked at: a note may have many thousand lines
  return !/[\n\r]|[.:;!?]["')\]]*$/.test(line) && /^[\p{Ll}\p{N}(]/u.test(text.slice(start));
}

const blanks: { readonly [S in Shape]: (note: Note, extent: Extent) => Example | undefined } = {
  token: ({ text }, { start, end }) => ({ kind: "token", text: text.slice(start, end), spans: [] }),
  sentence: ({ text }, { start, end }) => ({ kind: "sentence", text: text.slice(start, end), labels: [] }),
  relation: ({ text, ends }) => ends && { kind: "relation", text, ...ends, label: "" },
  pair: ({ text, second = "" }) => (isVisible(second) ? { kind: "pair", first: text, second, label: "" } : undefined),
};

/** Shapes that ask one question of a whole note, however long. */
const wholes: readonly Shape[] = ["relation", "pair"];

/** Questions of a note, in order. A note without a visible character has none, nor has a pair of one text or a relation without its entities. */
export function questionsOf(shape: Shape, note: Note): readonly Question[] {
  if (!isVisible(note.text)) return [];
  const extents = wholes.includes(shape) ? [{ start: 0, end: note.text.length }] : piecesOf(note.text);
  return extents.flatMap((extent) => {
    const example = blanks[shape](note, extent);
    return example ? [{ ...extent, example }] : [];
  });
}

/** A remark where questions were longer than a model reads, without its full stop. */
export function cutRemarks(cut: number, questions: number): readonly string[] {
  if (cut === 0) return [];
  const [are, each] = cut === 1 ? ["is", "it"] : ["are", "each"];
  return [
    `${cut} of ${questions} text${questions === 1 ? "" : "s"} ${are} longer than the model reads: a part of ${each} was not read`,
  ];
}

/** The note with its answers: `answered` are the questions' examples with labels, in the questions' order. */
export function readNote(note: Note, questions: readonly Question[], answered: readonly Example[]): ReadNote {
  const spans: Span[] = [];
  const pieces: LabelledPiece[] = [];
  for (const [i, { start, end }] of questions.entries()) {
    const answer = answered[i];
    if (answer?.kind === "token") {
      for (const span of answer.spans) spans.push({ ...span, start: span.start + start, end: span.end + start });
    } else if (answer) pieces.push({ start, end, labels: answer.kind === "sentence" ? answer.labels : [answer.label] });
  }
  return { note, spans, pieces };
}
