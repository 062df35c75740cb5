// Ids and offsets against BertTokenizerFast of transformers (test/fixtures/wordpiece/golden.py), and reading tokenizer files.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { encodePair, encodeText } from "../../../src/text/encoding.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";
import type { WordPiece } from "../../../src/text/word-piece.ts";

interface Golden {
  texts: string[];
  pairs: { first: string; second: string; maxTokens: number }[];
  configs: Record<string, { vocab: string; options: object } & Encodings>;
  minilm: Encodings;
}
interface Encodings {
  encodings: { ids: number[]; offsets: number[] }[];
  pairs: { ids: number[]; types: number[]; offsets: number[] }[];
}

const folder = join(import.meta.dirname, "../../fixtures/wordpiece");
const golden = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8")) as Golden;
const minilm = join(import.meta.dirname, "../../../models/all-minilm-l6-v2");

function offsetsOf(e: { starts: readonly number[]; ends: readonly number[] }): number[] {
  return e.starts.flatMap((start, i) => [start, e.ends[i] as number]);
}

function checkTexts(tokenizer: WordPiece, expected: Encodings): void {
  const got = golden.texts.map((text) => {
    const e = encodeText(tokenizer, text, 1_000_000);
    return { text, ids: e.ids, offsets: offsetsOf(e) };
  });
  expect(got).toEqual(golden.texts.map((text, i) => ({ text, ...expected.encodings[i] })));
}

function checkPairs(tokenizer: WordPiece, expected: Encodings): void {
  const got = golden.pairs.map((p) => {
    const e = encodePair(tokenizer, p.first, p.second, p.maxTokens);
    return { ...p, ids: e.ids, types: e.types, offsets: offsetsOf(e) };
  });
  expect(got).toEqual(golden.pairs.map((p, i) => ({ ...p, ...expected.pairs[i] })));
}

function open(vocab: string, options: object): WordPiece {
  const text = readFileSync(join(folder, vocab), "utf8");
  return readTokenizer(
    new Map([
      ["vocab.txt", text],
      ["tokenizer_config.json", JSON.stringify(options)],
    ]),
  ).tokenizer;
}

describe.each(Object.entries(golden.configs))("WordPiece, %s", (_, config) => {
  const tokenizer = open(config.vocab, config.options);

  it(`gives the ids and offsets of transformers for ${golden.texts.length} strings`, () => checkTexts(tokenizer, config));

  it("encodes and truncates pairs as transformers does", () => checkPairs(tokenizer, config));
});

describe.skipIf(!existsSync(join(minilm, "vocab.txt")))(
  "WordPiece with MiniLM's vocabulary (skipped where models/all-minilm-l6-v2 is absent)",
  () => {
    const read = (name: string) => [name, readFileSync(join(minilm, name), "utf8")] as const;

    it("agrees with transformers, read from tokenizer.json", () => {
      const tokenizer = readTokenizer(new Map([read("tokenizer.json")])).tokenizer;
      checkTexts(tokenizer, golden.minilm);
      checkPairs(tokenizer, golden.minilm);
    });

    it("agrees with transformers, read from vocab.txt", () => {
      checkTexts(readTokenizer(new Map([read("vocab.txt"), read("tokenizer_config.json")])).tokenizer, golden.minilm);
    });
  },
);

describe("reading a tokenizer's files", () => {
  const model = { type: "WordPiece", unk_token: "[UNK]", vocab: { "[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, a: 4 } };
  const whole = { model, normalizer: { type: "BertNormalizer", lowercase: true }, pre_tokenizer: { type: "BertPreTokenizer" } };

  it("takes added tokens beyond the vocabulary", () => {
    const json = JSON.stringify({ ...whole, added_tokens: [{ id: 5, content: "[NEW]" }] });
    expect(readTokenizer(new Map([["tokenizer.json", json]])).tokenizer.vocabulary.at(-1)).toBe("[NEW]");
  });

  it("lower-cases by default where nothing says otherwise", () => {
    const tokenizer = readTokenizer(new Map([["vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n"]])).tokenizer;
    expect(encodeText(tokenizer, "A Á", 8).ids).toEqual([2, 4, 4, 3]);
  });

  it.each([
    ["no file", {}, { code: "file-missing", place: { file: "vocab.txt" } }],
    ["an empty vocabulary", { "vocab.txt": "" }, { code: "file-empty" }],
    ["no [CLS]", { "vocab.txt": "[PAD]\n[UNK]\n[SEP]\n" }, { code: "file-malformed", message: "vocab.txt: it has no [CLS]" }],
    ["cut JSON", { "tokenizer.json": '{"model":' }, { code: "file-malformed", place: { file: "tokenizer.json" } }],
    ["no model", { "tokenizer.json": "{}" }, { code: "file-malformed" }],
    [
      "a BPE tokenizer",
      { "tokenizer.json": JSON.stringify({ ...whole, model: { ...model, type: "BPE" } }) },
      { code: "model-unsupported", place: { got: "BPE", expected: "WordPiece" } },
    ],
    [
      "another normalizer",
      { "tokenizer.json": JSON.stringify({ ...whole, normalizer: { type: "NFC" } }) },
      { code: "model-unsupported", place: { got: "NFC" } },
    ],
    [
      "an id out of all proportion",
      { "tokenizer.json": JSON.stringify({ ...whole, model: { ...model, vocab: { ...model.vocab, x: 4e9 } } }) },
      { code: "file-malformed" },
    ],
  ])("refuses %s", (_, files, expected) => {
    let error: unknown;
    try {
      readTokenizer(new Map(Object.entries(files as unknown as Record<string, string>)));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ClinfuseError);
    expect(error).toMatchObject(expected);
  });
});
