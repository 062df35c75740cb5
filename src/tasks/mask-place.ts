// A piece of an example's text that a masked language model may fill. Knows no vocabulary and no encoding.

export interface MaskPlace {
  /** Index of the example's text (`textsOf`), and the piece's place in it, in UTF-16 code units. */
  readonly text: number;
  readonly start: number;
  readonly end: number;
  /** Index of its word: pieces of one word of one text share it. */
  readonly word: number;
  /** It is the first piece of its word, or the last. */
  readonly begins: boolean;
  readonly ends: boolean;
}
