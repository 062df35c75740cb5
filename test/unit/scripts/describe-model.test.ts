// The entry that a folder of model files comes to, checked against the files and against what the app reads.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeModel } from "../../../scripts/describe-model.ts";
import { engineFor } from "../../../src/engines/catalogue.ts";
import { parseManifest } from "../../../src/models/manifest.ts";
import { tinyModel } from "../engines/webllm/stand-in.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "clinfuse-test-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function folder(id: string, change: (contents: Map<string, string>) => void = () => undefined): Promise<string> {
  const { contents } = await tinyModel(id, undefined, change);
  const path = join(root, id);
  mkdirSync(path);
  for (const [name, text] of contents) writeFileSync(join(path, name), text);
  return path;
}

it("describes MLC's layout: every file with its size and hash, what it needs, and its twin", async () => {
  const path = await folder("SmolLM2-360M-Instruct-q4f16_1-MLC");
  writeFileSync(join(path, "README.md"), "about");
  writeFileSync(join(path, ".gitattributes"), "lfs");
  const { entry, remarks } = await describeModel(path);
  expect(parseManifest(JSON.stringify({ models: [entry] })).models).toHaveLength(1);
  expect(engineFor(entry, "auto").id).toBe("webllm");
  expect(entry.files).toHaveLength(6);
  const sha256 = createHash("sha256").update("abcdefgh").digest("hex");
  expect(entry.files).toContainEqual({ name: "params_shard_1.bin", bytes: 8, sha256 });
  // As the package's list states it: 376.06 MB and 16-bit floats.
  expect(entry.mlc).toEqual({
    memoryMegabytes: 376.06,
    features: ["shader-f16"],
    bufferBytes: 8,
    contextTokens: 300,
    twin: "SmolLM2-360M-Instruct-q4f32_1-MLC",
  });
  expect(remarks.join()).toMatch(/licence/);
});

it("says what a folder lacks: a shard that its list names, a library too many, any engine at all", async () => {
  const lacking = await folder("lacking");
  rmSync(join(lacking, "params_shard_0.bin"));
  await expect(describeModel(lacking)).rejects.toThrow(/lacks params_shard_0\.bin/);

  const double = await folder("double", (contents) => contents.set("b.wasm", "x"));
  await expect(describeModel(double)).rejects.toThrow(/2 libraries \(b\.wasm, double-webgpu\.wasm\)/);

  const bare = await folder("bare");
  rmSync(join(bare, "bare-webgpu.wasm"));
  await expect(describeModel(bare)).rejects.toThrow(/no engine reads.*they lack the library/);

  mkdirSync(join(root, "empty"));
  await expect(describeModel(join(root, "empty"))).rejects.toThrow(/holds no files/);
});

it("tells an encoder and a GGUF by their files", async () => {
  for (const [kind, ...names] of [
    ["encoder", "config.json", "model.safetensors", "vocab.txt"],
    ["language-model", "model.gguf"],
  ] as const) {
    const path = join(root, kind);
    mkdirSync(path);
    for (const name of names) writeFileSync(join(path, name), "content");
    const { entry } = await describeModel(path);
    expect(entry).toMatchObject({ id: kind, kind, files: names.map((name) => ({ name })) });
    expect(entry).not.toHaveProperty("mlc");
  }
});
