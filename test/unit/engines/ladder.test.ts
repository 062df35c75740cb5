import { describe, expect, it } from "vitest";
import { rungOf } from "../../../src/engines/ladder.ts";
import type { AdapterFacts } from "../../../src/models/gpu-adapter.ts";

const adapter = (over: Partial<AdapterFacts> = {}): AdapterFacts => ({
  name: "Acme 9",
  software: false,
  features: ["shader-f16"],
  limits: {
    maxBufferSize: 1,
    maxStorageBufferBindingSize: 1,
    maxComputeWorkgroupStorageSize: 1,
    maxStorageBuffersPerShaderStage: 1,
  },
  ...over,
});

describe("the rung of a device", () => {
  it.each([
    [{ adapter: adapter(), isolated: true, cores: 8, jspi: true }, "webgpu-f16", /Acme 9/],
    [{ adapter: adapter({ features: [] }), isolated: true, cores: 8, jspi: true }, "webgpu-f32", /no 16-bit floats/],
    [{ adapter: adapter({ software: true }), isolated: true, cores: 8, jspi: true }, "wasm-threads", /computed by the processor/],
    [{ adapter: undefined, isolated: true, cores: 2, jspi: false }, "wasm-threads", /no WebGPU adapter/],
    [{ adapter: undefined, isolated: true, cores: 1, jspi: true }, "wasm-single", /one core/],
    [
      { adapter: undefined, isolated: false, cores: 8, jspi: true },
      "wasm-single",
      /no WebGPU adapter, and the page is not isolated/,
    ],
  ] as const)("%o is %s", (facts, id, reason) => {
    expect(rungOf(facts)).toMatchObject({ id, reason: expect.stringMatching(reason) });
    expect(rungOf(facts).lack).toBeUndefined();
  });

  it("says what lacks where WebAssembly cannot wait for the GPU, where that alone stands between", () => {
    const facts = { adapter: adapter(), isolated: true, cores: 8 };
    expect(rungOf({ ...facts, jspi: false })).toMatchObject({
      id: "webgpu-f16-no-jspi",
      name: rungOf({ ...facts, jspi: true }).name,
      reason: expect.stringContaining("Acme 9"),
      lack: expect.stringMatching(/JSPI.*llama\.cpp.*processor/),
    });
    // llama.cpp needs 16-bit floats too: without them its lack of JSPI changes nothing.
    expect(rungOf({ ...facts, adapter: adapter({ features: [] }), jspi: false }).lack).toBeUndefined();
  });
});
