// Byte-level BPE from a GGUF's tables against the Rust tokenizers library, for each way of cutting.

import { existsSync, openAsBlob, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type GgufTokenizer, readGgufTokenizer } from "../../../src/text/gguf-tokenizer.ts";
import { openGguf } from "../../../src/weights/gguf.ts";

const folder = join(import.meta.dirname, "../../fixtures/gguf-tokenizer");
const golden = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), "utf8")) as T;

interface Tiny {
  readonly tokens: string[];
  readonly merges: string[];
  readonly special: string[];
  readonly strings: string[];
  readonly ids: Record<string, number[][]>;
}
const tiny = golden<Tiny>("tiny.json");

const metadata = (pre: string): Map<string, unknown> =>
  new Map<string, unknown>([
    ["tokenizer.ggml.model", "gpt2"],
    ["tokenizer.ggml.pre", pre],
    ["tokenizer.ggml.tokens", tiny.tokens],
    ["tokenizer.ggml.token_type", tiny.tokens.map((t) => (tiny.special.includes(t) ? 3 : 1))],
    ["tokenizer.ggml.merges", tiny.merges],
    ["tokenizer.ggml.bos_token_id", 1],
    ["tokenizer.ggml.eos_token_id", 2],
  ]);

/** Differences in full, rather than two lists of a thousand. */
function differences(tokenizer: GgufTokenizer, strings: readonly string[], ids: readonly number[][]) {
  return strings
    .map((text, i) => ({ text, got: tokenizer.encode(text), expected: ids[i] as number[] }))
    .filter(({ got, expected }) => `${got}` !== `${expected}`)
    .map(({ text, got, expected }) => ({
      text,
      got: got.map((id) => tokenizer.vocabulary[id]),
      expected: expected.map((id) => tokenizer.vocabulary[id]),
    }));
}

describe("encode", () => {
  it.each(Object.keys(tiny.ids))("cuts as %s", (pre) => {
    const tokenizer = readGgufTokenizer(metadata(pre), "x.gguf");
    expect(differences(tokenizer, tiny.strings, tiny.ids[pre] as number[][])).toEqual([]);
  });

  it("makes the names of special tokens their ids", () => {
    const tokenizer = readGgufTokenizer(metadata("smollm"), "x.gguf");
    expect(tokenizer.encode("<|im_start|><|im_end|>")).toEqual([1, 2]);
  });
});

describe("decode", () => {
  const tokenizer = readGgufTokenizer(metadata("gpt-2"), "x.gguf");

  it("gives text back, spaces, emoji and rare characters intact", () => {
    const plain = tiny.strings.filter((s) => !s.includes("<|"));
    expect(plain.map((s) => tokenizer.decode(tokenizer.encode(s)))).toEqual(plain);
  });

  it("leaves out control tokens and a character that is not whole", () => {
    const ids = tokenizer.encode("ok<|im_end|> 🫀");
    const lungs = tokenizer.encode(" 🫀");
    expect(tokenizer.decode(ids)).toBe("ok 🫀");
    expect(lungs.length).toBeGreaterThan(2); // several tokens for one character
    expect(tokenizer.decode(lungs.slice(0, -1))).toBe(" ");
  });
});

it("knows the tokens that end a completion and those that a template may name", () => {
  const tokenizer = readGgufTokenizer(metadata("gpt-2"), "x.gguf");
  expect([...tokenizer.ends].sort()).toEqual([0, 2]); // <|endoftext|> by its name, <|im_end|> by the file's own field
  expect(tokenizer.specialTokens).toEqual({ bos_token: "<|im_start|>", eos_token: "<|im_end|>" });
});

describe("a file that names no token of its beginning and none of its end", () => {
  // Tokens of the file of the tests: 11 is a plain one.
  const unnamed = (tokens: readonly string[]) => {
    const file = metadata("gpt-2").set("tokenizer.ggml.bos_token_id", 4_000_000).set("tokenizer.ggml.tokens", tokens);
    file.set("tokenizer.ggml.token_type", [3, 3, 3, ...tokens.slice(3).map(() => 1)]);
    file.delete("tokenizer.ggml.eos_token_id");
    return file;
  };

  it("has llama.cpp's default for byte-level BPE, id 11, as text", () => {
    const tokens = [...tiny.tokens];
    const piece = "\u0120pain"; // Ġ stands for a space in pieces
    const renamed = readGgufTokenizer(unnamed(tokens.with(11, piece)), "x.gguf");
    expect(renamed.specialTokens).toEqual({ bos_token: " pain", eos_token: " pain" });
    expect(renamed.ends.has(11)).toBe(true);
    expect(renamed.begin).toBeUndefined();
    const asked = unnamed(tokens).set("tokenizer.ggml.add_bos_token", true);
    expect(readGgufTokenizer(asked, "x.gguf").begin).toBe(11);
  });

  it("has none where the vocabulary is smaller", () => {
    const file = unnamed(tiny.tokens.slice(0, 11)).set("tokenizer.ggml.merges", ["! !"]);
    expect(readGgufTokenizer(file, "x.gguf").specialTokens).toEqual({});
  });
});

describe("refuses", () => {
  it.each<[string, string, unknown]>([
    ["a tokenizer of another kind", "tokenizer.ggml.model", "llama"],
    ["a way of cutting that it does not know", "tokenizer.ggml.pre", "tekken"],
    ["a way of cutting by a name of every object", "tokenizer.ggml.pre", "constructor"],
    ["a file without pieces", "tokenizer.ggml.tokens", undefined],
    ["a file without merges", "tokenizer.ggml.merges", undefined],
    ["types that are not one for each token", "tokenizer.ggml.token_type", [1, 1]],
  ])("%s", (_, key, value) => {
    const wrong = metadata("gpt-2").set(key, value);
    const expected = { code: "model-unsupported", place: expect.objectContaining({ file: "x.gguf", what: key }) };
    expect(() => readGgufTokenizer(wrong, "x.gguf")).toThrow(expect.objectContaining(expected));
  });
});

const model = join(import.meta.dirname, "../../../models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf");

describe.skipIf(!existsSync(model))("SmolLM2's own tables (skipped where the model is not fetched)", () => {
  let tokenizer: GgufTokenizer;
  beforeAll(async () => {
    tokenizer = readGgufTokenizer((await openGguf(await openAsBlob(model), "smollm2")).metadata, "smollm2");
  });

  it("encodes 1,000 varied strings to the same ids", () => {
    const { strings, ids } = golden<{ strings: string[]; ids: number[][] }>("smollm2.json");
    expect(differences(tokenizer, strings, ids)).toEqual([]);
  });
});
