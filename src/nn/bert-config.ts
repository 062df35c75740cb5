// The sizes of a BERT, from its config.json. Knows no weights.

export interface BertConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly maxPositions: number;
  readonly typeVocabSize: number;
  readonly layerNormEpsilon: number;
  /** Deviation of the normal draws for new heads. */
  readonly initializerRange: number;
}

/** A config that we can build, or a sentence that says why not. */
export type BertConfigResult = { readonly ok: true; readonly config: BertConfig } | { readonly ok: false; readonly why: string };

const sizes = {
  vocabSize: "vocab_size",
  hiddenSize: "hidden_size",
  layers: "num_hidden_layers",
  heads: "num_attention_heads",
  intermediateSize: "intermediate_size",
  maxPositions: "max_position_embeddings",
  typeVocabSize: "type_vocab_size",
} as const;

/** Reads transformers' config.json, already parsed. Fields that BERT's own code has defaults for may be absent; sizes may not. */
export function readBertConfig(json: unknown): BertConfigResult {
  const no = (why: string): BertConfigResult => ({ ok: false, why });
  if (json === null || typeof json !== "object" || Array.isArray(json)) return no("config.json is not an object");
  const fields = json as Readonly<Record<string, unknown>>;
  if (fields.model_type !== undefined && fields.model_type !== "bert")
    return no(`model_type is ${show(fields.model_type)}, not "bert"`);
  const activation = fields.hidden_act ?? "gelu";
  if (activation !== "gelu" && activation !== "gelu_python") return no(`hidden_act is ${show(activation)}, not "gelu"`);
  const positions = fields.position_embedding_type ?? "absolute";
  if (positions !== "absolute") return no(`position_embedding_type is ${show(positions)}, not "absolute"`);

  const read: Partial<Record<keyof typeof sizes, number>> = {};
  for (const [key, field] of Object.entries(sizes) as [keyof typeof sizes, string][]) {
    const value = fields[field];
    if (!Number.isInteger(value) || (value as number) < 1) return no(`${field} is ${show(value)}, not a whole number above 0`);
    read[key] = value as number;
  }
  const found = read as Record<keyof typeof sizes, number>;
  if (found.hiddenSize % found.heads !== 0)
    return no(`hidden_size ${found.hiddenSize} is no multiple of num_attention_heads ${found.heads}`);
  const real = (field: string, otherwise: number): number | undefined => {
    const value = fields[field] ?? otherwise;
    return typeof value === "number" && value > 0 && value < 1 ? value : undefined;
  };
  const layerNormEpsilon = real("layer_norm_eps", 1e-12);
  if (layerNormEpsilon === undefined) return no(`layer_norm_eps is ${show(fields.layer_norm_eps)}, not a number between 0 and 1`);
  const initializerRange = real("initializer_range", 0.02);
  if (initializerRange === undefined)
    return no(`initializer_range is ${show(fields.initializer_range)}, not a number between 0 and 1`);
  return { ok: true, config: { ...found, layerNormEpsilon, initializerRange } };
}

/** Remark for the user on a BERT that tells no second text from the first. */
export const oneTypeRemark = ({ typeVocabSize }: Pick<BertConfig, "typeVocabSize">): string[] =>
  typeVocabSize > 1
    ? []
    : [
        "It knows one type of token (type_vocab_size 1): a second type, for the second text of a pair, begins as a copy of the first.",
      ];

function show(value: unknown): string {
  return value === undefined ? "absent" : (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
