// The sizes of a decoder of the Llama family from the hub's config.json, and its tensors' names there. Knows no weights and no file.

import { isLlamaFamily, type LlamaArchitecture, type LlamaConfig, llamaFamily, show } from "./llama-config.ts";

/** A config that we can build, with the divisors of Llama 3's scaling where it has it, or a sentence that says why not. */
export type HubConfigResult =
  | {
      readonly ok: true;
      readonly config: LlamaConfig;
      readonly divisors?: Float32Array /** The embeddings serve as the head. */;
      readonly tied: boolean;
    }
  | { readonly ok: false; readonly why: string };

type Json = Readonly<Record<string, unknown>>;

export function readHubConfig(json: Json): HubConfigResult {
  try {
    return { ok: true, ...readConfig(json), tied: json.tie_word_embeddings === true };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, why: error.message };
    throw error;
  }
}

class Refused extends Error {}

function readConfig(json: Json): { config: LlamaConfig; divisors?: Float32Array } {
  const type = json.model_type;
  if (typeof type !== "string" || !isLlamaFamily(type)) {
    throw new Refused(`the model_type is ${show(type)}; this engine builds ${llamaFamily.join(", ")}`);
  }
  const activation = json.hidden_act ?? "silu";
  if (activation !== "silu") throw new Refused(`its hidden_act is ${show(activation)}, not silu`);
  // qwen2 has biases on queries, keys and values whatever its config says; the others may say that they have some.
  for (const key of type === "qwen2" ? ["mlp_bias"] : ["attention_bias", "mlp_bias"]) {
    if (json[key] === true) throw new Refused(`it has biases where ${type} has none (${key})`);
  }
  for (const [key, idle] of Object.entries(idleValues)) {
    const value = json[key];
    if (value !== undefined && value !== null && !idle.some((v) => v === value)) {
      throw new Refused(`its ${key} is ${show(value)}, which this engine does not know and which changes the text`);
    }
  }
  const heads = size(json, "num_attention_heads");
  const hiddenSize = size(json, "hidden_size");
  const keyValueHeads = size(json, "num_key_value_heads", heads);
  const headSize = size(json, "head_dim", hiddenSize / heads);
  if (heads % keyValueHeads !== 0) throw new Refused(`${heads} heads are no multiple of ${keyValueHeads} key-value heads`);
  if (headSize % 2 !== 0) throw new Refused(`the head size ${headSize} is odd`);
  const context = size(json, "max_position_embeddings");
  // Within its window a model with a sliding one reads as any other.
  const slides = json.sliding_window !== null && json.sliding_window !== undefined && json.use_sliding_window !== false;
  const { base, scale, divisors } = rotary(json, headSize);
  const config: LlamaConfig = {
    architecture: type as LlamaArchitecture,
    vocabSize: size(json, "vocab_size"),
    hiddenSize,
    layers: size(json, "num_hidden_layers"),
    heads,
    keyValueHeads,
    headSize,
    intermediateSize: size(json, "intermediate_size"),
    contextTokens: slides ? Math.min(context, size(json, "sliding_window")) : context,
    rmsEpsilon: real(json, "rms_norm_eps"),
    ropeBase: base,
    ropeScale: scale,
    interleaved: false,
  };
  return { config, ...(divisors ? { divisors } : {}) };
}

/** Fields that change the text, and the values at which they do not. */
const idleValues: Readonly<Record<string, readonly unknown[]>> = {
  partial_rotary_factor: [1],
  rope_interleaved: [false],
  logits_scaling: [1],
  logit_scale: [1],
  embedding_multiplier: [1],
  residual_multiplier: [1],
  attention_multiplier: [],
  query_pre_attn_scalar: [],
  attn_logit_softcapping: [],
  final_logit_softcapping: [],
  clip_qkv: [],
  qk_layernorm: [false],
  use_qk_norm: [false],
  num_experts: [0],
  num_local_experts: [0],
  no_rope_layers: [],
  quantization_config: [],
  add_cross_attention: [false],
};

/** `rope_theta` and `rope_scaling`, or `rope_parameters` in which newer files have both. */
function rotary(json: Json, headSize: number): { base: number; scale: number; divisors?: Float32Array } {
  const scaling = (json.rope_parameters ?? json.rope_scaling ?? {}) as Json;
  if (scaling.partial_rotary_factor !== undefined && scaling.partial_rotary_factor !== 1) {
    throw new Refused(`its partial_rotary_factor is ${show(scaling.partial_rotary_factor)}`);
  }
  const base = real(scaling.rope_theta === undefined ? json : scaling, "rope_theta", 10_000);
  const type = scaling.rope_type ?? scaling.type ?? "default";
  const named = scaling.rope_type !== undefined || scaling.type !== undefined;
  if (!named && scaling.factor !== undefined) throw new Refused("its rope_scaling has a factor and no type");
  if (type === "default") return { base, scale: 1 };
  if (type === "linear") return { base, scale: real(scaling, "factor") };
  if (type === "llama3") return { base, scale: 1, divisors: llama3Divisors(scaling, base, headSize) };
  throw new Refused(`its rope_type is ${show(type)}; this engine knows default, linear and llama3`);
}

/**
 * Llama 3's scaling: a frequency whose wavelength is longer than the original context over low_freq_factor is divided by the factor, a short one
 * stays, and between them the division fades (transformers' modeling_rope_utils, "llama3"). [headSize / 2].
 */
function llama3Divisors(scaling: Json, base: number, headSize: number): Float32Array {
  const factor = real(scaling, "factor");
  const low = real(scaling, "low_freq_factor");
  const high = real(scaling, "high_freq_factor");
  const context = size(scaling, "original_max_position_embeddings");
  return Float32Array.from({ length: headSize / 2 }, (_, i) => {
    const turns = context / (2 * Math.PI * base ** ((2 * i) / headSize)); // of the original context
    if (turns > high) return 1;
    if (turns < low) return factor;
    const kept = (turns - low) / (high - low);
    return 1 / ((1 - kept) / factor + kept);
  });
}

function size(json: Json, key: string, otherwise?: number): number {
  const value = json[key] ?? otherwise;
  const most = 2 ** 24; // of anything that is counted in a model
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return value as number;
  throw new Refused(`${key} is ${show(value)}, not a whole number above 0`);
}

function real(json: Json, key: string, otherwise?: number): number {
  const value = json[key] ?? otherwise;
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw new Refused(`${key} is ${show(value)}, not a number above 0`);
}

const ofModel: Readonly<Record<string, string>> = {
  "model.embed_tokens": "token_embd",
  "model.norm": "output_norm",
  lm_head: "output",
};

const ofLayer: Readonly<Record<string, string>> = {
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
  input_layernorm: "attn_norm",
  post_attention_layernorm: "ffn_norm",
};

/** llama.cpp's name of a tensor of the hub's checkpoint; undefined for one that the family does not have. */
export function tensorName(name: string): string | undefined {
  const [, body = "", kind = ""] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
  const [, layer, part = ""] = /^model\.layers\.(\d+)\.(.*)$/.exec(body) ?? [];
  const known = layer === undefined ? ofModel[body] : ofLayer[part];
  if (known === undefined) return undefined;
  return layer === undefined ? `${known}.${kind}` : `blk.${layer}.${known}.${kind}`;
}
