// Strict UTF-8: where the first wrong byte stands, which other encoding it is, and the same in any chunks.

import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { decodeUtf8, utf8Stream } from "../../../src/base/utf8.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

function inChunks(bytes: Uint8Array, size: number): string {
  const stream = utf8Stream("a.txt");
  let text = "";
  for (let at = 0; at < bytes.length; at += size) text += stream.decode(bytes.subarray(at, at + size));
  return text + stream.end();
}

function errorOf(run: () => unknown): ClinfuseError {
  try {
    run();
  } catch (error) {
    if (error instanceof ClinfuseError) return error;
    throw error;
  }
  throw new Error("expected a ClinfuseError, got none");
}

describe("text", () => {
  const text = `Sjögren ${"x".repeat(300)} β-blocker 😊 \u2028 \uFEFF inside, and \uFFFD as it was published\n`;

  it.each([1, 2, 3, 7, 255, 256, 257, 4096])("comes out whole from chunks of %i bytes", (size) => {
    expect(inChunks(utf8(text), size)).toBe(text);
  });

  it("loses the byte order mark at its beginning and no other", () => {
    expect(decodeUtf8(utf8(`\uFEFFa\uFEFFb`), "a.txt")).toBe("a\uFEFFb");
    expect(inChunks(utf8("\uFEFFa"), 1)).toBe("a");
  });

  it("may be empty, short, and hold zero bytes", () => {
    expect([decodeUtf8(utf8(""), "a"), decodeUtf8(utf8("a"), "a"), decodeUtf8(utf8("a\0b c d"), "a")]).toEqual([
      "",
      "a",
      "a\0b c d",
    ]);
  });
});

describe("what is no UTF-8", () => {
  const wrong: [name: string, bytes: Uint8Array, at: number, line: number][] = [
    ["Latin-1", latin1("one\ntwo Sj\xf6gren"), 10, 2],
    ["Windows-1252's quote", latin1("it\x92s"), 2, 1],
    ["a character cut off at the end", utf8("ab😊").subarray(0, 5), 2, 1],
    ["a continuation byte alone", latin1("a\x80"), 1, 1],
    ["an overlong slash", latin1("ab\xc0\xaf"), 2, 1],
    ["an overlong character of three bytes", latin1("ab\xe0\x80\xaf"), 2, 1],
    ["a surrogate", latin1("\n\xed\xa0\x80"), 1, 2],
    ["a character beyond Unicode", latin1("\xf4\x90\x80\x80"), 0, 1],
    ["a fault behind a byte order mark", latin1("\xef\xbb\xbfab\xff"), 5, 1],
    ["a fault far inside", latin1(`${"line\n".repeat(100)}\xe4`), 500, 101],
  ];
  it.each(wrong)("is refused: %s, with file, line and byte, in any chunks", (_, bytes, at, line) => {
    for (const size of [1, 3, 256, 4096]) {
      const error = errorOf(() => inChunks(bytes, size));
      expect(error.code).toBe("file-malformed");
      expect(error.message).toBe(`a.txt, line ${line}: not UTF-8 text (byte ${at})`);
      expect(error.place).toMatchObject({ file: "a.txt", line });
      expect(error.place.remedy).toMatch(/UTF-8/);
    }
  });

  const utf16 = (text: string, big: boolean, mark: boolean) => {
    const units = [...(mark ? "\uFEFF" : ""), ...text].map((c) => c.charCodeAt(0));
    return Uint8Array.from(units.flatMap((u) => (big ? [u >> 8, u & 255] : [u & 255, u >> 8])));
  };
  const zipOf = (name: string) => Uint8Array.from([0x50, 0x4b, 3, 4, ...new Array<number>(26).fill(0), ...utf8(name)]);
  const named: [name: string, bytes: Uint8Array, says: RegExp][] = [
    ["UTF-16, little-endian", utf16('{"text":"flu"}', false, true), /but UTF-16 \(little-endian\)/],
    ["UTF-16, big-endian", utf16('{"text":"flu"}', true, true), /but UTF-16 \(big-endian\)/],
    ["UTF-16 without its mark", utf16('{"text":"Sjögren"}\n', false, false), /but UTF-16 \(little-endian, no byte order mark\)/],
    ["UTF-16 without its mark, big-endian", utf16("a,b", true, false), /but UTF-16 \(big-endian, no byte order mark\)/],
    ["xz", Uint8Array.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]), /but an xz archive/],
    ["a tar archive", Uint8Array.from([...utf8("nodes.tsv".padEnd(257, "\0")), ...utf8("ustar\x0000")]), /but a tar archive/],
    ["UTF-32", Uint8Array.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), /but UTF-32/],
    ["a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 0), /but gzip/],
    ["a zip archive", Uint8Array.of(0x50, 0x4b, 3, 4, 20), /but a zip archive/],
    ["a workbook", zipOf("[Content_Types].xml"), /but an Office file \(xlsx, docx, ods\)/],
    ["a workbook that a library wrote", zipOf("docProps/app.xml"), /but an Office file/],
    ["an archive of another name", zipOf("data/xl/notes.csv"), /but a zip archive/],
    ["an old workbook", Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0), /but an Office file \(xls, doc\)/],
    ["UTF-32 without its mark", Uint8Array.from([..."abcd"].flatMap((c) => [c.charCodeAt(0), 0, 0, 0])), /but UTF-32/],
  ];
  it.each(named)("is named: %s", (_, bytes, says) => {
    for (const size of [1, 4096]) expect(errorOf(() => inChunks(bytes, size)).message).toMatch(says);
  });
});
