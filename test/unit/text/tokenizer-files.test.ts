// Folders whose files disagree, against what transformers makes of them (folders.py beside the golden file).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeText } from "../../../src/text/encoding.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";
import { transformersTokenizer } from "../../../src/text/transformers-tokenizer.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/wordpiece");
const read = (name: string) => readFileSync(join(fixtures, name), "utf8");
const golden = JSON.parse(read("folders.json")) as {
  texts: string[];
  cases: { normalizer: [boolean, boolean | null, boolean] | null; settings: Record<string, unknown> | null; ids: number[][] }[];
};
const pieces = read("vocab-cased.txt").trimEnd().split("\n");

/** The folder of a case, as the script made it. */
function folderOf({ normalizer, settings }: (typeof golden.cases)[number]): Map<string, string> {
  const files = new Map<string, string>();
  if (settings) files.set("tokenizer_config.json", JSON.stringify(settings));
  if (!normalizer) return files.set("vocab.txt", read("vocab-cased.txt"));
  const [lowercase, strip_accents, handle_chinese_chars] = normalizer;
  const json = {
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars, strip_accents, lowercase },
    pre_tokenizer: { type: "BertPreTokenizer" },
    model: { type: "WordPiece", unk_token: "[UNK]", vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])) },
  };
  return files.set("tokenizer.json", JSON.stringify(json));
}

it("says which added words are cut here, and whole in transformers: those that are no single word as the normaliser leaves it", () => {
  const words = ["covid-19", "Long COVID", "Remdesivir", "remdesivir", "[DRUG]"];
  const added_tokens = words.map((content, i) => ({ id: pieces.length + i, content, normalized: content !== "[DRUG]" }));
  const folder = (tokens: object[]) => {
    const files = folderOf({ normalizer: [true, null, true], settings: {}, ids: [] });
    const json = JSON.parse(files.get("tokenizer.json") as string);
    return files.set("tokenizer.json", JSON.stringify({ ...json, added_tokens: tokens }));
  };
  const settled = (remarks: readonly string[]) => remarks.filter((remark) => remark.includes("added to the tokenizer"));
  expect(settled(readTokenizer(folder(added_tokens)).remarks)).toEqual([
    expect.stringMatching(/^3 words were added .* as if they had not been \(covid-19, Long COVID, Remdesivir\)\.$/),
  ]);
  expect(settled(readTokenizer(folder(added_tokens.slice(3))).remarks)).toEqual([]);
});

describe("a folder is read as transformers reads it", () => {
  it.each(golden.cases.map((c) => [JSON.stringify(c.normalizer), JSON.stringify(c.settings), c] as const))(
    "tokenizer.json %s, tokenizer_config.json %s",
    (_, __, c) => {
      const { tokenizer } = readTokenizer(folderOf(c));
      expect(golden.texts.map((text) => encodeText(tokenizer, text, 64).ids)).toEqual(c.ids);
    },
  );

  it("and so are the files that are written of it", () => {
    for (const c of golden.cases) {
      const { tokenizer } = readTokenizer(folderOf(c));
      const again = readTokenizer(transformersTokenizer(tokenizer)).tokenizer;
      expect(golden.texts.map((text) => encodeText(again, text, 64).ids)).toEqual(c.ids);
    }
  });
});

describe("tokenizer_config.json", () => {
  const open = (settings: object) =>
    readTokenizer(
      new Map([
        ["vocab.txt", read("vocab-uncased.txt")],
        ["tokenizer_config.json", JSON.stringify(settings)],
      ]),
    );

  it.each([
    [{ model_max_length: 128 }, 128],
    [{ model_max_length: 1e30 }, undefined],
    [{}, undefined],
  ])("%j limits inputs to %s tokens", (settings, limit) => expect(open(settings).maxTokens).toBe(limit));

  it.each([
    ["do_lower_case", "false"],
    ["do_lower_case", null],
    ["strip_accents", 1],
  ])("with %s %j is refused by that name", (name, value) => {
    const expected = { code: "file-malformed", place: expect.objectContaining({ file: "tokenizer_config.json" }) };
    expect(() => open({ [name]: value })).toThrow(expect.objectContaining(expected));
    expect(() => open({ [name]: value })).toThrow(name);
  });
});

describe("a vocabulary", () => {
  const named = {
    pad_token: "<pad>",
    cls_token: "<s>",
    sep_token: { content: "</s>" },
    unk_token: "<unk>",
    mask_token: "<mask>",
  };
  const words = ["<pad>", "<unk>", "<s>", "</s>", "<mask>", "fever", "a"];
  const open = (files: Readonly<Record<string, string | object>>) =>
    readTokenizer(
      new Map(Object.entries(files).map(([name, file]) => [name, typeof file === "string" ? file : JSON.stringify(file)])),
    );
  const wordPieceJson = {
    normalizer: { type: "BertNormalizer", lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    model: { type: "WordPiece", unk_token: "<unk>", vocab: Object.fromEntries(words.map((word, id) => [word, id])) },
  };

  it.each([
    ["vocab.txt", words.join("\n")],
    ["tokenizer.json", wordPieceJson],
  ])("in %s has the special tokens that tokenizer_config.json names", (name, file) => {
    const { tokenizer } = open({ [name]: file, "tokenizer_config.json": named });
    expect(tokenizer.special).toEqual({ pad: 0, unknown: 1, start: 2, separator: 3, mask: 4 });
    const again = readTokenizer(transformersTokenizer(tokenizer)).tokenizer;
    expect(again.special).toEqual(tokenizer.special);
  });

  it("has the usual token beside the one that is named, or in its place where that is lacking", () => {
    const both = [...words, "[MASK]", "[PAD]"];
    const special = (settings: object) =>
      open({ "vocab.txt": both.join("\n"), "tokenizer_config.json": { ...named, ...settings } }).tokenizer.special;
    expect(special({})).toMatchObject({ pad: 0, mask: 4 });
    expect(special({ mask_token: "<none>", pad_token: "<none>" })).toMatchObject({ pad: 8, mask: 7 });
  });

  it("ends with its last piece, whatever empty lines an editor left", () => {
    const { tokenizer } = open({ "vocab.txt": `${words.join("\r\n")}\r\n\r\n\r\n`, "tokenizer_config.json": named });
    expect(tokenizer.vocabulary).toEqual(words);
  });

  it("has the tokens that tokenizer_config.json adds, whole as the text has them", () => {
    const added = { content: "[DRUG]", normalized: false, special: true };
    const settings = { ...named, added_tokens_decoder: { 0: { content: "<pad>" }, 8: added, 7: { content: "[GENE]" } } };
    const { tokenizer, remarks } = open({ "vocab.txt": words.join("\n"), "tokenizer_config.json": settings });
    expect(tokenizer.pieces(tokenizer.words("a [GENE][DRUG] fever")).ids).toEqual([6, 7, 8, 5]);
    expect(remarks).toEqual([]);
  });

  it("is written with each special token once, one that was added too", () => {
    const settings = { ...named, mask_token: "[HIDE]", added_tokens_decoder: { 7: { content: "[HIDE]" } } };
    const { tokenizer } = open({ "vocab.txt": words.join("\n"), "tokenizer_config.json": settings });
    expect(tokenizer.special.mask).toBe(7);
    const written = JSON.parse(transformersTokenizer(tokenizer).get("tokenizer.json") as string);
    expect(written.added_tokens.map(({ id }: { id: number }) => id)).toEqual([0, 1, 2, 3, 7]);
  });

  it("says which tokens of added_tokens.json are cut here", () => {
    const files = { "vocab.txt": words.join("\n"), "tokenizer_config.json": named, "added_tokens.json": { "[DRUG]": 7 } };
    const { tokenizer, remarks } = open(files);
    expect(tokenizer.vocabulary).toEqual([...words, "[DRUG]"]);
    expect(remarks).toEqual([expect.stringMatching(/^1 word was added .*\(\[DRUG\]\)/)]);
  });

  it.each(["BertJapaneseTokenizer", "BertweetTokenizer"])("of a %s is refused by that name", (tokenizer_class) => {
    expect(() => open({ "vocab.txt": words.join("\n"), "tokenizer_config.json": { ...named, tokenizer_class } })).toThrow(
      expect.objectContaining({ code: "model-unsupported", message: expect.stringContaining(tokenizer_class) }),
    );
  });

  it("of SentencePiece is refused as one, and not as a damaged file", () => {
    const json = { normalizer: null, pre_tokenizer: null, model: { type: "Unigram", vocab: [["<pad>", 0]] } };
    for (const model of [json.model, { vocab: json.model.vocab }]) {
      expect(() => open({ "tokenizer.json": { ...json, model } })).toThrow(
        expect.objectContaining({
          code: "model-unsupported",
          message: expect.stringMatching(/SentencePiece.*expected WordPiece/),
        }),
      );
    }
  });
});

describe("a vocabulary with capitals", () => {
  const vocab: [string, string] = ["vocab.txt", read("vocab-cased.txt")];

  it("that nothing keeps is remarked on", () => {
    expect(readTokenizer(new Map([vocab])).remarks.join()).toMatch(/lower case.*capitals/);
  });

  it("is none where a choice was made, or where there are none", () => {
    const cased: [string, string] = ["tokenizer_config.json", '{"do_lower_case":false}'];
    expect(readTokenizer(new Map([vocab, cased])).remarks).toEqual([]);
    expect(readTokenizer(new Map([["vocab.txt", read("vocab-uncased.txt")]])).remarks).toEqual([]);
  });
});
