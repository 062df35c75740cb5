// The sizes of a decoder of the Llama family, from a GGUF's metadata. Knows no weights and no file.

/** Architectures by llama.cpp's names. Mistral's models carry the name `llama`. */
export const llamaFamily = ["llama", "mistral", "qwen2", "qwen3"] as const;
export type LlamaArchitecture = (typeof llamaFamily)[number];

/** Tells whether we may know the model of that `general.architecture`, or `model_type` on the hub. Its sizes can still be others than we build. */
export function isLlamaFamily(architecture: string): boolean {
  return llamaFamily.some((name) => name === architecture);
}

export interface LlamaConfig {
  readonly architecture: LlamaArchitecture;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Each serves heads / keyValueHeads of the queries' heads. */
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly intermediateSize: number;
  /** Tokens that the model was trained to read. */
  readonly contextTokens: number;
  readonly rmsEpsilon: number;
  readonly ropeBase: number;
  /** Every position is divided by it: linear scaling; 1 for none. Llama 3's divisors of each frequency come beside. */
  readonly ropeScale: number;
  /**
   * Interleaving of the rows of queries' and keys' heads: llama.cpp turns neighbours (0, 1), (2, 3), ... by the position where the
   * hub's models turn halves (0, n / 2), (1, n / 2 + 1), ...
   */
  readonly interleaved: boolean;
}

/** A config that we can build, or a sentence that says why not. */
export type LlamaConfigResult =
  | { readonly ok: true; readonly config: LlamaConfig }
  | { readonly ok: false; readonly why: string };

type Metadata = ReadonlyMap<string, unknown>;

/** Reads `general.architecture` and the keys under its name. */
export function readLlamaConfig(metadata: Metadata): LlamaConfigResult {
  const architecture = llamaFamily.find((name) => name === metadata.get("general.architecture"));
  if (!architecture) {
    const got = show(metadata.get("general.architecture"));
    return { ok: false, why: `the architecture is ${got}; this engine builds ${llamaFamily.join(", ")}` };
  }
  try {
    return { ok: true, config: readSizes(new Fields(metadata, architecture), architecture) };
  } catch (error) {
    if (error instanceof WrongField) return { ok: false, why: error.message };
    throw error;
  }
}

function readSizes(fields: Fields, architecture: LlamaArchitecture): LlamaConfig {
  const heads = fields.size("attention.head_count");
  const hiddenSize = fields.size("embedding_length");
  const keyValueHeads = fields.size("attention.head_count_kv", heads);
  const headSize = fields.size("attention.key_length", hiddenSize / heads);
  if (heads % keyValueHeads !== 0) throw new WrongField(`${heads} heads are no multiple of ${keyValueHeads} key-value heads`);
  if (headSize % 2 !== 0) throw new WrongField(`the head size ${headSize} is odd`);
  const valueSize = fields.size("attention.value_length", headSize);
  if (valueSize !== headSize) throw new WrongField(`keys have ${headSize} numbers and values ${valueSize}`);
  const turned = fields.size("rope.dimension_count", headSize);
  if (turned !== headSize) throw new WrongField(`only ${turned} of a head's ${headSize} numbers carry the position`);
  if (fields.size("expert_count", 0) > 0) throw new WrongField("it is a mixture of experts");
  fields.refuseUnknown();
  return {
    architecture,
    vocabSize: fields.length("tokenizer.ggml.tokens"),
    hiddenSize,
    layers: fields.size("block_count"),
    heads,
    keyValueHeads,
    headSize,
    intermediateSize: fields.size("feed_forward_length"),
    contextTokens: fields.size("context_length"),
    rmsEpsilon: fields.real("attention.layer_norm_rms_epsilon"),
    ropeBase: fields.real("rope.freq_base", 10_000),
    ropeScale: ropeScale(fields),
    interleaved: architecture === "llama" || architecture === "mistral",
  };
}

/** As llama.cpp has it: a factor without a type is linear, an older key holds it too, and the type `none` switches it off. */
function ropeScale(fields: Fields): number {
  const type = fields.text("rope.scaling.type", "linear");
  if (type === "none") return 1;
  if (type !== "linear") throw new WrongField(`its rope.scaling.type is ${type}`);
  return fields.real("rope.scaling.factor", fields.real("rope.scale_linear", 1));
}

/** Keys under the architecture's name that are read above. */
const usedKeys = new Set([
  "context_length",
  "embedding_length",
  "block_count",
  "feed_forward_length",
  "attention.head_count",
  "attention.head_count_kv",
  "attention.key_length",
  "attention.value_length",
  "attention.layer_norm_rms_epsilon",
  "rope.dimension_count",
  "rope.freq_base",
  "rope.scaling.type",
  "rope.scaling.factor",
  "rope.scale_linear",
  "expert_count",
]);

/**
 * Keys that change no text of these architectures in llama.cpp, which passes them over; those with a list only at these values. Any other key may
 * change the text, so it is refused.
 */
const idleKeys: Readonly<Record<string, readonly unknown[] | undefined>> = {
  vocab_size: undefined, // the list of tokens has it too
  "rope.scaling.original_context_length": undefined, // of a fine-tune whose frequencies are in rope_freqs.weight
  "rope.scaling.finetuned": undefined,
  "rope.scaling.attn_factor": [1],
  "attention.sliding_window": undefined,
  "attention.layer_norm_epsilon": undefined,
  "attention.causal": [true],
  "attention.scale": [0],
  "attention.clamp_kqv": [0],
  "attention.max_alibi_bias": [0],
  tensor_data_layout: undefined,
  use_parallel_residual: [false],
  pooling_type: [0],
  expert_used_count: [0],
  logit_scale: [0, 1],
  embedding_scale: [0, 1],
  residual_scale: [0, 1],
};

class WrongField extends Error {}

class Fields {
  constructor(
    private readonly metadata: Metadata,
    private readonly architecture: string,
  ) {}

  #get(key: string, otherwise: unknown): unknown {
    return this.metadata.get(`${this.architecture}.${key}`) ?? otherwise;
  }

  size(key: string, otherwise?: number): number {
    const value = this.#get(key, otherwise);
    const most = 2 ** 24; // of anything that is counted in a model
    if (Number.isInteger(value) && (value as number) >= (otherwise === 0 ? 0 : 1) && (value as number) <= most)
      return value as number;
    throw new WrongField(`${this.architecture}.${key} is ${show(value)}, not a whole number above 0`);
  }

  real(key: string, otherwise?: number): number {
    const value = this.#get(key, otherwise);
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
    throw new WrongField(`${this.architecture}.${key} is ${show(value)}, not a number above 0`);
  }

  /** Throws for a key that is neither used nor known to change nothing. */
  refuseUnknown(): void {
    const beginning = `${this.architecture}.`;
    for (const [name, value] of this.metadata) {
      if (!name.startsWith(beginning)) continue;
      const key = name.slice(beginning.length);
      if (usedKeys.has(key)) continue;
      const idle = Object.hasOwn(idleKeys, key);
      const values = idleKeys[key];
      if (!idle || (values && !values.some((v) => v === value))) {
        throw new WrongField(`its ${name} is ${show(value)}, which this engine does not know and which may change the text`);
      }
    }
  }

  text(key: string, otherwise: string): string {
    const value = this.#get(key, otherwise);
    return typeof value === "string" ? value : show(value);
  }

  length(key: string): number {
    const value = this.metadata.get(key);
    if (Array.isArray(value) && value.length > 0) return value.length;
    throw new WrongField(`${key} is ${show(value)}, not a list`);
  }
}

/** Words for a value that a file has, in a message. */
export function show(value: unknown): string {
  return value === undefined ? "absent" : (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
