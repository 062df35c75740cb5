// What speaks against each synthetic example of a run, by four judges, and sets of examples to train without. Pure.

import { cartography, doubtfulFirst, type EpochView, type Placed } from "../analyse/cartography.ts";
import type { Verdict } from "../analyse/factuality.ts";
import { canonicalJson } from "../base/hash.ts";
import type { Example } from "../tasks/example.ts";
import { itemsOf } from "../tasks/shapes.ts";
import type { Answer } from "./answer.ts";

/** Each list in the order of the synthetic examples. */
export interface Trust {
  /** Places on the data map of the training. */
  readonly places: readonly Placed[];
  /** Agreement of the few-shot model, which never saw the example, with its label. */
  readonly agrees: readonly boolean[];
  /** Verdicts of the knowledge graph; absent where none was asked. */
  readonly verdicts?: readonly Verdict[];
  /** Answers to the test set of the model that was trained on all of them. */
  readonly baseline: readonly Answer[];
  /** Indices that the reader dropped, and that the reader kept against all filters. */
  readonly dropped: readonly number[];
  readonly kept: readonly number[];
}

/** What the judges told of these examples. */
interface Told {
  readonly examples: readonly Example[];
  /** Of the watched training, in order. */
  readonly epochs: readonly EpochView[];
  /** The examples with the few-shot model's answers in place of their own. */
  readonly labelled: readonly Example[];
  readonly verdicts?: readonly Verdict[];
  readonly baseline: readonly Answer[];
}

/** Nothing is decided yet. */
export function trustOf({ examples, epochs, labelled, ...told }: Told): Trust {
  const agrees = examples.map((example, i) => labelled[i] !== undefined && agree(example, labelled[i]));
  return { ...told, places: cartography(epochs), agrees, dropped: [], kept: [] };
}

/** Indices of the examples, the likeliest to be mislabelled first. */
export const doubtful = ({ places }: Trust): readonly number[] => doubtfulFirst(places);

export type TrustFilter = "hand" | "map" | "agreement" | "graph";

/** Every filter that there is: its words, and whether it leaves an example out. */
export const trustFilters: Readonly<
  Record<TrustFilter, { readonly words: string; leavesOut(trust: Trust, i: number): boolean }>
> = {
  hand: { words: "those that I dropped", leavesOut: ({ dropped }, i) => dropped.includes(i) },
  map: {
    words: "those that training mostly gets wrong",
    leavesOut: ({ places }, i) => (places[i]?.correctness ?? 1) < 0.5,
  },
  agreement: { words: "those whose label the few-shot model does not give", leavesOut: ({ agrees }, i) => agrees[i] === false },
  graph: { words: "those that the graph contradicts", leavesOut: ({ verdicts }, i) => verdicts?.[i] === "opposite" },
};

export const trustFilterIds = Object.keys(trustFilters) as readonly TrustFilter[];

/** Indices that the chosen filters leave out, in order. An example that the reader kept stays. */
export function leftOutBy(trust: Trust, chosen: readonly TrustFilter[]): number[] {
  return trust.places.flatMap((_, i) =>
    !trust.kept.includes(i) && chosen.some((id) => trustFilters[id].leavesOut(trust, i)) ? [i] : [],
  );
}

/** The reader's word on one example, in place of the one before. */
export function decided(trust: Trust, index: number, decision: "drop" | "keep"): Trust {
  const without = (list: readonly number[]) => list.filter((i) => i !== index);
  const own = { dropped: without(trust.dropped), kept: without(trust.kept) };
  return decision === "drop"
    ? { ...trust, ...own, dropped: [...own.dropped, index] }
    : { ...trust, ...own, kept: [...own.kept, index] };
}

/** Tells whether two examples carry the same answer. */
export function agree(a: Example, b: Example): boolean {
  const keys = (example: Example) =>
    canonicalJson(
      itemsOf(example)
        .map(({ key }) => key)
        .sort(),
    );
  return keys(a) === keys(b);
}
