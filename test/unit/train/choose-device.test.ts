import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { chooseDevice, describeDevice, type Found, forActivations } from "../../../src/train/choose-device.ts";
import type { TrainingSpeed } from "../../../src/train/measure-training.ts";

const wasm = { available: true, threads: 2 } as const;
const none = { available: false, error: new ClinfuseError("no-webgpu", "there is no adapter") } as const;
const real: Found = { wasm, webgpu: { available: true, threads: 1, software: false } };
const software: Found = { wasm, webgpu: { available: true, threads: 1, software: true } };
const absent: Found = { wasm, webgpu: none };
const speed = (device: "wasm" | "webgpu", gflops: number): TrainingSpeed => ({ kind: "training", device, gflops, measuredAt: 0 });

const byProgram = (gflops: number): TrainingSpeed => ({ ...speed("webgpu", gflops), path: "program" });

describe("the device that trains", () => {
  it("is the one that was asked for, or its error", () => {
    expect(chooseDevice("wasm", real, [])).toMatchObject({ device: "wasm", reason: "2 WASM threads" });
    expect(chooseDevice("webgpu", software, [speed("wasm", 9), speed("webgpu", 1)]).device).toBe("webgpu");
    expect(() => chooseDevice("webgpu", absent, [])).toThrow(none.error);
  });

  it("is WebGPU on a real adapter, and else the processor with the reason, while nothing is measured", () => {
    expect(chooseDevice("auto", real, []).device).toBe("webgpu");
    expect(chooseDevice("auto", software, [])).toMatchObject({ device: "wasm", reason: expect.stringContaining("software") });
    expect(chooseDevice("auto", absent, [])).toMatchObject({ device: "wasm", reason: expect.stringContaining("no adapter") });
  });

  it("is the one that measured the faster, where both were", () => {
    expect(chooseDevice("auto", real, [speed("webgpu", 20), speed("wasm", 41.25)])).toEqual({
      device: "wasm",
      reason: "it measured 41.3 GFLOP/s on this device, the other 20.0",
    });
    expect(chooseDevice("auto", software, [speed("wasm", 3), speed("webgpu", 5)]).device).toBe("webgpu");
    expect(chooseDevice("auto", real, [speed("wasm", 400)]).device).toBe("webgpu"); // one alone decides nothing
    // A graphics card that was there when it was measured.
    expect(chooseDevice("auto", absent, [speed("wasm", 3), speed("webgpu", 500)]).device).toBe("wasm");
  });

  it("has a program compute where that measured faster than onnxruntime, on a wish too", () => {
    const both = [speed("webgpu", 20), byProgram(300), speed("wasm", 41)];
    expect(chooseDevice("auto", real, both)).toMatchObject({ device: "webgpu", path: "program" });
    expect(chooseDevice("auto", real, both).reason).toContain("300.0 GFLOP/s");
    expect(chooseDevice("webgpu", real, both)).toMatchObject({ path: "program", reason: expect.stringContaining("own kernels") });
    expect(chooseDevice("wasm", real, both).path).toBeUndefined();
    // Slower, not measured, or faster than onnxruntime and slower than the processor.
    expect(chooseDevice("webgpu", real, [speed("webgpu", 20), byProgram(10)]).path).toBeUndefined();
    expect(chooseDevice("auto", real, []).path).toBeUndefined();
    expect(chooseDevice("auto", real, [speed("wasm", 400), speed("webgpu", 20), byProgram(300)])).toEqual({
      device: "wasm",
      reason: "it measured 400.0 GFLOP/s on this device, the other 300.0",
    });
  });

  it("is described with its threads and why they are few", () => {
    const note = new ClinfuseError("not-isolated", "the page is not isolated");
    expect(describeDevice("wasm", { available: true, threads: 1, note }).reason).toBe("1 WASM thread: the page is not isolated");
    expect(describeDevice("webgpu", none)).toEqual({ available: false, reason: "there is no adapter" });
  });
});

describe("activations in 16 bits", () => {
  it("take a program on WebGPU, and are refused on the processor with what to do", () => {
    const graphics = { device: "webgpu", reason: "it is there" } as const;
    expect(forActivations(graphics, "float16")).toEqual({ ...graphics, path: "program" });
    const refused = () => forActivations({ device: "wasm", reason: "2 WASM threads" }, "float16");
    expect(refused).toThrow(
      expect.objectContaining({
        code: "device-unfit",
        place: expect.objectContaining({ remedy: expect.stringContaining("WebGPU") }),
      }),
    );
  });

  it("change no choice where they are not asked for", () => {
    const processor = { device: "wasm", reason: "2 WASM threads" } as const;
    expect(forActivations(processor, undefined)).toBe(processor);
    expect(forActivations(processor, "float32")).toBe(processor);
  });
});
