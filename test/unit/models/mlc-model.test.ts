// Needs that an entry in MLC's layout states, and an adapter's lacks for it.

import { describe, expect, it } from "vitest";
import { engineFor } from "../../../src/engines/catalogue.ts";
import { type AdapterFacts, lacks, requireFit } from "../../../src/models/gpu-adapter.ts";
import type { MlcNeeds, ModelEntry } from "../../../src/models/manifest.ts";
import { gpuNeeds, mlcLayout, twinOf } from "../../../src/models/mlc-model.ts";
import { capableAdapter } from "../engines/webllm/stand-in.ts";

const entry = (id: string, names: readonly string[], mlc?: MlcNeeds): ModelEntry => ({
  id,
  kind: "language-model",
  name: id,
  licence: "CC0-1.0",
  homepage: "",
  sources: [],
  files: names.map((name) => ({ name, bytes: name.endsWith(".bin") ? 400_000_000 : 10, sha256: "0".repeat(64) })),
  ...(mlc ? { mlc } : {}),
});
const whole = ["mlc-chat-config.json", "tensor-cache.json", "params_shard_0.bin", "tokenizer.json", "x.wasm"];

describe("the layout", () => {
  it("is told by its config, its tensor list under either name, and its library", () => {
    expect(mlcLayout(entry("a", whole))?.library.name).toBe("x.wasm");
    const old = whole.map((name) => (name === "tensor-cache.json" ? "ndarray-cache.json" : name));
    expect(mlcLayout(entry("a", old))?.tensors.name).toBe("ndarray-cache.json");
    for (const name of ["mlc-chat-config.json", "tensor-cache.json", "x.wasm"])
      expect(
        mlcLayout(
          entry(
            "a",
            whole.filter((other) => other !== name),
          ),
        ),
      ).toBeUndefined();
  });

  it("decides that WebLLM is the automatic engine, and for no other model", () => {
    expect(engineFor(entry("a", whole), "auto").id).toBe("webllm");
    expect(engineFor(entry("a", ["x.gguf"]), "auto").id).not.toBe("webllm");
    expect(() => engineFor(entry("a", ["x.gguf"]), "webllm")).toThrow(/does not read/);
  });
});

describe("needs", () => {
  it("are those that the entry states", () => {
    const stated = { memoryMegabytes: 376.06, features: ["shader-f16", "subgroups"], bufferBytes: 2 ** 28, contextTokens: 1024 };
    expect(gpuNeeds(entry("a", whole, stated))).toEqual({
      memoryMegabytes: 376.06,
      estimated: false,
      features: ["shader-f16", "subgroups"],
      bufferBytes: 2 ** 28,
    });
  });

  it("are estimated from the shards and the name where it states none", () => {
    expect(gpuNeeds(entry("X-q4f16_1-MLC", whole))).toMatchObject({
      memoryMegabytes: 600,
      estimated: true,
      features: ["shader-f16"],
    });
    expect(gpuNeeds(entry("X-q4f32_1-MLC", whole)).features).toEqual([]);
    expect(gpuNeeds(entry("X-q0f16-MLC", whole)).features).toEqual(["shader-f16"]);
  });

  it("name the twin by the convention of the ids, unless the entry does", () => {
    expect(twinOf(entry("X-q4f16_1-MLC", whole))).toBe("X-q4f32_1-MLC");
    expect(twinOf(entry("X-q0f16-MLC", whole))).toBe("X-q0f32-MLC");
    expect(twinOf(entry("X-q4f32_1-MLC", whole))).toBeUndefined();
    expect(twinOf(entry("X-q4f16_1-MLC", whole, { twin: "other" }))).toBe("other");
  });
});

describe("what an adapter lacks", () => {
  const model = entry("X-q4f16_1-MLC", whole, { memoryMegabytes: 5000 });
  const limited = (change: Partial<AdapterFacts["limits"]>): AdapterFacts => ({
    ...capableAdapter,
    limits: { ...capableAdapter.limits, ...change },
  });

  it("is nothing where it is capable", () => {
    expect(lacks(model, capableAdapter)).toEqual([]);
    expect(() => requireFit(model, capableAdapter)).not.toThrow();
  });

  it("is the adapter itself where there is none", () => {
    expect(lacks(model, undefined).map((l) => l.what)).toEqual(["WebGPU"]);
    expect(() => requireFit(model, undefined)).toThrow(expect.objectContaining({ code: "no-webgpu" }));
  });

  it.each([
    ["maxStorageBufferBindingSize", 2 ** 26],
    ["maxBufferSize", 2 ** 27],
    ["maxComputeWorkgroupStorageSize", 2 ** 14],
    ["maxStorageBuffersPerShaderStage", 8],
  ] as const)("is %s of %d", (limit, got) => {
    expect(lacks(model, limited({ [limit]: got }))).toMatchObject([{ what: limit, got }]);
  });

  it("is what lies between the two sizes of buffers that WebLLM asks for", () => {
    const between = limited({ maxStorageBufferBindingSize: 2 ** 29 });
    expect(lacks(model, between, 2 ** 27)).toEqual([]);
    expect(lacks(model, between, 2 ** 28)).toMatchObject([
      { what: "maxStorageBufferBindingSize", got: 2 ** 27, expected: 2 ** 28 },
    ]);
    expect(lacks(model, capableAdapter, 2 ** 28)).toEqual([]);
  });

  it("is each of several things, all told at once", () => {
    const poor = { ...limited({ maxStorageBuffersPerShaderStage: 8 }), features: [] };
    expect(() => requireFit(model, poor)).toThrow(/shader-f16.*maxStorageBuffersPerShaderStage is 8/);
  });

  it("is memory where the whole machine has less, and never where the browser says only that it has much", () => {
    expect(lacks(model, { ...capableAdapter, machineMemory: 4 * 2 ** 30 }).map((l) => l.what)).toEqual(["memory"]);
    expect(
      lacks(entry("Y-q4f16_1-MLC", whole, { memoryMegabytes: 31_153 }), { ...capableAdapter, machineMemory: 8 * 2 ** 30 }),
    ).toEqual([]);
  });
});
