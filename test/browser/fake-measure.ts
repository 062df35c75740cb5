// A device that a test controls: its facts, what was measured on it, and measurings that go on step by step.

import type { AdapterReport, MeasureProcedures } from "../../src/procedures/measure.ts";
import type { Measurements } from "../../src/store/measurements.ts";
import type { WorkerClient } from "../../src/workers/client.ts";

export const report: AdapterReport = {
  rung: { id: "wasm-threads", name: "WASM on 2 cores", reason: "this browser offers no WebGPU adapter" },
  adapter: undefined,
  cores: 2,
  isolated: true,
  relaxedSimd: true,
  jspi: true,
  engineNames: { batch: "batch", wllama: "wllama", "batch-webgpu": "batch on WebGPU" },
};

export interface FakeDevice {
  readonly client: () => WorkerClient<MeasureProcedures>;
  report: AdapterReport;
  measured: Measurements;
  /** Milliseconds between events. */
  pace: number;
  /** Workers started and not ended. */
  running: number;
}

/** `check` throws what the test laid out for a procedure. */
export function fakeDevice(check: (name: string) => void): FakeDevice {
  const measuredAt = Date.UTC(2026, 10, 25, 12);
  const tick = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      setTimeout(resolve, fake.pace);
      signal?.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
    });
  const fake: FakeDevice = {
    client: () => {
      fake.running++;
      return {
        close: () => {
          fake.running--;
        },
        procedures: {
          policy: async () => undefined,
          canary: async () => "refused" as const,
          async *requests() {
            await new Promise(() => undefined);
          },
          device: async () => {
            check("device");
            return fake.report;
          },
          measurements: async () => fake.measured,
          async *measure({ model }, signal) {
            for (const [engine, tokensPerSecond] of [["batch", 87.3] as const, ["wllama", 22.1] as const]) {
              for (let done = 0; done <= 8; done += 4) {
                yield { type: "measuring", what: `${engine}: writing`, done, total: 8 };
                await tick(signal);
              }
              yield { type: "measured", speed: { kind: "engine", model, engine, tokensPerSecond, measuredAt } };
            }
            check("measure");
            yield { type: "left-out", what: "batch on WebGPU", reason: "this browser has no WebGPU" };
            yield { type: "measured", speed: { kind: "training", device: "wasm", gflops: 41.5, measuredAt } };
          },
          forget: async () => {
            check("forget");
            fake.measured = { engines: [], training: [] };
          },
        },
      };
    },
    report,
    measured: { engines: [], training: [] },
    pace: 1,
    running: 0,
  };
  return fake;
}
