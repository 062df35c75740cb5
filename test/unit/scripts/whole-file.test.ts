// Files that are there whole or not at all: what is broken off leaves the file before, and no part.

import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Readable } from "node:stream";
import { afterAll, expect, it } from "vitest";
import { beginWhole, writeWhole, writeWholeFrom } from "../../../scripts/whole-file.ts";

const folder = mkdtempSync(join(tmpdir(), "clinfuse-whole-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("makes the folders, and takes the place of a file that is there", async () => {
  const at = join(folder, "новая папка", "a b", "file.txt");
  writeWhole(at, "one");
  expect(readFileSync(at, "utf8")).toBe("one");
  await writeWholeFrom(at, Readable.from(["t", "wo"]));
  expect(readFileSync(at, "utf8")).toBe("two");
  expect(readdirSync(join(folder, "новая папка", "a b"))).toEqual(["file.txt"]);
});

it("leaves the file before, and no part of the new one, where the content breaks off", async () => {
  const at = join(folder, "archive.zip");
  writeFileSync(at, "before");
  const broken = async function* () {
    yield "half of it";
    throw new Error("the disk is full");
  };
  await expect(writeWholeFrom(at, Readable.from(broken()))).rejects.toThrow("the disk is full");
  expect(readFileSync(at, "utf8")).toBe("before");
  expect(existsSync(`${at}.new`)).toBe(false);
});

it.runIf(process.platform !== "win32")("writes the file that a link names, and leaves the link", () => {
  const [at, link] = ["named.json", "link.json"].map((name) => join(folder, name)) as [string, string];
  writeFileSync(at, "before");
  symlinkSync(at, link);
  writeWhole(link, "after");
  expect(readFileSync(at, "utf8")).toBe("after");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});

it("shows nothing of a file by parts until it is ended", () => {
  const at = join(folder, "parts.tsv");
  const file = beginWhole(at);
  file.append("a\n");
  file.append("b\n");
  expect(existsSync(at)).toBe(false);
  file.end();
  expect(readFileSync(at, "utf8")).toBe("a\nb\n");
});

it.runIf(existsSync("/dev/null"))("writes into a device, and does not replace it", async () => {
  writeWhole("/dev/null", "gone");
  await writeWholeFrom("/dev/null", Readable.from(["gone"]));
  expect(existsSync("/dev/null.new")).toBe(false);
});
