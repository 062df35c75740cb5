// The byte-level vocabulary of a tokenizer.json: where a completion ends.

import { expect, it } from "vitest";
import { byteLevelVocabulary } from "../../../src/text/byte-level-tokenizer.ts";

const json = {
  decoder: { type: "ByteLevel" },
  model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [] },
  added_tokens: [
    { id: 2, content: "<|endoftext|>", special: true },
    { id: 3, content: "<|im_start|>", special: true },
    { id: 4, content: "<|im_end|>", special: true },
    { id: 5, content: "</s>", special: false }, // text of an answer about HTML
  ],
};

it("ends a completion at the ids that the model states, and at the special tokens that end a turn by their name", () => {
  const ends = (stated: readonly number[]) => [...(byteLevelVocabulary(json, new Set(stated))?.ends ?? [])].sort();
  expect(ends([])).toEqual([2, 4]);
  expect(ends([0])).toEqual([0, 2, 4]);
});
