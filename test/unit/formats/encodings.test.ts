// Tables in other encodings: Windows-1252 and UTF-16 are read and told; binary content and cut-off text are left to the refusal.

import { describe, expect, it } from "vitest";
import { headText, recoded } from "../../../src/formats/encodings.ts";

const bytes = (...values: (number | string)[]): Blob =>
  new Blob([Uint8Array.from(values.flatMap((v) => (typeof v === "number" ? [v] : [...new TextEncoder().encode(v)])))]);
const utf16 = (text: string, little: boolean): Blob =>
  bytes(
    ...[...`\uFEFF${text}`].flatMap((c) =>
      little ? [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8] : [c.charCodeAt(0) >> 8, c.charCodeAt(0) & 255],
    ),
  );

describe("recoded", () => {
  it("leaves UTF-8 alone", async () => {
    expect(await recoded(bytes("Sjögren, β, 😊\n"), "a.csv")).toBeUndefined();
  });

  it("reads single bytes as Windows-1252 and keeps the UTF-8 between them", async () => {
    const made = await recoded(bytes("a\n", 0x93, "Gr", 0xfc, "n", 0x94, "\nβ ", 0x80, "\nend"), "a.csv");
    expect(await made?.file.text()).toBe("a\n“Grün”\nβ €\nend");
    expect(made?.remark).toBe("2 lines of a.csv are no UTF-8 and were read as Windows-1252 (lines 2, 3).");
  });

  it("counts the lines beyond three", async () => {
    const made = await recoded(bytes(..."abcde".split("").flatMap((c) => [c, 0xe9, "\r\n"])), "b.tsv");
    expect(made?.remark).toContain("5 lines of b.tsv");
    expect(made?.remark).toContain("(lines 1, 2, 3 and 2 more)");
  });

  it("reads a last word that ends in an accent as Windows-1252 where nothing else is UTF-8", async () => {
    expect(await (await recoded(bytes("a caf", 0xe9), "a.txt"))?.file.text()).toBe("a café");
  });

  it.each([
    ["UTF-8 that was cut off within a character", bytes("β and ", 0xce)],
    ["a byte without a character", bytes("a ", 0x9d, "b")],
    ["a zero byte", bytes("a", 0xe9, 0, "b")],
    ["a control character", bytes("a", 0xe9, 1, "b")],
  ])("does not guess at %s", async (_, file) => {
    expect(await recoded(file, "a.csv")).toBeUndefined();
  });

  it.each(["a.jsonl", "a.json", "sub/a.XML", "label.txt", "x/label.txt"])("leaves %s to its strict reader", async (path) => {
    expect(await recoded(bytes("caf", 0xe9, " noir"), path)).toBeUndefined();
  });

  it.each([true, false])("reads UTF-16 by its mark, little-endian: %s", async (little) => {
    const made = await recoded(utf16("a,Sjögren β\n", little), "a.csv");
    expect(await made?.file.text()).toBe("a,Sjögren β\n");
    expect(made?.remark).toBe("a.csv is UTF-16 and was read so.");
    expect(await headText(utf16("id,text\n", little), 10)).toBe("id,t");
  });

  it("leaves UTF-16 that was cut off within a unit", async () => {
    const whole = utf16("a,b\n", true);
    expect(await recoded(whole.slice(0, whole.size - 1), "a.csv")).toBeUndefined();
  });
});
