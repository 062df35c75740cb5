// npm run capsule: its last line, its exit code, and what it says of a capsule that was changed.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { main } from "../../../scripts/capsule.ts";
import { runCapsule } from "../../../src/report/capsule.ts";
import { sampleRecord } from "../report/sample-record.ts";

const folder = mkdtempSync(join(tmpdir(), "capsule-"));
const never = new AbortController().signal;
const capsule = await runCapsule("c.zip", await sampleRecord(), { rows: true, writtenAt: 0 }, never);
const bytes = new Uint8Array(await capsule.arrayBuffer());

async function check(name: string, content: Uint8Array) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const lines: string[] = [];
  const code = await main(["--check", path], (line) => lines.push(line));
  return { code, last: JSON.parse(lines.at(-1) ?? ""), lines };
}

it("says that a capsule is as it was written, and how many files it has", async () => {
  const { code, last, lines } = await check("whole.zip", bytes);
  expect([code, last]).toEqual([0, { ok: true, files: 17, faults: [] }]);
  expect(lines[0]).toBe("Disease names, a run, written 1970-01-01T00:00:00.000Z");
});

it("names the file of a changed byte, and the archive that was cut", async () => {
  const at = Buffer.from(bytes).indexOf('"loss": 0.5');
  const changed = bytes.slice();
  changed[at + 8] = 0x31;
  const { code, last } = await check("changed.zip", changed);
  expect(code).toBe(1);
  expect(last).toMatchObject({ ok: false, files: 16 });
  expect(last.faults).toEqual([{ file: "training/history.json", what: "was changed: its SHA-256 is not the manifest's" }]);
  const cut = await check("cut.zip", bytes.slice(0, 4000));
  expect([cut.code, cut.last.files, cut.last.faults[0].file]).toEqual([1, 0, "cut.zip"]);
  const empty = await check("empty.zip", new Uint8Array());
  expect([empty.code, empty.last.ok, empty.last.faults.length]).toEqual([1, false, 1]);
});

it("wants a file", async () => {
  await expect(main([], () => undefined)).rejects.toThrow("--check is missing");
  await expect(main(["--check", join(folder, "none.zip")], () => undefined)).rejects.toMatchObject({
    code: "file-missing",
    place: { file: join(folder, "none.zip") },
  });
  await expect(main(["--check", folder], () => undefined)).rejects.toThrow("is a folder");
});
