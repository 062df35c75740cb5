// Components for each shape of example: shown, compared with its prediction and typed in. One row a shape. Knows no run.

import type { Component } from "svelte";
import type { Example, Shape, Shapes } from "../../tasks/example.ts";
import type { LearnableTask } from "../../tasks/task.ts";
import type { Draft } from "../parts/drafts.svelte.ts";
import PairCompare from "./PairCompare.svelte";
import PairForm from "./PairForm.svelte";
import PairView from "./PairView.svelte";
import RelationCompare from "./RelationCompare.svelte";
import RelationForm from "./RelationForm.svelte";
import RelationView from "./RelationView.svelte";
import SentenceCompare from "./SentenceCompare.svelte";
import SentenceForm from "./SentenceForm.svelte";
import SentenceView from "./SentenceView.svelte";
import TokenCompare from "./TokenCompare.svelte";
import TokenForm from "./TokenForm.svelte";
import TokenView from "./TokenView.svelte";

export interface ViewProps<S extends Shape> {
  readonly task: LearnableTask<S>;
  readonly example: Shapes[S];
}

export interface CompareProps<S extends Shape> {
  readonly task: LearnableTask<S>;
  readonly gold: Shapes[S];
  readonly predicted: Shapes[S];
  readonly right: boolean;
}

export interface FormProps<S extends Shape> {
  readonly task: LearnableTask<S>;
  /** What stands in its fields, as `typedExample` reads it. */
  readonly draft: Draft;
}

interface ShapeRow<S extends Shape> {
  /** The example, set to be read. */
  readonly View: Component<ViewProps<S>>;
  /** Gold beside prediction. */
  readonly Compare: Component<CompareProps<S>>;
  /** Condition for a prediction to count, where that needs saying. */
  readonly counts?: string;
  /** Words for the loss. */
  readonly loss: string;
  /** Fields for an example of the user's own, without labels. */
  readonly Form: Component<FormProps<S>>;
}

const rows: { readonly [S in Shape]: ShapeRow<S> } = {
  token: {
    View: TokenView,
    Compare: TokenCompare,
    Form: TokenForm,
    counts: "an entity counts when both its ends and its type are right",
    loss: "the cross-entropy of each word piece's tag (begin, inside, outside), over a linear layer on the encoder",
  },
  sentence: {
    View: SentenceView,
    Compare: SentenceCompare,
    Form: SentenceForm,
    loss: "the cross-entropy of the labels, over a linear layer on the encoder's first token",
  },
  relation: {
    View: RelationView,
    Compare: RelationCompare,
    Form: RelationForm,
    loss: "the cross-entropy of the label, over a linear layer on the encoder's first token, which reads both entities between markers",
  },
  pair: {
    View: PairView,
    Compare: PairCompare,
    Form: PairForm,
    loss: "the cross-entropy of the label, over a linear layer on the encoder's first token",
  },
};

// The compiler does not follow that a row is its own shape's, nor that gold and prediction are of one task.
export const viewOf = (example: Example) =>
  rows[example.kind].View as unknown as Component<{ task: LearnableTask; example: Example }>;

export const compareOf = (gold: Example) =>
  rows[gold.kind].Compare as unknown as Component<{ task: LearnableTask; gold: Example; predicted: Example; right: boolean }>;

export const countsOf = (task: LearnableTask): string | undefined => rows[task.shape].counts;

export const lossOf = (task: LearnableTask): string => rows[task.shape].loss;

export const formOf = (task: LearnableTask) =>
  rows[task.shape].Form as unknown as Component<{ task: LearnableTask; draft: Draft }>;
