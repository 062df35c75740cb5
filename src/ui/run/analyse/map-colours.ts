// Colours and shapes of a map's points by what a reader asks: source or label. Knows no canvas.

import type { ExampleSet } from "../../../procedures/analyse.ts";
import { labelsOf } from "../../../tasks/shapes.ts";

/** Properties that points are told apart by. */
export const aspects = ["source", "label"] as const;
export type Aspect = (typeof aspects)[number];
export const aspectWords: Readonly<Record<Aspect, string>> = { source: "Real or synthetic", label: "Label" };

/** Tokens of ui/tokens.css, in the order in which classes take them. */
const hues = ["--orange", "--blue", "--green", "--purple", "--vermillion", "--sky", "--yellow"] as const;

export interface PointClass {
  readonly name: string;
  /** Name of the colour's token. */
  readonly hue: string;
  readonly count: number;
}

export interface Painted {
  /** Class of each point. */
  readonly of: Uint8Array;
  readonly classes: readonly PointClass[];
}

/** Several labels count by the first. Classes beyond the colours share the last one. */
export function painted(sets: readonly ExampleSet[], aspect: Aspect): Painted {
  const names: string[] = [];
  const each = sets.flatMap(({ name, examples }) =>
    examples.map((example) => (aspect === "source" ? name : (labelsOf(example)[0] ?? "none"))),
  );
  const counts = new Map<string, number>();
  for (const name of each) {
    if (!counts.has(name)) names.push(name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const last = hues.length - 1;
  const shown = names.length > hues.length ? names.slice(0, last) : names;
  const rest = names.length - shown.length;
  const restCount = names.slice(shown.length).reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
  const classes = shown.map((name, i) => ({ name, hue: hues[i] as string, count: counts.get(name) ?? 0 }));
  return {
    of: Uint8Array.from(each, (name) => Math.min(names.indexOf(name), last)),
    classes: rest > 0 ? [...classes, { name: `${rest} others`, hue: hues[last] as string, count: restCount }] : classes,
  };
}
