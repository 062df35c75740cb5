import { describe, expect, it } from "vitest";
import { presetConfig } from "../../../src/experiment/presets.ts";
import { basisOf, staleIn } from "../../../src/experiment/training-basis.ts";

const config = presetConfig("small", { task: "mqp", source: "clingen", encoder: "toy" });
const trained = basisOf(config, "a", 30);

describe("a training", () => {
  it("is up to date while nothing that decides it has changed", () => {
    expect(staleIn(trained, trained)).toEqual([]);
    // The larger size that nothing was written for yet, the device, and the choices of generation decide nothing of it.
    const more = { ...config, size: 100, device: "webgpu", model: "another", train: {} } as const;
    expect(staleIn(trained, basisOf(more, "a", 30))).toEqual([]);
  });

  it("is out of date once there are more examples, or fewer", () => {
    expect(staleIn(trained, basisOf(config, "a", 60))).toEqual([{ kind: "examples", trained: 30, now: 60 }]);
    expect(staleIn(trained, basisOf(config, "a", 10))).toEqual([{ kind: "examples", trained: 30, now: 10 }]);
  });

  it("is out of date when the examples are others, whatever their number", () => {
    expect(staleIn(trained, basisOf(config, "b", 30))).toEqual([{ kind: "run" }]);
    expect(staleIn(trained, basisOf(config, "b", 60))).toEqual([{ kind: "run" }]);
  });

  it.each([
    ["the encoder", { encoder: "other" }],
    ["the seed", { seed: 2 }],
    ["one value of the recipe", { train: { learningRate: 1e-3 } }],
  ])("is out of date when %s changes", (_, patch) => {
    expect(staleIn(trained, basisOf({ ...config, ...patch }, "a", 30))).toEqual([{ kind: "settings" }]);
  });
});
