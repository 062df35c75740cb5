// The shapes of a labelled example. Knows no task and no file format.

/** Offsets count UTF-16 code units of the text; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** A text with marked parts. */
export interface TokenExample {
  readonly kind: "token";
  readonly text: string;
  /** In order of start, not overlapping. */
  readonly spans: readonly Span[];
}

/** A text with one of the labels, or any of them. */
export interface SentenceExample {
  readonly kind: "sentence";
  readonly text: string;
  readonly labels: readonly string[];
}

/** Two entities of a text and the relation between them. A span's label is its entity type; either may stand first, and they may share characters. */
export interface RelationExample {
  readonly kind: "relation";
  readonly text: string;
  readonly head: Span;
  readonly tail: Span;
  readonly label: string;
}

/** Two texts and how they relate. */
export interface PairExample {
  readonly kind: "pair";
  readonly first: string;
  readonly second: string;
  readonly label: string;
}

export interface Shapes {
  readonly token: TokenExample;
  readonly sentence: SentenceExample;
  readonly relation: RelationExample;
  readonly pair: PairExample;
}

export type Shape = keyof Shapes;
export type Example = Shapes[Shape];
