// The sizes of a decoder of the Llama family, from a GGUF's metadata. Knows no weights and no file.

/** Architectures by llama.cpp's names. Mistral's models carry the name `llama`. */
export const llamaFamily = ["llama", "mistral", "qwen2", "qwen3"] as const;
export type LlamaArchitecture = (typeof llamaFamily)[number];

/** Whether we may know the model of that `general.architecture`, or `model_type` on the hub; its sizes can still be others than we build. */
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
   * Whether the file interleaves the rows of queries' and keys' heads: llama.cpp turns neighbours (0, 1), (2, 3), ... by the position where the
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
  const scaling = fields.text("rope.scaling.type", "none");
  if (scaling !== "none" && scaling !== "linear") throw new WrongField(`its rope.scaling.type is ${scaling}`);
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
    ropeScale: scaling === "linear" ? fields.real("rope.scaling.factor") : 1,
    interleaved: architecture === "llama" || architecture === "mistral",
  };
}

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

/** Of a value that a file has, in a message. */
export function show(value: unknown): string {
  return value === undefined ? "absent" : (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
