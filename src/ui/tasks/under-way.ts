// How far the first text that waits is labelled, before it is kept as an example. Knows no page.

import type { Example } from "../../tasks/example.ts";
import { textsOf } from "../../tasks/shapes.ts";

/** Ids of labels by keys that stay while the ids follow the names. */
export type LabelIds = ReadonlyMap<number, string>;

export interface UnderWay {
  /** The texts that wait; another list of the same ones is another turn. */
  readonly of: readonly string[];
  /** The form of task by which it is labelled: it fits no other. */
  readonly form: string;
  /** Ids of the labels that it bears. */
  readonly ids: LabelIds;
  readonly example: Example;
}

const sameTexts = (a: readonly string[] | undefined, b: readonly string[]): boolean => a?.join("\0") === b.join("\0");

/** Tells whether the example is one of these texts. */
export const isOf = (example: Example, texts: readonly string[] | undefined): boolean => sameTexts(texts, textsOf(example));

/** A text that waits as before is the same one: its marks are not lost. */
export const asBefore = (
  now: readonly (readonly string[])[],
  before: readonly (readonly string[])[],
): readonly (readonly string[])[] =>
  now.map((texts, i) => (sameTexts(before[i], texts) ? (before[i] as readonly string[]) : texts));
