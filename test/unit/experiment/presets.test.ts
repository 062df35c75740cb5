// Values that the presets give a writer, for each family of tasks.

import { expect, it } from "vitest";
import { presetConfig, presetSource } from "../../../src/experiment/presets.ts";
import type { SourceKind } from "../../../src/generate/source.ts";
import { withWriter, writerOf } from "../../../src/generate/sources.ts";
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
