// Places to write: refused before the work, whose result would be lost.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { main as analyse } from "../../../scripts/analyse.ts";
import { main as apply } from "../../../scripts/apply.ts";
import { readDemoOptions } from "../../../scripts/demo-options.ts";
import { main as kg } from "../../../scripts/kg.ts";
import { requireFile, requireFolder } from "../../../scripts/out-places.ts";
import { main as pack } from "../../../scripts/pack.ts";
import { batch } from "./batch-server.ts";

const folder = mkdtempSync(join(tmpdir(), "clinfuse-out-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "file");
writeFileSync(file, "kept");
mkdirSync(join(folder, "there"));
const nowhere = () => undefined;

describe("a place to write", () => {
  it.each(["there", "new", "new/é und so/x"])("is a folder: %s, and is not made", (name) => {
    requireFolder("out", join(folder, name));
    requireFile("page", join(folder, name, "page.html"));
    expect(existsSync(join(folder, "new"))).toBe(false);
  });

  it.each<[string, () => void, string]>([
    ["a file for a folder", () => requireFolder("out", file), `--out takes a folder; ${file}: a file has this name`],
    ["a folder in a file", () => requireFolder("out", join(file, "x", "y")), "a file has this name"],
    ["a folder without a name", () => requireFolder("out", " "), "its name is empty"],
    ["a folder for a file", () => requireFile("page", join(folder, "there")), "--page takes a file; "],
    ["a file in a file", () => requireFile("page", join(file, "x")), "--page takes a file; "],
    ["a file without a name", () => requireFile("page", ""), "its name is empty"],
  ])("is not %s", (_, look, message) => {
    expect(look).toThrow(message);
  });

  it("is a file that is there already", () => {
    requireFile("out", file);
  });
});

describe("before any work", () => {
  it.each<[string, () => unknown]>([
    ["analyse", () => analyse(["--real", "/no/such", "--synthetic", "/no/such", "--out", file], nowhere, nowhere)],
    ["apply", () => apply(["/no/such", "/no/such", "--out", file], nowhere, nowhere)],
    ["demo", async () => readDemoOptions(["--out", file])],
    ["kg", () => kg(["/no/such", "--out", file], nowhere, nowhere)],
  ])("%s refuses a folder that is a file", async (_, run) => {
    await expect(run()).rejects.toThrow(`--out takes a folder; ${file}`);
  });

  it.each<[string, () => unknown]>([
    ["apply", () => apply(["/no/such", "--page", folder], nowhere, nowhere)],
    ["pack", () => pack(["--built", "--out", folder], nowhere)],
  ])("%s refuses a file that is a folder", async (_, run) => {
    await expect(run()).rejects.toThrow("a folder has this name");
  });

  it.each([
    ["--out", file, "/no/such/cell.json"],
    ["--in", "/no/such/batch", "--dataset", file],
  ])("batch refuses a folder that is a file: %s", async (...args) => {
    expect((await batch(...args)).last.error?.message).toMatch("takes a folder");
  });
});

it("ends without a word when the reader of its output goes", () => {
  const script = join(import.meta.dirname, "../../../scripts/batch.ts");
  const line = `"${process.execPath}" --import tsx "${script}" --help | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", line], { encoding: "utf8" });
  expect([stdout.trim(), stderr]).toEqual(["0", ""]);
});

it.skipIf(!existsSync("/dev/full"))("says that its output could not be written, and ends with code 1", () => {
  const script = join(import.meta.dirname, "../../../scripts/tasks.ts");
  const line = `"${process.execPath}" --import tsx "${script}" > /dev/full`;
  const { status, stderr } = spawnSync("bash", ["-c", line], { encoding: "utf8" });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^The output could not be written: .*ENOSPC/)]);
});
