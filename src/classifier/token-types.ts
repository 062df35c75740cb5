// A second type of token, for the second text of a pair, of an encoder that knows one. Knows no task and no device.

import { aliasesOf } from "../nn/bert.ts";
import { oneTypeRemark } from "../nn/bert-config.ts";
import type { Weight } from "../weights/weight.ts";
import type { Encoder } from "./encoder-files.ts";

const table = "bert.embeddings.token_type_embeddings.weight";

/** The encoder with at least two types: a second one begins as a copy of the first, so that texts read as they did. */
export function withTwoTypes(encoder: Encoder): Encoder {
  const { config, configJson, weights, remarks } = encoder;
  if (config.typeVocabSize > 1) return encoder;
  const name = [table, ...aliasesOf(table.slice("bert.".length))].find((alias) => weights.has(alias));
  const one = name === undefined ? undefined : weights.get(name);
  if (name === undefined || one?.data.length !== config.hiddenSize) return encoder; // whoever fits the weights says what is wrong
  const data = new Float32Array(2 * one.data.length);
  data.set(one.data);
  data.set(one.data, one.data.length);
  return {
    ...encoder,
    config: { ...config, typeVocabSize: 2 },
    configJson: { ...configJson, type_vocab_size: 2 },
    weights: new Map<string, Weight>(weights).set(name, { shape: [2, config.hiddenSize], data }),
    remarks: [...remarks, ...oneTypeRemark(config)],
  };
}
