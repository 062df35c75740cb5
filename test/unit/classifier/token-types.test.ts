// An encoder that knows one type of token: it reads pairs, single texts as before, and is saved as what it has become.

import { expect, it } from "vitest";
import { openEncoder } from "../../../src/classifier/encoder-files.ts";
import { bertParameters } from "../../../src/nn/bert.ts";
import { encodePair } from "../../../src/text/encoding.ts";
import { fitWeights } from "../../../src/weights/fit-weights.ts";
import { floats } from "../../fixtures/model-files/bytes.ts";
import { bert, bertConfig, bertWeights } from "../../fixtures/model-files/cases.ts";

it.each(["bert.", ""])("has a second type that begins as the first (prefix %j)", async (prefix) => {
  const table = `${prefix}embeddings.token_type_embeddings.weight`;
  const weights = bertWeights(prefix, (t) => void (t[table] = { shape: [1, 8], data: floats(8, (i) => i + 1) }));
  const config = JSON.stringify({ ...bertConfig, type_vocab_size: 1 });
  const files = { ...bert, "config.json": config, "model.safetensors": weights };
  const encoder = await openEncoder(new Map(Object.entries(files).map(([name, file]) => [name, new Blob([file])])));
  const { types } = encodePair(encoder.tokenizer, "fever", "pain", 16);
  expect(Math.max(...types)).toBeLessThan(encoder.config.typeVocabSize);
  const fitted = fitWeights(bertParameters(encoder.config), encoder.weights, () => 0);
  const rows = fitted.weights.get("bert.embeddings.token_type_embeddings.weight");
  expect(rows).toEqual({ shape: [2, 8], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8) });
  expect(encoder.configJson.type_vocab_size).toBe(2); // what saveModel writes
  expect(encoder.remarks).toEqual([expect.stringContaining("type_vocab_size 1")]);
});
