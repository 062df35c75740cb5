import { describe, expect, it } from "vitest";
import { fewKeys, syntheticKeys } from "../../../src/experiment/plan.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import { basisOf, lastStageOf, staleIn } from "../../../src/experiment/training-basis.ts";
import type { SourceConfig } from "../../../src/generate/source.ts";

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

it("a training is out of date when other files bear its encoder's name, where both are known", () => {
  expect(staleIn(trained, trained, { trained: "a", now: "b" })).toEqual([{ kind: "encoder" }]);
  const same = [{ trained: "a", now: "a" }, { trained: undefined, now: "b" }, { trained: "a", now: undefined }]; // biome-ignore format: a row each
  for (const encoder of same) expect(staleIn(trained, trained, encoder)).toEqual([]);
  // Another encoder was chosen: its files are others by right.
  const other = basisOf({ ...config, encoder: "other" }, "a", 30);
  expect(staleIn(trained, other, { trained: "a", now: "b" })).toEqual([{ kind: "settings" }]);
});

describe("a source that is a way of training", () => {
  const choices = presetConfig("small", { task: "mqp", source: "tmix", encoder: "toy", size: 60 });
  const basis = basisOf(choices, undefined, 0);

  it("is the basis of a stage II without an example", () => {
    expect(basis).toMatchObject({ run: "", examples: 0, training: { method: { kind: "tmix", alpha: 16 }, size: 60 } });
    expect(lastStageOf(basis)).toBe("synthetic");
    expect(lastStageOf(basisOf({ ...choices, source: { kind: "none" } }, undefined, 0))).toBe("few");
  });

  it("is out of date when the method changes, or the size that its steps follow", () => {
    expect(staleIn(basis, basisOf(choices, undefined, 0))).toEqual([]);
    expect(staleIn(basis, basisOf({ ...choices, size: 80 }, undefined, 0))).toEqual([{ kind: "run" }]);
    const other = { ...choices, source: { kind: "tmix", alpha: 2, layers: [12] } } as const;
    expect(staleIn(basis, basisOf(other, undefined, 0))).toEqual([{ kind: "run" }]);
  });

  it("has keys of its own for stage II, and shares stage I's", async () => {
    const data = { train: "a", validation: "b", test: "c" };
    const keysOf = async (source: SourceConfig, size = 60) => {
      const own = basisOf({ ...choices, source, size }, undefined, 0);
      const few = await fewKeys("mqp", own, data);
      return { few: few.model, synthetic: (await syntheticKeys("mqp", own, data, few)).model };
    };
    const tmix = { kind: "tmix", alpha: 16, layers: [7, 9, 12] } as const;
    const all = await Promise.all([
      keysOf({ kind: "none" }),
      keysOf(tmix),
      keysOf({ ...tmix, alpha: 0.75 }),
      keysOf(tmix, 200),
      keysOf({ kind: "seqmix", variant: "window", alpha: 8, window: 5 }),
    ]);
    expect(new Set(all.map(({ few }) => few)).size).toBe(1);
    expect(new Set(all.map(({ synthetic }) => synthetic)).size).toBe(5);
  });
});
