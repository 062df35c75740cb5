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
    [{ adapter: adapter(), isolated: true, cores: 8 }, "webgpu-f16", /Acme 9/],
    [{ adapter: adapter({ features: [] }), isolated: true, cores: 8 }, "webgpu-f32", /no 16-bit floats/],
    [{ adapter: adapter({ software: true }), isolated: true, cores: 8 }, "wasm-threads", /computed by the processor/],
    [{ adapter: undefined, isolated: true, cores: 2 }, "wasm-threads", /no WebGPU adapter/],
    [{ adapter: undefined, isolated: true, cores: 1 }, "wasm-single", /one core/],
    [{ adapter: undefined, isolated: false, cores: 8 }, "wasm-single", /no WebGPU adapter, and the page is not isolated/],
  ] as const)("%o is %s", (facts, id, reason) => {
    expect(rungOf(facts)).toMatchObject({ id, reason: expect.stringMatching(reason) });
  });
});
