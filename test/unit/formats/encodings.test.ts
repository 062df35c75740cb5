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

  const declares = (encoding: string) => `<?xml version="1.0" encoding=${encoding}?>\n`;

  it.each<[string, string, number[], string]>([
    ["ISO-8859-1", '"ISO-8859-1"', [0xe9, 0xa0], "é\u00A0"],
    ["windows-1252 in single quotes", "'windows-1252' standalone='yes'", [0x93, 0xfc, 0x94], "“ü”"],
    ["Latin-2", '"ISO-8859-2"', [0xb3, 0xf3], "łó"],
    ["Shift_JIS", '"Shift_JIS"', [0x83, 0x7b], "ボ"],
  ])("reads XML in the encoding that it declares: %s", async (_, encoding, values, text) => {
    const made = await recoded(bytes(declares(encoding), "<a>", ...values, "</a>"), "sub/a.xml");
    expect(await made?.file.text()).toBe(`${declares(encoding)}<a>${text}</a>`);
    expect(made?.remark).toMatch(/^sub\/a\.xml was read in the encoding that it declares, /);
  });

  it("reads XML that declares another encoding and is UTF-8 throughout as that, and says so", async () => {
    const made = await recoded(bytes(declares('"ISO-8859-1"'), "<a>Sjögren</a>"), "a.xmi");
    expect(await made?.file.text()).toContain("Sjögren");
    expect(made?.remark).toBe("a.xmi declares the encoding ISO-8859-1, its bytes are UTF-8, and it was read so.");
    expect(await recoded(bytes(declares('"ISO-8859-1"'), "<a>plain</a>"), "a.xml")).toBeUndefined();
  });

  it("reads XML in UTF-16 where it declares that", async () => {
    const text = (encoding: string) => `${declares(encoding)}<a>Sjögren</a>`;
    const made = await recoded(utf16(text('"UTF-16"'), true), "a.xml");
    expect(await made?.file.text()).toBe(text('"UTF-16"'));
    expect(made?.remark).toBe("a.xml is UTF-16 and was read so.");
    expect(await recoded(utf16(text('"UTF-8"'), true), "a.xml")).toBeUndefined();
  });

  it.each<[string, string, (number | string)[], number, RegExp]>([
    ["an encoding that nobody knows", '"EBCDIC-9"', ["<a>", 0xe9, "</a>"], 1, /declares the encoding EBCDIC-9/],
    ["bytes that it does not have", '"windows-1252"', ["<a>\n", 0xe9, "\n", 0x9d, "</a>"], 4, /are no windows-1252/],
    ["half a character", '"Shift_JIS"', ["<a>", 0x83, "\n</a>"], 2, /are no Shift_JIS/],
  ])("refuses XML with %s by its line", async (_, encoding, content, line, says) => {
    const fault = await recoded(bytes(declares(encoding), ...content), "a.xml").catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "file-malformed", place: { file: "a.xml", line }, message: expect.stringMatching(says) });
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
