// A checkpoint's folder of a tiny BERT that has read nothing, over the toy vocabulary.

import { rng } from "../../src/base/rng.ts";
import type { ModelFiles } from "../../src/classifier/encoder-files.ts";
import { readBertConfig } from "../../src/nn/bert-config.ts";
import type { Head } from "../../src/nn/heads.ts";
import { bertModel } from "../../src/nn/model.ts";
import { writeSafetensors } from "../../src/weights/safetensors.ts";
import type { Weight } from "../../src/weights/weight.ts";
import { vocabulary, vocabularyText } from "../unit/train/toy.ts";

const config = (layers: number) => ({
  model_type: "bert",
  hidden_size: 32,
  num_hidden_layers: layers,
  num_attention_heads: 4,
  intermediate_size: 64,
  max_position_embeddings: 64,
  type_vocab_size: 2,
  vocab_size: vocabulary.length,
});

/** With its own masked head where `head` is `masked`; else without a head, which is the task's. */
export function randomEncoder(seed: number, layers = 1, head: Head = { kind: "token", labels: 1 }): ModelFiles {
  const configJson = config(layers);
  const read = readBertConfig(configJson);
  if (!read.ok) throw new Error(read.why);
  const stream = rng("random encoder", seed);
  const weights = new Map<string, Weight>();
  for (const { name, shape, missing } of bertModel(read.config, head).parameters) {
    if (missing !== "error") continue; // the head is the task's
    const data = new Float32Array(shape.reduce((n, d) => n * d, 1));
    const norm = /LayerNorm\.weight$/.test(name);
    if (norm) data.fill(1);
    else if (!name.endsWith("bias")) for (let i = 0; i < data.length; i++) data[i] = stream.next() - 0.5;
    weights.set(name, { shape, data });
  }
  return new Map([
    ["config.json", new Blob([JSON.stringify(configJson)])],
    ["vocab.txt", new Blob([vocabularyText])],
    ["model.safetensors", writeSafetensors(weights)],
  ]);
}
