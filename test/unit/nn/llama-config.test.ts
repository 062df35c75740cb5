// The Llama family's sizes from a GGUF's metadata, and what is refused.

import { describe, expect, it } from "vitest";
import { readLlamaConfig } from "../../../src/nn/llama-config.ts";

const smollm2 = (): Map<string, unknown> =>
  new Map<string, unknown>([
    ["general.architecture", "llama"],
    ["llama.block_count", 30],
    ["llama.context_length", 8192],
    ["llama.embedding_length", 576],
    ["llama.feed_forward_length", 1536],
    ["llama.attention.head_count", 9],
    ["llama.attention.head_count_kv", 3],
    ["llama.rope.freq_base", 100000],
    ["llama.attention.layer_norm_rms_epsilon", 1e-5],
    ["llama.rope.dimension_count", 64],
    ["tokenizer.ggml.tokens", Array(49152).fill("")],
  ]);

it("reads SmolLM2's", () => {
  expect(readLlamaConfig(smollm2())).toEqual({
    ok: true,
    config: {
      architecture: "llama",
      vocabSize: 49152,
      hiddenSize: 576,
      layers: 30,
      heads: 9,
      keyValueHeads: 3,
      headSize: 64,
      intermediateSize: 1536,
      contextTokens: 8192,
      rmsEpsilon: 1e-5,
      ropeBase: 100000,
      ropeScale: 1,
      interleaved: true,
    },
  });
});

it("takes a head's size from the file where it is no share of the hidden size, and linear scaling", () => {
  const metadata = smollm2()
    .set("llama.attention.key_length", 128)
    .set("llama.attention.value_length", 128)
    .set("llama.rope.dimension_count", 128)
    .set("llama.rope.scaling.type", "linear")
    .set("llama.rope.scaling.factor", 4);
  expect(readLlamaConfig(metadata)).toMatchObject({ ok: true, config: { headSize: 128, ropeScale: 4 } });
});

describe("scales positions as llama.cpp does", () => {
  it.each<[string, Record<string, unknown>, number]>([
    ["a factor without a type is linear", { "rope.scaling.factor": 4 }, 4],
    ["the older key is a factor", { "rope.scale_linear": 2 }, 2],
    ["the newer key goes before the older one", { "rope.scaling.factor": 4, "rope.scale_linear": 2 }, 4],
    ["the type none switches it off", { "rope.scaling.type": "none", "rope.scaling.factor": 4 }, 1],
    ["linear without a factor is none", { "rope.scaling.type": "linear" }, 1],
  ])("%s", (_, keys, ropeScale) => {
    const metadata = smollm2();
    for (const [key, value] of Object.entries(keys)) metadata.set(`llama.${key}`, value);
    expect(readLlamaConfig(metadata)).toMatchObject({ ok: true, config: { ropeScale } });
  });
});

it("passes over keys that change no text", () => {
  const metadata = smollm2().set("llama.vocab_size", 49152).set("llama.attention.causal", true).set("general.name", "x");
  expect(readLlamaConfig(metadata).ok).toBe(true);
});

describe("refuses, and says why", () => {
  it.each<[string, string, unknown, RegExp]>([
    ["another architecture", "general.architecture", "gemma3", /"gemma3".*llama, mistral, qwen2, qwen3/],
    ["a file without one", "general.architecture", undefined, /absent/],
    ["no layers", "llama.block_count", 0, /block_count is 0/],
    ["a number of layers that is none", "llama.block_count", "30", /block_count is "30"/],
    ["more than any model has", "llama.feed_forward_length", 2 ** 31, /feed_forward_length/],
    ["heads that do not group", "llama.attention.head_count_kv", 4, /9 heads are no multiple of 4/],
    ["a hidden size that is no multiple of the heads", "llama.embedding_length", 577, /key_length/],
    ["values of another size than keys", "llama.attention.value_length", 32, /values 32/],
    ["heads turned in part", "llama.rope.dimension_count", 32, /only 32/],
    ["experts", "llama.expert_count", 8, /experts/],
    ["another scaling of positions", "llama.rope.scaling.type", "yarn", /yarn/],
    ["a key that nobody knows", "llama.attention.temperature_scale", 0.5, /temperature_scale is 0.5/],
    ["another scale of attention", "llama.attention.scale", 0.1, /attention.scale is 0.1/],
    ["scaled embeddings", "llama.embedding_scale", 12, /embedding_scale is 12/],
    ["no causal mask", "llama.attention.causal", false, /causal is false/],
    ["no epsilon", "llama.attention.layer_norm_rms_epsilon", 0, /layer_norm_rms_epsilon is 0/],
    ["no vocabulary", "tokenizer.ggml.tokens", undefined, /tokenizer.ggml.tokens/],
  ])("%s", (_, key, value, why) => {
    const result = readLlamaConfig(smollm2().set(key, value));
    expect(result.ok ? "it was read" : result.why).toMatch(why);
  });
});
