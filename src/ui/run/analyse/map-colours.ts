// Colours and shapes of a map's points by what a reader asks: source, label or topic. Knows no canvas.

import type { Origin } from "../../../generate/source.ts";
import type { ExampleSet } from "../../../procedures/analyse.ts";
import { labelsOf } from "../../../tasks/shapes.ts";
import { topicWords } from "../../parts/words.ts";

/** Texts of a map, and what each was made from; the real ones were made from nothing. */
export interface MappedSet extends ExampleSet {
  readonly origins?: readonly Origin[];
}

interface Point {
  readonly set: MappedSet;
  /** Position in its set. */
  readonly at: number;
}

interface AspectRow {
  readonly words: string;
  /** Class of a point. Several labels count by the first. */
  nameOf(point: Point): string;
  /** The most frequent classes have the colours, the first one aside: there may be hundreds. Else the first met. */
  readonly byCount?: true;
}

/** Properties that points are told apart by. */
const aspectRows = {
  source: { words: "Real or synthetic", nameOf: ({ set }) => set.name },
  label: { words: "Label", nameOf: ({ set, at }) => labelsOf(set.examples[at] as ExampleSet["examples"][number])[0] ?? "none" },
  topic: { words: "Topic", nameOf: topicOf, byCount: true },
} as const satisfies Readonly<Record<string, AspectRow>>;

export type Aspect = keyof typeof aspectRows;
export const aspects = Object.keys(aspectRows) as readonly Aspect[];
export const aspectWords = (aspect: Aspect): string => aspectRows[aspect].words;

function topicOf({ set, at }: Point): string {
  if (!set.origins) return set.name;
  const origin = set.origins[at];
  return origin?.kind === "prompted" && origin.topic ? topicWords(origin.topic) : "no topic";
}

/** Tokens of ui/tokens.css, in the order in which classes take them. */
const hues = ["--orange", "--blue", "--green", "--purple", "--vermillion", "--sky", "--yellow"] as const;

/** Token of what shares the last class: no colour of its own. */
const others = "--ink-soft";

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

/** Classes beyond the colours share the last one. */
export function painted(sets: readonly MappedSet[], aspect: Aspect): Painted {
  const row: AspectRow = aspectRows[aspect];
  const each = sets.flatMap((set) => set.examples.map((_, at) => row.nameOf({ set, at })));
  const counts = new Map<string, number>(); // in the order of first meeting
  for (const name of each) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [first, ...later] = [...counts.keys()];
  if (row.byCount) later.sort((a, b) => (counts.get(b) as number) - (counts.get(a) as number));
  const names = first === undefined ? [] : [first, ...later];
  const last = hues.length - 1;
  const shown = names.length > hues.length ? names.slice(0, last) : names;
  const rest = names.length - shown.length;
  const restCount = names.slice(shown.length).reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
  const classes = shown.map((name, i) => ({ name, hue: hues[i] as string, count: counts.get(name) ?? 0 }));
  const classOf = new Map(names.map((name, i) => [name, Math.min(i, last)]));
  return {
    of: Uint8Array.from(each, (name) => classOf.get(name) as number),
    classes: rest > 0 ? [...classes, { name: `${rest} others`, hue: others, count: restCount }] : classes,
  };
}
