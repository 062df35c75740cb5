// The fit of a model to a device: by its kind, its size, and the device's features.

import { describe, expect, it } from "vitest";
import type { DeviceFacts } from "../../../src/models/gpu-adapter.ts";
import type { MlcNeeds, ModelEntry } from "../../../src/models/manifest.ts";
import { modelFit } from "../../../src/models/model-fit.ts";
import { capableAdapter } from "../engines/webllm/stand-in.ts";

const entry = (id: string, kind: ModelEntry["kind"], sizes: Readonly<Record<string, number>>, mlc?: MlcNeeds): ModelEntry => ({
  id,
  kind,
  name: id,
  licence: "CC0-1.0",
  homepage: "",
  sources: [],
  files: Object.entries(sizes).map(([name, bytes]) => ({ name, bytes, sha256: "0".repeat(64) })),
  ...(mlc ? { mlc } : {}),
});
const mlcFiles = { "mlc-chat-config.json": 1, "tensor-cache.json": 1, "params_shard_0.bin": 4e8, "x.wasm": 1 };
const device: DeviceFacts = { adapter: capableAdapter, machineMemory: undefined };
const alone = () => undefined;

describe("on the processor", () => {
  it("a small GGUF fits, with more memory than its file", () => {
    const fit = modelFit(entry("small", "language-model", { "x.F32.gguf": 98e6 }), device, alone);
    expect(fit).toMatchObject({ runsOn: "processor", estimated: true, needs: [], lacks: [] });
    expect(fit.memoryMegabytes).toBeGreaterThan(98);
  });

  it("takes what floats take where many requests run at once, and says what less takes", () => {
    // 135 million weights are 538 MB as floats.
    const llama = { ...entry("s", "language-model", { "SmolLM2-135M-Instruct.Q4_1.gguf": 98.4e6 }), architecture: "llama" };
    const fit = modelFit(llama, device, alone);
    expect(fit.memoryMegabytes).toBeGreaterThan(538 + 100);
    expect(fit.memoryMegabytes).toBeLessThan(1200);
    expect(fit.leastMegabytes).toBeLessThan(200);
    expect(modelFit({ ...llama, architecture: "gpt2" }, device, alone)).not.toHaveProperty("leastMegabytes");
    // Where floats are too much, the other engine is what runs.
    const large = { ...entry("l", "language-model", { "x.Q4_K_M.gguf": 1e9 }), architecture: "llama" };
    expect(modelFit(large, device, alone)).toMatchObject({ memoryMegabytes: 1200, lacks: [] });
  });

  it("one beyond WebAssembly's memory does not, whatever the machine has", () => {
    const { lacks } = modelFit(entry("big", "language-model", { "x.gguf": 4e9 }), device, alone);
    expect(lacks.join()).toMatch(/takes about 4\.7 GB, and WebAssembly gives at most 4\.3 GB/);
  });

  it("one beyond the machine's memory does not", () => {
    const small = { ...device, machineMemory: 2 ** 31 };
    expect(modelFit(entry("m", "language-model", { "x.gguf": 2e9 }), small, alone).lacks.join()).toMatch(
      /whole machine has about 2\.1 GB/,
    );
  });

  it("an encoder needs a multiple of its weights, to be trained: BERT-base measured 2.55 GB", () => {
    const { memoryMegabytes } = modelFit(entry("bert", "encoder", { "model.safetensors": 438e6 }), device, alone);
    expect(memoryMegabytes).toBeGreaterThan(2550);
    expect(memoryMegabytes).toBeLessThan(3000);
  });
});

describe("on the graphics processor", () => {
  const half = entry("m-q4f16_1-MLC", "language-model", mlcFiles, { memoryMegabytes: 376.06 });
  const single = entry("m-q4f32_1-MLC", "language-model", mlcFiles);
  const noHalf = { ...device, adapter: { ...capableAdapter, features: [] } };

  it("a model fits where the adapter has what it needs, and says what that is", () => {
    expect(modelFit(half, device, alone)).toEqual({
      runsOn: "graphics",
      memoryMegabytes: 376,
      estimated: false,
      needs: ["WebGPU", "shader-f16"],
      lacks: [],
    });
  });

  it("without 16-bit floats its twin runs in its place, where the manifest has it", () => {
    expect(modelFit(half, noHalf, (id) => (id === single.id ? single : undefined))).toMatchObject({ lacks: [], twin: single.id });
    expect(modelFit(half, noHalf, alone).lacks.join()).toMatch(/shader-f16/);
  });

  it("without WebGPU none fits, and no twin helps", () => {
    const fit = modelFit(half, { ...device, adapter: undefined }, () => single);
    expect(fit.lacks.join()).toMatch(/no graphics adapter/);
    expect(fit).not.toHaveProperty("twin");
  });
});
