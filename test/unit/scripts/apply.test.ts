// npm run apply: a small trained model on files of notes, in Node, and sentences for what is wrong.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../scripts/apply.ts";

const model = join(import.meta.dirname, "../../fixtures/store-2/opfs/trained/b902d644");
const folder = mkdtempSync(join(tmpdir(), "clinfuse-apply-"));
const file = (name: string, text: string | Uint8Array) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

async function run(...args: string[]) {
  const [printed, told]: [string[], string[]] = [[], []];
  const code = await main(
    args,
    (line) => printed.push(line),
    (line) => told.push(line),
  );
  return { code, printed, told: told.join("\n"), last: JSON.parse(printed.at(-1) as string) };
}

describe("the command", () => {
  it("reads a long note whole, in windows, and gives offsets of the whole note", async () => {
    // One sentence of some 400 words, behind a line break and an astral character: the model reads 64 pieces at once.
    const long = file("notes/long.txt", `😊\n\n${"asthma and gout with fever ".repeat(80)}.\n`);
    const out = join(folder, "out");
    const { code, last } = await run(model, long, "--format", "jsonl", "--out", out);
    expect(code).toBe(0);
    expect(last).toMatchObject({ ok: true, task: "bc5cdr-disease", notes: 1, empty: 0, files: ["notes.jsonl"], out });
    const { text, spans } = JSON.parse(readFileSync(join(out, "notes.jsonl"), "utf8"));
    expect(spans.length).toBe(last.found);
    const points = [...text];
    for (const { start, end, text: said } of spans) expect(points.slice(start, end).join("")).toBe(said);
    expect(Math.max(...spans.map(({ start }: { start: number }) => start))).toBeGreaterThan(1500);
  });

  it("reads the rows of a table by their column, keeps their ids apart, and counts what is empty", async () => {
    const table = file("t.csv", 'id,note\r\n7,"Nausea, and\nfever"\r\n7,Gout\r\n8,""\r\n');
    const { code, printed, last } = await run(model, table, "--format", "csv");
    expect(code).toBe(0);
    expect(last).toMatchObject({ notes: 3, empty: 1, out: null, files: [], format: "csv" });
    const rows = printed.slice(0, -1).join("\n");
    for (const id of ["7", "7-2", "8"]) expect(rows).toMatch(new RegExp(`^${id},t.csv,`, "m"));
    expect((await run(model, table, "--column", "id")).last).toMatchObject({ notes: 3, empty: 0 });
  });

  it("writes a folder of notes for BRAT, and never over the notes", async () => {
    file("many/a.txt", "Gout and fever.");
    file("many/b.txt", "Asthma.");
    file("many/scan.pdf", "%PDF-1.7");
    const out = join(folder, "brat");
    const { last, told } = await run(model, join(folder, "many"), "--format", "brat", "--out", out);
    expect(last.files.sort()).toEqual(["a.ann", "a.txt", "annotation.conf", "b.ann", "b.txt"]);
    expect(told).toContain("passed over scan.pdf");
    await expect(run(model, join(folder, "many"), "--format", "brat", "--out", join(folder, "many"))).rejects.toThrow(
      "a.txt is one of the notes",
    );
    expect(existsSync(join(folder, "many/a.ann"))).toBe(false);
  });

  it("refuses to write over a note before the model is read, whatever leads to it", async () => {
    const card = file("no-weights/clinfuse.json", readFileSync(join(model, "clinfuse.json")));
    const note = file("plain/a.txt", "Gout.");
    const link = join(folder, "link");
    symlinkSync(dirname(note), link);
    for (const out of [dirname(note), link]) {
      await expect(run(dirname(card), note, "--format", "text", "--out", out)).rejects.toThrow("a.txt is one of the notes");
    }
    await expect(run(dirname(card), note, "--page", join(link, "a.txt"))).rejects.toThrow(/--page: .*a\.txt is one of the notes/);
    expect(readFileSync(note, "utf8")).toBe("Gout.");
  });

  it("names what is missing or wrong, with file and line", async () => {
    await expect(run()).rejects.toThrow("MODEL is missing");
    await expect(run(model)).rejects.toThrow("PATH is missing");
    await expect(run(model, "x.txt", "--format", "xml")).rejects.toThrow(/--format is one of csv, jsonl, .*not "xml"/);
    await expect(run(model, "x.txt", "--format", "brat")).rejects.toThrow("name a folder with --out");
    const error = async (...args: string[]) => (await run(...args)).last.error;
    expect(await error(join(folder, "nowhere"), "x.txt")).toMatchObject({ code: "model-missing" });
    expect(await error(folder, "x.txt")).toMatchObject({
      code: "model-missing",
      message: expect.stringContaining("no clinfuse.json"),
    });
    expect(await error(model, join(folder, "nothing.txt"))).toMatchObject({ code: "file-missing" });
    expect(await error(model, file("x.pdf", "%PDF-1.7"))).toMatchObject({ code: "format-unknown", file: "x.pdf" });
    expect(await error(model, file("c.csv", "a,b\n1,2\n"))).toMatchObject({
      code: "format-unknown",
      message: 'c.csv has no column that is called text or note; it has "a", "b"',
    });
    expect(await error(model, file("r.csv", "id,text\n1,a\n2\n"))).toMatchObject({
      code: "file-malformed",
      file: "r.csv",
      line: 3,
    });
    expect(await error(model, file("l.txt", Uint8Array.from([103, 10, 0x81, 32])))).toMatchObject({ file: "l.txt" });
    expect(await error(model, file("e.txt", "Gout."), "--task", "hoc")).toMatchObject({
      code: "model-unsupported",
      message: expect.stringContaining("trained for bc5cdr-disease"),
    });
  });
});
