import { describe, expect, it } from "vitest";
import { analysisKey, realSet } from "../../../src/experiment/measured.ts";
import type { NotebookData } from "../../../src/experiment/notebook.ts";
import { presetSource } from "../../../src/experiment/presets.ts";
import type { PairExample } from "../../../src/tasks/example.ts";

const pair = (text: string): PairExample => ({ kind: "pair", first: text, second: text, label: "yes" });
const data = { source: "", remarks: [], train: [pair("shown")], validation: [pair("validation")], test: [pair("test")] };
const full: NotebookData = { ...data, gold: [pair("gold a"), pair("gold b")] };
const texts = (...of: Parameters<typeof realSet>) => realSet(...of).examples.map((example) => (example as PairExample).first);
const written = presetSource("small", "zerogen", "scripted");

describe("the real set that a run is measured beside", () => {
  it("is the real training rows where they are there, else the validation and test rows", () => {
    expect(texts(full, written)).toEqual(["gold a", "gold b"]);
    expect(texts(data, written)).toEqual(["validation", "test"]);
  });

  it("holds each row once where the validation set stands for a test set that is not there", () => {
    expect(texts({ ...data, test: [pair("validation")] }, written)).toEqual(["validation"]);
  });

  it("is never the rows that the source takes itself", () => {
    expect(texts(full, { kind: "gold" })).toEqual(["validation", "test"]);
  });

  it("is named by its rows in the measures' key: other training rows, as many as before, have measures of their own", async () => {
    const keys = { train: "t", validation: "v", test: "e" };
    const of = (rows: NotebookData) => analysisKey(keys, rows, { run: "r", source: written, accepted: 2, graph: null, seed: 1 });
    const other = { ...full, gold: [pair("gold a"), pair("gold c")] };
    expect(await of(other)).not.toBe(await of(full));
    expect(await of({ ...full, gold: [...(full.gold ?? [])] })).toBe(await of(full));
  });

  it("is part of the measures' key: real rows beside themselves are not found again as rows beside others", async () => {
    const keys = { train: "t", validation: "v", test: "e" } as Parameters<typeof analysisKey>[0];
    const of = (source: typeof written | { kind: "gold" }) =>
      analysisKey(keys, full, { run: "r", source, accepted: 2, graph: null, seed: 1 });
    expect(await of({ kind: "gold" })).not.toBe(await of(written));
  });
});
