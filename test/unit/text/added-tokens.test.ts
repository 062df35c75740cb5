// Markers as whole tokens, against Hugging Face's tokenizers (test/fixtures/added-tokens/golden.py).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addTokens } from "../../../src/text/added-tokens.ts";
import { encodeText } from "../../../src/text/encoding.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";
import type { WordPiece } from "../../../src/text/word-piece.ts";

const golden = JSON.parse(readFileSync("test/fixtures/added-tokens/golden.json", "utf8")) as {
  pieces: string[];
  markers: string[];
  tokenizer: object;
  cases: { text: string; ids: number[]; offsets: [number, number][] }[];
};
const plainFiles = new Map([["vocab.txt", `${golden.pieces.join("\n")}\n`]]);

/** Python counts code points. */
const units = (text: string, points: number) => [...text].slice(0, points).join("").length;

function expectSame(tokenizer: WordPiece): void {
  for (const { text, ids, offsets } of golden.cases) {
    const got = encodeText(tokenizer, text, 64);
    expect(got.ids, text).toEqual(ids);
    expect(got.starts.map((start, i) => [start, got.ends[i]])).toEqual(offsets.map((at) => at.map((n) => units(text, n))));
  }
}

describe("markers", () => {
  it("read from a file that has them are whole wherever the text has them as they are", () => {
    expectSame(readTokenizer(new Map([["tokenizer.json", JSON.stringify(golden.tokenizer)]])).tokenizer);
  });

  it("added to a bare vocabulary are the same, and again from the files that come of it", () => {
    const { tokenizer, files, ids } = addTokens(readTokenizer(plainFiles).tokenizer, plainFiles, golden.markers);
    expect(ids).toEqual(golden.markers.map((_, i) => golden.pieces.length + i));
    expectSame(tokenizer);
    expect([...files.keys()].sort()).toEqual(["tokenizer.json", "tokenizer_config.json"]);
    expectSame(readTokenizer(files).tokenizer);
    expect(addTokens(tokenizer, files, golden.markers)).toEqual({ tokenizer, files, ids: [] });
  });

  it("leave every other file as it was: what the tokenizer knew before stays", () => {
    const known = new Map([["tokenizer.json", JSON.stringify(golden.tokenizer)]]);
    const { files, ids } = addTokens(readTokenizer(known).tokenizer, known, ["[E1]", "[E2]"]);
    expect(ids).toEqual([golden.pieces.length + golden.markers.length]);
    const { added_tokens: added, ...rest } = JSON.parse(files.get("tokenizer.json") as string);
    const { added_tokens: before, ...whole } = golden.tokenizer as { added_tokens: object[] };
    expect(rest).toEqual(whole);
    expect(added.slice(0, -1)).toEqual(before);
    expect(added.at(-1)).toMatchObject({ id: ids[0], content: "[E2]", normalized: false });
  });
});
