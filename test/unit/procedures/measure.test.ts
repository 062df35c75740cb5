// Measuring: every engine and device in turn, each number kept as it comes; what fails is left out, and the others go on.

import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { openScripted } from "../../../src/engines/scripted.ts";
import { type MeasureEvent, type MeasurePorts, measureProcedures } from "../../../src/procedures/measure.ts";
import { collect, memoryModel, memoryModels, never, noMeasurements } from "./memory-ports.ts";

const toy = await memoryModel("toy", "language-model", { "w.gguf": new Blob(["GGUF"]) });

type Engine = MeasurePorts["engines"][number];

function engine(id: string, over: Partial<Engine> = {}): Engine {
  return {
    id,
    name: `Engine ${id}`,
    device: "wasm",
    reads: (entry) => entry.files[0],
    async open({ entry, read }) {
      await read(entry.files[0]!);
      return openScripted({ script: () => "a long answer of some words" });
    },
    ...over,
  };
}

function setUp(engines: readonly Engine[], over: Partial<MeasurePorts> = {}) {
  const kept: string[] = [];
  const ports: MeasurePorts = {
    models: memoryModels(toy),
    measurements: async () => noMeasurements,
    keepMeasurement: async (speed) => void kept.push(speed.kind === "engine" ? speed.engine : speed.device),
    forgetMeasurements: async () => void kept.splice(0),
    adapter: async () => undefined,
    machine: () => ({ cores: 4, isolated: true, relaxedSimd: true, jspi: true }),
    engines,
    async measureTraining(device, _, onStep) {
      if (device === "webgpu") throw new ClinfuseError("no-webgpu", "this browser has no WebGPU");
      onStep(1);
      return 41;
    },
    ...over,
  };
  return { procedures: measureProcedures(ports), kept };
}

const ends = (events: readonly MeasureEvent[]) =>
  events.flatMap((event) => {
    if (event.type === "measuring") return [];
    if (event.type === "left-out") return [`${event.what}: ${event.reason}`];
    return [event.speed.kind === "engine" ? event.speed.engine : event.speed.device];
  });

describe("measuring", () => {
  it("keeps each number as it comes, and leaves out what cannot run or fails, with its reason", async () => {
    const unfit = { unfit: async () => new ClinfuseError("no-webgpu", "it needs WebGPU") };
    const failing = { open: () => Promise.reject(new Error("it broke")) };
    const other = { reads: () => undefined };
    const { procedures, kept } = setUp([engine("a"), engine("b", unfit), engine("c", failing), engine("d", other), engine("e")]);
    const events = await collect(procedures.measure({ model: "toy" }, never));
    expect(ends(events)).toEqual([
      "a",
      "Engine b: it needs WebGPU",
      "Engine c: it broke",
      "e",
      "wasm",
      "Training on WebGPU: this browser has no WebGPU",
      "Training on WebGPU by own kernels: this browser has no WebGPU",
    ]);
    expect(kept).toEqual(["a", "e", "wasm"]);
    const whats = new Set(events.flatMap((event) => (event.type === "measuring" ? [event.what] : [])));
    expect([...whats]).toContain("Engine a: writing");
  });

  it("leaves out an engine that computes wrong, and one in whose place another writes", async () => {
    const check = () => Promise.reject(new ClinfuseError("engine-failed", "it computes wrong: a logit"));
    const remark = "b writes in the place of c: too small";
    const open = async () => ({ ...openScripted({ script: () => "x" }), id: "b/toy", remark });
    const right = { check: async () => undefined };
    const { procedures, kept } = setUp([engine("a", { check }), engine("c", { open, fallback: "b" }), engine("d", right)]);
    const events = await collect(procedures.measure({ model: "toy" }, never));
    expect(ends(events).slice(0, 3)).toEqual(["Engine a: it computes wrong: a logit", `Engine c: ${remark}`, "d"]);
    expect(kept).toEqual(["d", "wasm"]);
  });

  it("tells why an engine failed, though it then cannot be closed", async () => {
    const open = async () => ({
      ...openScripted({ script: () => "x" }),
      complete: () => Promise.reject(new Error("the device is gone")),
      close: () => Promise.reject(new Error("there is nothing to close")),
    });
    const { procedures } = setUp([engine("a", { open })]);
    expect(ends(await collect(procedures.measure({ model: "toy" }, never)))[0]).toBe("Engine a: the device is gone");
  });

  it("does not time a processor that stands in for a graphics processor", async () => {
    const adapter = async () => ({ name: "SwiftShader", software: true }) as never;
    const { procedures, kept } = setUp([engine("a", { device: "webgpu", unfit: async () => undefined })], { adapter });
    const events = await collect(procedures.measure({ model: "toy" }, never));
    expect(ends(events)[0]).toMatch(/^Engine a: SwiftShader is computed by the processor/);
    expect(kept).toEqual(["wasm"]);
  });

  it("measures both ways of computing on WebGPU, and keeps which one a number is of", async () => {
    const speeds: unknown[] = [];
    const { procedures } = setUp([], {
      keepMeasurement: async (one) => void speeds.push(one),
      measureTraining: async (device, _, __, path) => (device === "wasm" ? 1 : path === "program" ? 3 : 2),
    });
    await collect(procedures.measure({ model: "toy" }, never));
    expect(speeds).toMatchObject([
      { device: "wasm", gflops: 1 },
      { device: "webgpu", gflops: 2 },
      { device: "webgpu", path: "program", gflops: 3 },
    ]);
    expect(speeds.map((one) => "path" in (one as object))).toEqual([false, false, true]);
  });

  it("ends where it is stopped, and where the storage refuses", async () => {
    const controller = new AbortController();
    const stopping = { measureTraining: async () => Promise.reject(new ClinfuseError("aborted", "stopped")) };
    const stopped = setUp([engine("a")], stopping);
    const measuring = collect(stopped.procedures.measure({ model: "toy" }, controller.signal));
    await expect(measuring).rejects.toMatchObject({ code: "aborted" });
    expect(stopped.kept).toEqual(["a"]);
    const full = new ClinfuseError("storage-unavailable", "no");
    const { procedures } = setUp([engine("a")], { keepMeasurement: () => Promise.reject(full) });
    await expect(collect(procedures.measure({ model: "toy" }, never))).rejects.toBe(full);
  });
});
