// Which checkpoints can fill masked words.

import { expect, it } from "vitest";
import { openEncoder } from "../../../src/classifier/encoder-files.ts";
import { requireMaskedHead } from "../../../src/classifier/masked-model.ts";
import { floats, type SafetensorSpec } from "../../fixtures/model-files/bytes.ts";
import { bert, bertConfig, bertWeights } from "../../fixtures/model-files/cases.ts";

const rows = bertConfig.vocab_size;
const head = "cls.predictions";

async function encoderWith(decoder: "none" | "the table" | "its own", tied?: boolean) {
  const weights = bertWeights("bert.", (tensors: Record<string, SafetensorSpec>) => {
    const own = { shape: [rows, 8], data: floats(rows * 8, (i) => i) };
    tensors[`${head}.transform.dense.weight`] = { shape: [8, 8], data: floats(64) };
    for (const name of ["dense.bias", "LayerNorm.weight", "LayerNorm.bias"]) {
      tensors[`${head}.transform.${name}`] = { shape: [8], data: floats(8) };
    }
    tensors[`${head}.decoder.bias`] = { shape: [rows], data: floats(rows) };
    if (decoder === "its own") tensors[`${head}.decoder.weight`] = own;
    if (decoder === "the table")
      tensors[`${head}.decoder.weight`] = tensors["bert.embeddings.word_embeddings.weight"] as SafetensorSpec;
  });
  const config = JSON.stringify({ ...bertConfig, ...(tied === undefined ? {} : { tie_word_embeddings: tied }) });
  const files = { ...bert, "config.json": config, "model.safetensors": weights };
  return openEncoder(new Map(Object.entries(files).map(([name, file]) => [name, new Blob([file])])));
}

it("takes a head whose decoder is the table of words: by its config, by default, or by its numbers", async () => {
  for (const [decoder, tied] of [
    ["none", undefined],
    ["its own", undefined],
    ["its own", true],
    ["the table", false],
  ] as const) {
    expect(requireMaskedHead(await encoderWith(decoder, tied)), `${decoder} ${tied}`).toBe(4);
  }
});

it("refuses a decoder of its own, which the table would stand in for", async () => {
  const encoder = await encoderWith("its own", false);
  expect(() => requireMaskedHead(encoder)).toThrow(
    expect.objectContaining({ code: "no-masked-head", place: { what: `${head}.decoder.weight` } }),
  );
});
