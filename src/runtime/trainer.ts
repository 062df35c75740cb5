// The port of a trainer: a model's weights on one device, steps on them, and logits from them. Knows no task and no text.

/** A dense tensor in row-major order. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Inputs of a graph by name. */
export type Feeds = Readonly<Record<string, HostTensor>>;

/** Named float32 weights, named and shaped as the checkpoint has them ([out, in] for linear layers). */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

export interface StepOptions {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Largest global norm of the gradient; 0 for no clipping. */
  readonly clipNorm: number;
}

export interface Trainer {
  readonly device: "webgpu" | "wasm";
  /** Forward, backward, AdamW, in place. `loss` is before the update; `gradientNorm` before clipping. */
  step(feeds: Feeds, options: StepOptions): Promise<{ loss: number; gradientNorm: number }>;
  /** The head's logits. */
  infer(feeds: Feeds): Promise<HostTensor>;
  /** A copy of the current weights. */
  read(): Promise<Weights>;
  /** Replaces weights by name; resets the optimizer's moments and step count. */
  write(weights: Weights): Promise<void>;
  close(): Promise<void>;
}
