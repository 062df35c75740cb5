// The committed manifest is good, and each thing that can be wrong in one is refused with its place.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { modelEntry, parseManifest } from "../../../src/models/manifest.ts";

const committed = readFileSync("models/manifest.json", "utf8");

describe("parseManifest", () => {
  it("reads the committed manifest", () => {
    const manifest = parseManifest(committed);
    expect(manifest.models.map((m) => m.id)).toEqual(["smollm2-135m-instruct", "all-minilm-l6-v2"]);
    // As the two wheels' publishers state them.
    expect(modelEntry(manifest, "smollm2-135m-instruct").files[0]?.bytes).toBe(98_362_432);
    expect(modelEntry(manifest, "all-minilm-l6-v2").files.find((f) => f.name === "model.safetensors")?.bytes).toBe(90_868_376);
  });

  it("names the models that exist when asked for another", () => {
    expect(() => modelEntry(parseManifest(committed), "gpt")).toThrow(/smollm2-135m-instruct, all-minilm-l6-v2/);
  });

  type Loose = { models: Record<string, unknown>[] };
  const faults: [string, (m: Loose) => void, RegExp][] = [
    ["a path as id", (m) => (m.models[0]!.id = "../x"), /models\[0\]: "id"/],
    ["an id twice", (m) => (m.models[1]!.id = m.models[0]!.id), /models\[1\]: the id .* twice/],
    ["an unknown kind", (m) => (m.models[0]!.kind = "llm"), /"kind"/],
    ["no licence", (m) => delete m.models[0]!.licence, /"licence"/],
    ["no files", (m) => (m.models[0]!.files = []), /"files"/],
    [
      "a file name that climbs",
      (m) => (m.models[0]!.files = [{ name: "../a", bytes: 1, sha256: "0".repeat(64) }]),
      /a file needs/,
    ],
    ["a short hash", (m) => (m.models[0]!.files = [{ name: "a", bytes: 1, sha256: "00" }]), /a file needs/],
    ["a source of no kind", (m) => (m.models[0]!.sources = [{ kind: "ftp" }]), /a source is/],
    ["a wheel without folder", (m) => (m.models[0]!.sources = [{ kind: "wheel", package: "a", version: "1" }]), /a source is/],
  ];
  it.each(faults)("refuses %s", (_, spoil, message) => {
    const manifest = JSON.parse(committed) as Loose;
    spoil(manifest);
    expect(() => parseManifest(JSON.stringify(manifest))).toThrow(message);
  });

  it("refuses what is no JSON", () => {
    expect(() => parseManifest("{")).toThrow(/models\/manifest\.json: not JSON/);
  });
});
