// Named float32 arrays: the form in which every room passes weights. Knows no file format and no model.

export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Named float32 weights, named and shaped as the checkpoint has them ([out, in] for linear layers). */
export type Weights = ReadonlyMap<string, Weight>;

/** A named array that is read when it is asked for. */
export interface LazyWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** In row-major order. It may be the trainer's own memory: valid until the next step, and not to be changed. */
  read(): Promise<Float32Array<ArrayBuffer>>;
}
