// The sentence on what other programs make of a model: there for the sources whose models they do not read as any other.

import { expect, it } from "vitest";
import { queryOf } from "../../../src/classifier/variant.ts";
import { modelNote } from "../../../src/experiment/model-note.ts";
import { presetSource } from "../../../src/experiment/presets.ts";
import { sourceKinds } from "../../../src/generate/sources.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";

it("is there for LightNER and KGPC alone", () => {
  const noted = sourceKinds.filter(
    (kind) => modelNote({ source: presetSource("small", kind), task: "bc5cdr-disease" }) !== undefined,
  );
  expect(noted.sort()).toEqual(["kgpc", "lightner"]);
});

it("has the question that KGPC's model was trained with", () => {
  expect(modelNote({ source: { kind: "kgpc" }, task: "bc5cdr-disease" })).toContain(queryOf(bc5cdrDisease));
});
