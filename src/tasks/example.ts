// The three shapes of a labelled example. Knows no task and no file format.

/** Offsets count UTF-16 code units of the text; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export interface SentenceExample {
  readonly kind: "sentence";
  readonly text: string;
  readonly labels: readonly string[];
}

export interface PairExample {
  readonly kind: "pair";
  readonly first: string;
  readonly second: string;
  readonly label: string;
}

export interface TokenExample {
  readonly kind: "token";
  readonly text: string;
  /** In order of start, not overlapping. */
  readonly spans: readonly Span[];
}

export type Example = SentenceExample | PairExample | TokenExample;
