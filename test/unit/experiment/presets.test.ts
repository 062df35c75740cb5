// Values that the presets give: the protocol of the paper, the settings of the methods' own papers and code, and a writer's, for each family of tasks.

import { describe, expect, it } from "vitest";
import { presetConfig, presetSource } from "../../../src/experiment/presets.ts";
import type { SourceKind } from "../../../src/generate/source.ts";
import { sourceOf, trainingMethodOf, withWriter, writerOf } from "../../../src/generate/sources.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";

const writerFor = (preset: "small" | "paper", task: string, source: SourceKind) =>
  writerOf(presetConfig(preset, { task, source }).source);

it("holds the small preset's writers of pairs to words of their own, and no other", () => {
  for (const { id, family } of tasks) {
    for (const kind of ["clingen", "zerogen", "demogen", "progen"] as const) {
      expect(writerFor("small", id, kind)?.uncopied, `${id} ${kind}`).toBe(family === "pair" ? 4 : undefined);
    }
  }
});

it("changes nothing of the paper's writers, nor of a writer that translates or labels", () => {
  for (const { id } of tasks) {
    expect(writerFor("paper", id, "clingen")).toEqual(writerOf(presetSource("paper", "clingen")));
    for (const kind of ["back-translation", "in-context"] as const)
      expect(writerFor("small", id, kind)).toEqual(writerOf(presetSource("small", kind)));
  }
});

it("leaves a writer the choices that it makes of its own", () => {
  const source = withWriter(presetSource("small", "clingen"), { uncopied: 0, candidates: 3 });
  expect(writerOf(presetConfig("small", { task: "mqp", source }).source)).toMatchObject({ uncopied: 0, candidates: 3 });
});

describe("the preset paper", () => {
  const source = <K extends SourceKind>(kind: K) => presetSource("paper", kind);

  it("writes 5,000 examples at temperature 1 and top-p 1, with shuffled demonstrations where the source has any", () => {
    const sampling = { temperature: 1, topP: 1, maxTokens: 512 }; // App. C; the released code's length
    expect(presetConfig("paper", { task: "hoc", source: "clingen" }).size).toBe(5000);
    const demonstrations = { clingen: "shuffled", zerogen: "none", demogen: "shuffled", progen: "shuffled" } as const;
    for (const [kind, shown] of Object.entries(demonstrations))
      expect(writerOf(source(kind as SourceKind)), kind).toMatchObject({ sampling, demonstrations: shown });
  });

  it("asks for styles, and keeps the model's own marks (4.1.2, Listing 2)", () => {
    expect(source("clingen")).toMatchObject({ topics: "kg", styles: "llm", marks: "model" });
    expect(source("clingen")).not.toHaveProperty("draws");
  });

  it("gives ProGen rounds of 100 and more, influence from 2,000 on, and reverse cross-entropy (Ye et al. 2022b)", () => {
    expect(source("progen")).toMatchObject({ round: 100, influenceFrom: 2000, validation: "synthetic-rce" });
  });

  it("answers test items greedily", () => {
    expect(writerOf(source("in-context"))?.sampling.temperature).toBe(0);
  });
});

it("gives the augmentations the settings of their own code, whatever the preset", () => {
  for (const preset of ["small", "paper"] as const) {
    const source = <K extends SourceKind>(kind: K) => presetSource(preset, kind);
    // Kumar et al. 2020, "prepend"
    const conditional = {
      epochs: 10,
      learningRate: 4e-5,
      batchSize: 8,
      maxTokens: 64,
      warmup: 0.1,
      weightDecay: 0.01,
      maskRate: 0.15,
    };
    expect(source("conditional-mlm").tuning).toMatchObject(conditional);
    const masksOf = (kind: "conditional-mlm" | "melm") => sourceOf({ kind }).masked?.(source(kind)).masks;
    expect(masksOf("conditional-mlm")).toEqual({ kind: "share", share: 0.15, most: 20 });
    expect(masksOf("melm")).toEqual({ kind: "each", rate: 0.7 });
    // Zhou et al. 2022: batches of 16, accumulated twice; Adam; the filter is the paper's alone
    const melm = { epochs: 20, learningRate: 1e-5, batchSize: 2 * 16, maxTokens: 128, weightDecay: 0, maskRate: 0.7 };
    expect(source("melm")).toMatchObject({ tuning: melm, filter: false });
    expect(source("tmix")).toEqual({ kind: "tmix", alpha: 16, layers: [7, 9, 12] }); // Chen et al. 2020, README
    expect(source("seqmix")).toEqual({ kind: "seqmix", variant: "window", alpha: 8, window: 5 }); // Zhang et al. 2020
    expect(writerOf(source("back-translation"))?.sampling.temperature).toBe(0.8); // Xie et al. 2020
    // Chen et al. 2022; the rate is this project's
    expect(trainingMethodOf(source("lightner"))).toMatchObject({ kind: "lightner", batchSize: 3, epochs: 30 });
  }
});
