import { describe, expect, it } from "vitest";
import { engineChoices, engineFor, engines } from "../../../src/engines/catalogue.ts";
import type { ModelEntry } from "../../../src/engines/manifest.ts";

const entry = (...names: string[]): ModelEntry => ({
  id: "toy",
  kind: "language-model",
  name: "Toy",
  licence: "CC0-1.0",
  homepage: "",
  sources: [],
  files: names.map((name) => ({ name, bytes: 1, sha256: "0".repeat(64) })),
});

describe("the choice of an engine", () => {
  it("offers those that read the model, and tells what the automatic one is and why", () => {
    const { automatic, engines: offered } = engineChoices(entry("x.gguf"));
    expect(automatic.id).toBe(engineFor(entry("x.gguf"), "auto").id);
    expect(automatic.reason).not.toBe("");
    expect(offered.map((e) => e.id)).toEqual(engines.filter((e) => e.reads(entry("x.gguf"))).map((e) => e.id));
    expect(offered.map((e) => e.id)).toContain(automatic.id);
  });

  it("says so when nothing reads it, and when the one asked for does not", () => {
    expect(() => engineChoices(entry("notes.txt"))).toThrow(expect.objectContaining({ code: "model-unsupported" }));
    expect(() => engineFor(entry("x.gguf"), "nothing")).toThrow(expect.objectContaining({ code: "model-unsupported" }));
  });
});
