// npm run models -- --check: one line of JSON a path, by the code that the app picks with, over files on the disk.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkPath } from "../../../scripts/check-models.ts";
import { fileBlob } from "../../../scripts/file-blob.ts";
import { bert, goodGguf, modelFileCases } from "../../fixtures/model-files/cases.ts";

const root = mkdtempSync(join(tmpdir(), "clinfuse-check-"));
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
function onDisk(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(root, `${made++}`);
  for (const [path, content] of Object.entries(files)) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }
  return folder;
}

describe("the check", () => {
  it.each(
    modelFileCases.filter(({ files }) => Object.keys(files).every((path) => !path.includes("..") && path !== ".tiny.gguf")),
  )("$title", async (given) => {
    const line = await checkPath(onDisk(given.files));
    expect(Object.keys(line)).toEqual(["path", "kind", "ok", "why", "remarks"]);
    expect(line.ok).toBe(given.refused === undefined);
    if (given.refused) expect(line.why).toMatch(given.refused);
    else expect(line.why).toBeNull();
    for (const remark of given.remarks ?? []) expect(line.remarks.join(" ")).toMatch(remark);
  });

  it("takes a single file, and says what is not there", async () => {
    const folder = onDisk({ "tiny.gguf": goodGguf });
    expect(await checkPath(join(folder, "tiny.gguf"))).toMatchObject({ kind: "language-model", ok: true });
    expect(await checkPath(join(folder, "absent.gguf"))).toMatchObject({ kind: "absent", ok: false });
  });

  it("says how many models a folder of folders holds", async () => {
    const twice = Object.fromEntries(
      ["a", "b"].flatMap((name) => Object.entries(bert).map(([file, text]) => [`${name}/${file}`, text])),
    );
    expect((await checkPath(onDisk(twice))).remarks).toContainEqual("It holds 2 models: a, b.");
  });
});

it("a file on the disk is read as a Blob: slices of slices, a stream, and no more than is there", async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);
  const blob = fileBlob(join(onDisk({ x: bytes }), "x"));
  expect(blob.size).toBe(1000);
  const slice = blob.slice(100, 900).slice(50, -50);
  expect(slice.size).toBe(700);
  expect(new Uint8Array(await slice.arrayBuffer())).toEqual(bytes.slice(150, 850));
  expect(new Uint8Array(await new Response(slice.stream()).arrayBuffer())).toEqual(bytes.slice(150, 850));
  expect(blob.slice(990, 2000).size).toBe(10);
  expect(blob.slice(2000).size).toBe(0);
});
