// The Llama family's sizes from the hub's config.json, what is refused, and the names of its tensors.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readHubConfig, tensorName } from "../../../src/nn/llama-hub.ts";
import { openGguf } from "../../../src/weights/gguf.ts";

const fixtures = "test/fixtures/llama";
const smollm2 = {
  model_type: "llama",
  hidden_act: "silu",
  hidden_size: 576,
  intermediate_size: 1536,
  max_position_embeddings: 8192,
  num_attention_heads: 9,
  num_hidden_layers: 30,
  num_key_value_heads: 3,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  rope_theta: 100000,
  tie_word_embeddings: true,
  vocab_size: 49152,
};

it("reads SmolLM2's", () => {
  expect(readHubConfig(smollm2)).toEqual({
    ok: true,
    tied: true,
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
      interleaved: false,
    },
  });
});

it("reads no farther than a sliding window, where the model uses it", () => {
  const context = (more: object) => {
    const result = readHubConfig({ ...smollm2, model_type: "mistral", ...more });
    return result.ok && result.config.contextTokens;
  };
  expect(context({ sliding_window: 4096 })).toBe(4096);
  expect(context({ sliding_window: 4096, use_sliding_window: false })).toBe(8192);
  expect(context({ sliding_window: null })).toBe(8192);
});

it("computes Llama 3's divisors as llama.cpp's converter does", async () => {
  const blob = new Blob([readFileSync(`${fixtures}/llama3.gguf`)]);
  const expected = await (await openGguf(blob, "llama3.gguf")).read("rope_freqs.weight");
  const result = readHubConfig(JSON.parse(readFileSync(`${fixtures}/folders/llama3/config.json`, "utf8")));
  const divisors = (result.ok && result.divisors) || [];
  expect(new Set(expected).size).toBeGreaterThan(2); // short, long and between
  expect(divisors).toHaveLength(expected.length);
  for (const [i, divisor] of divisors.entries()) expect(divisor).toBeCloseTo(expected[i] as number, 5);
});

it("takes linear scaling from older and newer files", () => {
  const older = readHubConfig({ ...smollm2, rope_scaling: { type: "linear", factor: 4 } });
  const newer = readHubConfig({ ...smollm2, rope_parameters: { rope_type: "linear", factor: 4, rope_theta: 5000 } });
  expect(older).toMatchObject({ ok: true, config: { ropeScale: 4, ropeBase: 100000 } });
  expect(newer).toMatchObject({ ok: true, config: { ropeScale: 4, ropeBase: 5000 } });
});

describe("refuses, with what it is", () => {
  it.each([
    ["another architecture", { model_type: "gemma2" }, /model_type is "gemma2".*llama, mistral, qwen2, qwen3/],
    ["no architecture", { model_type: undefined }, /model_type is absent/],
    ["another activation", { hidden_act: "gelu" }, /hidden_act is "gelu"/],
    ["biases that the family has not", { attention_bias: true }, /attention_bias/],
    ["another scaling", { rope_scaling: { rope_type: "yarn", factor: 4 } }, /rope_type is "yarn"/],
    ["a size that is absent", { hidden_size: undefined }, /hidden_size is absent/],
    ["a size that is absurd", { num_hidden_layers: 1e9 }, /num_hidden_layers is 1000000000/],
    ["heads that do not divide", { num_key_value_heads: 4 }, /9 heads are no multiple of 4/],
    ["a head of odd size", { head_dim: 63 }, /head size 63 is odd/],
  ])("%s", (_, change, why) => {
    const result = readHubConfig({ ...smollm2, ...change });
    expect(result.ok ? "" : result.why).toMatch(why);
  });
});

it("knows the tensors by llama.cpp's names, and leaves out what the family has not", () => {
  expect(tensorName("model.layers.12.self_attn.q_proj.bias")).toBe("blk.12.attn_q.bias");
  expect(tensorName("model.layers.0.post_attention_layernorm.weight")).toBe("blk.0.ffn_norm.weight");
  expect(tensorName("lm_head.weight")).toBe("output.weight");
  expect(tensorName("model.layers.0.self_attn.rotary_emb.inv_freq")).toBeUndefined();
  expect(tensorName("model.layers.0.block_sparse_moe.gate.weight")).toBeUndefined();
});
