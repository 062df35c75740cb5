import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { packed } from "../../../scripts/pack.ts";
import { readZip, writeZip } from "../../../src/formats/zip.ts";

const weights = "weights"; // 7 bytes
const sha256 = "0".repeat(64); // the archive goes by sizes; the app checks hashes

function folderOf(files: Readonly<Record<string, string>>, seconds: number): string {
  const folder = mkdtempSync(join(tmpdir(), "clinfuse-pack-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    utimesSync(join(folder, path), seconds, seconds);
  }
  return folder;
}

const entry = (id: string, bytes: number) => ({
  id,
  kind: "encoder",
  name: id,
  licence: "Apache-2.0",
  homepage: "",
  sources: [],
  files: [{ name: "w.bin", bytes, sha256 }],
});
const manifest = JSON.stringify({
  models: [entry("smollm2-135m-instruct", 99), entry("all-minilm-l6-v2", 7), entry("large", 7)],
});

const build = { "index.html": "<p>", "sw.js": "1", "assets/b.js": "2", "assets/a.js": "3" };
const models = {
  "manifest.json": manifest,
  "all-minilm-l6-v2/w.bin": weights,
  "smollm2-135m-instruct/w.bin": weights,
  "large/w.bin": weights,
};

it("holds the build, the whole small models and how to start it, the same bytes whenever and in whatever order the files were written", async () => {
  const archives: Buffer[] = [];
  for (const seconds of [1_000_000, 2_000_000]) {
    const reversed = Object.fromEntries(Object.entries(build).reverse());
    const from = folderOf(seconds === 1_000_000 ? build : reversed, seconds);
    const pack = await packed(from, folderOf(models, seconds));
    expect([pack.models, pack.absent]).toEqual([["all-minilm-l6-v2"], ["smollm2-135m-instruct"]]); // the other has another size than it states
    const zip = await writeZip("x.zip", pack.contents, new AbortController().signal);
    archives.push(Buffer.from(await zip.arrayBuffer()));
    const entries = await readZip(zip, "x.zip", { entries: 100, bytes: 1e6 });
    expect(entries.map(({ path }) => path)).toEqual([
      "clinfuse/README.txt",
      "clinfuse/assets/a.js",
      "clinfuse/assets/b.js",
      "clinfuse/index.html",
      "clinfuse/models/all-minilm-l6-v2/w.bin",
      "clinfuse/models/manifest.json",
      "clinfuse/sw.js",
    ]);
    const readme = await new Response(entries[0]?.stream()).text();
    expect(readme).toContain("python3 -m http.server 8000");
  }
  expect(archives[0]?.equals(archives[1] as Buffer)).toBe(true);
});

it("is the app alone where no models are asked for", async () => {
  const { contents } = await packed(folderOf(build, 1), undefined);
  expect(contents.map(({ path }) => path)).not.toContain("clinfuse/models/manifest.json");
});
