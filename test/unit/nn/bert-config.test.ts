// Files config.json that describe a BERT that we can build, and the words for the others.

import { describe, expect, it } from "vitest";
import { readBertConfig } from "../../../src/nn/bert-config.ts";

/** As PubMedBERT Base's config.json has it: no model_type of its own for the fields that have defaults. */
const base = {
  model_type: "bert",
  vocab_size: 30522,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  max_position_embeddings: 512,
  type_vocab_size: 2,
};

describe("readBertConfig", () => {
  it("reads the sizes, and BERT's defaults where they are not said", () => {
    expect(readBertConfig({ ...base, hidden_act: "gelu", architectures: ["BertForMaskedLM"] })).toEqual({
      ok: true,
      config: {
        vocabSize: 30522,
        hiddenSize: 768,
        layers: 12,
        heads: 12,
        intermediateSize: 3072,
        maxPositions: 512,
        typeVocabSize: 2,
        layerNormEpsilon: 1e-12,
        initializerRange: 0.02,
      },
    });
  });

  it.each([
    [null, "config.json is not an object"],
    [[], "config.json is not an object"],
    [{ ...base, model_type: "roberta" }, 'model_type is "roberta", not "bert"'],
    [{ ...base, hidden_act: "relu" }, 'hidden_act is "relu", not "gelu"'],
    [{ ...base, position_embedding_type: "relative_key" }, 'position_embedding_type is "relative_key", not "absolute"'],
    [{ ...base, hidden_size: undefined }, "hidden_size is absent, not a whole number above 0"],
    [{ ...base, num_hidden_layers: 0 }, "num_hidden_layers is 0, not a whole number above 0"],
    [{ ...base, vocab_size: "30522" }, 'vocab_size is "30522", not a whole number above 0'],
    [{ ...base, num_attention_heads: 7 }, "hidden_size 768 is no multiple of num_attention_heads 7"],
    [{ ...base, layer_norm_eps: -1 }, "layer_norm_eps is -1, not a number between 0 and 1"],
  ])("says why it cannot build %j", (json, why) => {
    expect(readBertConfig(json)).toEqual({ ok: false, why });
  });
});
