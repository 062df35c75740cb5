// Charges against each synthetic example of a run, by five judges, and sets of examples to train without. Pure.

import { cartography, doubtfulFirst, type EpochView, type Placed } from "../analyse/cartography.ts";
import type { Verdict } from "../analyse/factuality.ts";
import { canonicalJson } from "../base/hash.ts";
import { severalItems } from "../evaluate/score.ts";
import type { Example } from "../tasks/example.ts";
import { itemsOf, withLabels } from "../tasks/shapes.ts";
import type { Task } from "../tasks/task.ts";
import { type Answer, answered, answerOf } from "./answer.ts";

/** Each list in the order of the synthetic examples; empty where a plan did not ask its judge. */
export interface Trust {
  /** Places on the data map. */
  readonly places: readonly Placed[];
  /** Agreement of the few-shot model, which never saw the example, with its label. */
  readonly agrees: readonly boolean[];
  /** Answers of the few-shot model; absent in a product of an older version. */
  readonly answers?: readonly Answer[];
  /** Verdicts of the knowledge graph; absent where none was asked. */
  readonly verdicts?: readonly Verdict[];
  /** Copies of a text that the writer was shown (analyse/leakage.ts); absent where nobody looked. */
  readonly copied?: readonly boolean[];
  /** Answers to the test set of the model that was trained on all of them. */
  readonly baseline: readonly Answer[];
  /** Indices that the reader dropped, and that the reader kept against all filters. */
  readonly dropped: readonly number[];
  readonly kept: readonly number[];
  /** Examples as the reader changed them, by index. Absent: none. */
  readonly changed?: Readonly<Record<number, Change>>;
  /** Rejected attempts that the reader took after all, by attempt. Absent: none. */
  readonly taken?: Readonly<Record<number, Example>>;
  /** As `TrainedModel` has it: the encoder of the judges. */
  readonly weights?: string;
}

/** An example with another label, marked anew by hand, or written again. */
export interface Change {
  readonly by: "label" | "edit" | "writing";
  readonly example: Example;
}

/** Verdicts of the judges on these examples. */
interface Told {
  readonly examples: readonly Example[];
  /** Epochs of the data map, in order. */
  readonly epochs: readonly EpochView[];
  /** The examples with the few-shot model's answers in place of their own. */
  readonly labelled: readonly Example[];
  readonly verdicts?: readonly Verdict[];
  readonly copied?: readonly boolean[];
  readonly baseline: readonly Answer[];
}

/** Nothing is decided yet. */
export function trustOf({ examples, epochs, labelled, ...told }: Told): Trust {
  const agrees = examples.map((example, i) => labelled[i] !== undefined && agree(example, labelled[i]));
  const answers = labelled.length === examples.length ? { answers: labelled.map(answerOf) } : {};
  return { ...told, places: cartography(epochs), agrees, ...answers, dropped: [], kept: [] };
}

/** Indices of the examples, the likeliest to be mislabelled first. */
export const doubtful = ({ places }: Trust): readonly number[] => doubtfulFirst(places);

/** The word of some judges alone. */
export const wordOf = (word: Partial<Trust>): Trust => ({ places: [], agrees: [], baseline: [], dropped: [], kept: [], ...word });

export type TrustFilter = "hand" | "map" | "agreement" | "graph" | "leakage" | "tenth";

/** Judges by what they ask for: the reader, a training on the set, the knowledge graph, the texts that the writer was shown. */
export type JudgeId = "reader" | "training" | "graph" | "shown";

interface FilterRow {
  readonly words: string;
  readonly judge: JudgeId;
  /** Indices. */
  leftOut(trust: Trust): readonly number[];
}

/** Share that the filter of the least believed leaves out: as many labels as a small writer may get wrong, and never most of a set. */
const leastBelieved = 0.1;

/** Every filter that there is. */
export const trustFilters: Readonly<Record<TrustFilter, FilterRow>> = {
  hand: { words: "those that I dropped", judge: "reader", leftOut: ({ dropped }) => dropped },
  map: {
    words: "those that training mostly gets wrong",
    judge: "training",
    leftOut: ({ places }) => places.flatMap(({ correctness }, i) => (correctness < 0.5 ? [i] : [])),
  },
  agreement: {
    words: "those whose label the few-shot model does not give",
    judge: "training",
    leftOut: ({ agrees }) => agrees.flatMap((agreed, i) => (agreed ? [] : [i])),
  },
  graph: {
    words: "those that the graph contradicts",
    judge: "graph",
    leftOut: ({ verdicts = [] }) => verdicts.flatMap((verdict, i) => (verdict === "opposite" ? [i] : [])),
  },
  leakage: {
    words: "those that copy an example that the writer was shown",
    judge: "shown",
    leftOut: ({ copied = [] }) => copied.flatMap((is, i) => (is ? [i] : [])),
  },
  tenth: {
    words: "the tenth whose labels training believes least",
    judge: "training",
    leftOut: ({ places }) => doubtfulFirst(places).slice(0, Math.floor(leastBelieved * places.length)),
  },
};

export const trustFilterIds = Object.keys(trustFilters) as readonly TrustFilter[];

/** Indices that the chosen filters leave out, in order. An example that the reader kept or changed stays. */
export function leftOutBy(trust: Trust, chosen: readonly TrustFilter[]): number[] {
  const left = new Set(chosen.flatMap((id) => trustFilters[id].leftOut(trust)));
  return [...left].filter((i) => !trust.kept.includes(i) && !trust.changed?.[i]).sort((a, b) => a - b);
}

/** The examples that a training takes: without those that the filters leave out, changed as the reader changed them, and at the end those taken by hand. */
export function trainedOn(trust: Trust, examples: readonly Example[], chosen: readonly TrustFilter[]): Example[] {
  const left = new Set(leftOutBy(trust, chosen));
  const own = examples.flatMap((example, i) => (left.has(i) ? [] : [trust.changed?.[i]?.example ?? example]));
  return [...own, ...Object.values(trust.taken ?? {})];
}

/** The rejected attempt taken as this example; undefined takes it back. */
export function takenAs({ taken = {}, ...trust }: Trust, attempt: number, example: Example | undefined): Trust {
  const { [attempt]: _, ...others } = taken;
  const next = example ? { ...others, [attempt]: example } : others;
  return Object.keys(next).length > 0 ? { ...trust, taken: next } : trust;
}

/** The reader's word on one example, in place of the one before. */
export function decided(trust: Trust, index: number, decision: "drop" | "keep"): Trust {
  const own = undecided(trust, index);
  return decision === "drop" ? { ...own, dropped: [...own.dropped, index] } : { ...own, kept: [...own.kept, index] };
}

/** The example changed, in place of the word before; undefined takes the change back. */
export function changedTo(trust: Trust, index: number, change: Change | undefined): Trust {
  const own = undecided(trust, index);
  return change ? { ...own, changed: { ...own.changed, [index]: change } } : own;
}

/** Tells whether the reader said a word on the example. */
export const isDecided = ({ dropped, kept, changed }: Trust, index: number): boolean =>
  dropped.includes(index) || kept.includes(index) || changed?.[index] !== undefined;

/** The example without the reader's word. */
export function undecided({ changed = {}, ...trust }: Trust, index: number): Trust {
  const without = (list: readonly number[]) => list.filter((i) => i !== index);
  const { [index]: _, ...others } = changed;
  const left = Object.keys(others).length > 0 ? { changed: others } : {};
  return { ...trust, dropped: without(trust.dropped), kept: without(trust.kept), ...left };
}

/**
 * Other labels for an example, the likeliest first: the few-shot model's answer where it differs, then each label of a task whose examples carry one. Empty where
 * that model gives the same spans or the same set of labels.
 */
export function otherLabels(task: Task, trust: Trust, index: number, example: Example): readonly Example[] {
  const answer = trust.answers?.[index];
  const [given] = answer ? answered([example], [answer]) : [];
  const found = [...(given ? [given] : []), ...task.labels.flatMap(({ id }) => withLabel(task, example, id))];
  return found.filter((one, i) => !agree(one, example) && found.findIndex((other) => agree(other, one)) === i);
}

function withLabel(task: Task, example: Example, label: string): Example[] {
  const changed = severalItems(task) ? undefined : withLabels(example, [label]);
  return changed ? [changed] : [];
}

/** The next of an example's other labels; after the last, its own again. */
export function relabelled(task: Task, trust: Trust, index: number, example: Example): Trust {
  const others = otherLabels(task, trust, index, example);
  const change = trust.changed?.[index];
  const at = change?.by === "label" ? others.findIndex((other) => agree(other, change.example)) : -1;
  const next = others[at + 1];
  return changedTo(trust, index, next && { by: "label", example: next });
}

/** The reader's words counted: for a report. */
export interface Decisions {
  readonly dropped: number;
  readonly kept: number;
  readonly relabelled: number;
  readonly edited: number;
  readonly rewritten: number;
  /** Rejected attempts. */
  readonly taken: number;
}

export function decisionsOf({ dropped, kept, changed = {}, taken = {} }: Trust): Decisions {
  const by = (how: Change["by"]) => Object.values(changed).filter((change) => change.by === how).length;
  const changes = { relabelled: by("label"), edited: by("edit"), rewritten: by("writing") };
  return { dropped: dropped.length, kept: kept.length, ...changes, taken: Object.keys(taken).length };
}

/** Examples on which the reader said a word. */
export const decisionCount = (trust: Trust): number => Object.values(decisionsOf(trust)).reduce((sum, n) => sum + n, 0);

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
