// Applies a trained model to notes, long ones too: each sentence is a question, and every answer stands at its place in its note. Knows no file.

import type { Classifier } from "../classifier/classifier.ts";
import { type PredictProgress, predict } from "../classifier/predict.ts";
import { type Note, questionsOf, type ReadNote, readNote } from "../formats/note.ts";
import type { Example } from "../tasks/example.ts";

export type ApplyEvent =
  | PredictProgress
  | {
      readonly type: "applied";
      readonly notes: readonly ReadNote[];
      readonly pieces: number;
      /** Pieces of which a part was not read. */
      readonly cut: number;
    };

/** Sentences beyond the encoder's length are read in windows where their shape allows it. Errors: `aborted`, and the classifier's. */
export async function* applyTo(
  classifier: Classifier,
  notes: readonly Note[],
  signal: AbortSignal,
): AsyncGenerator<ApplyEvent, void> {
  const questions = notes.map((note) => questionsOf(classifier.task.shape, note));
  const all = questions.flat();
  let answered: readonly Example[] = [];
  let cut = 0;
  for await (const event of predict(
    classifier,
    all.map(({ example }) => example),
    signal,
  )) {
    if (event.type === "predicted") {
      answered = event.examples;
      cut = event.cut.filter(Boolean).length;
    } else yield event;
  }
  let next = 0;
  const read = notes.map((note, i) => {
    const own = questions[i] ?? [];
    const from = next;
    next += own.length;
    return readNote(note, own, answered.slice(from, next));
  });
  yield { type: "applied", notes: read, pieces: all.length, cut };
}
