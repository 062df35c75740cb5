// Heads on BERT's encoder: parameters, logits and loss of each, by transformers' names. Knows no weights.
//
// For training a head takes targets, float32 of the logits' shape with zeros for what is ignored, and scale, float32 [], by which the
// summed loss is multiplied. `multi` takes the labels that are absent too, as `absences`: a row with zeros in both is ignored. `contrast` takes
// `query_tokens`, `entity_words` and `other_words`, float32 [batch, tokens]: shares of each token in the query's mean, and each word's weight in the
// contrast.

import type { Graph } from "../graph/graph.ts";
import type { Value } from "../graph/ops.ts";
import type { BatchShape, Parameter } from "../graph/parameter.ts";
import { aliasesOf, gelu, layerNorm, linear, type Weight } from "./bert.ts";
import type { BertConfig } from "./bert-config.ts";
import type { Dropout } from "./dropout.ts";
import { binaryCrossEntropy, crossEntropy, queryContrast } from "./loss.ts";
import { labelWords } from "./trains.ts";

export type Head =
  /** One of the labels for every token (BertForTokenClassification). */
  | { readonly kind: "token"; readonly labels: number }
  /** One of the labels for the whole input, one text or two, from its first token (BertForSequenceClassification). */
  | { readonly kind: "single"; readonly labels: number }
  /** Each label or not, for the whole input. */
  | { readonly kind: "multi"; readonly labels: number }
  /** The piece that stood at each masked token; its decoder is the table of word embeddings (BertForMaskedLM). */
  | { readonly kind: "masked" }
  /**
   * BIO tags of a type by its label words, in the place of a random head (LightNER): logit of a token's B or I is its state times the words' mean in
   * the frozen table, by fixed weights, plus a trained offset; O has a trained vector. `pieces`: so many of each type.
   */
  | { readonly kind: "label-words"; readonly labels: number; readonly pieces: readonly number[] }
  /** `token`, and beside its loss the contrast of a query's mean with the sentence's words (KGPC). */
  | { readonly kind: "contrast"; readonly labels: number };

/** Heads whose logits are one for each token. */
export const perToken: Readonly<Record<Head["kind"], boolean>> = {
  token: true,
  single: false,
  multi: false,
  masked: true,
  "label-words": true,
  contrast: true,
};

export interface HeadBuild {
  readonly g: Graph;
  readonly config: BertConfig;
  readonly shape: BatchShape;
  readonly weight: Weight;
  readonly dropout: Dropout;
}

export interface HeadLogits {
  /** [batch, tokens, labels], [batch, labels], or [batch, tokens, vocabulary]. */
  readonly logits: Value;
  /** Tables of the encoder that the head reads once more, by name: the values whose gradient is dense. */
  readonly tied: Readonly<Record<string, Value>>;
}

const table = "bert.embeddings.word_embeddings.weight";
const transform = "cls.predictions.transform";

/** `hidden` is the encoder's, [batch * tokens, hidden]. */
export function headLogits(build: HeadBuild, head: Head, hidden: Value): HeadLogits {
  const { g, config, shape, weight, dropout } = build;
  const { batch, tokens } = shape;
  switch (head.kind) {
    case "token":
    case "contrast": {
      const logits = linear(g, weight, "classifier", dropout(hidden));
      return { logits: g.apply("Reshape", [logits], { shape: [batch, tokens, head.labels] }), tied: {} };
    }
    case "single":
    case "multi": {
      const sequences = g.apply("Reshape", [hidden], { shape: [batch, tokens, config.hiddenSize] });
      const first = g.apply("Slice", [sequences], { axis: 1, start: 0, end: 1 }); // [batch, 1, hidden], of [CLS]
      const flat = g.apply("Reshape", [first], { shape: [batch, config.hiddenSize] });
      const pooled = g.apply("Tanh", [linear(g, weight, "bert.pooler.dense", flat)]);
      return { logits: linear(g, weight, "classifier", dropout(pooled)), tied: {} };
    }
    case "masked": {
      const inner = gelu(g, linear(g, weight, `${transform}.dense`, hidden));
      const normal = layerNorm(g, config, weight, `${transform}.LayerNorm`, inner);
      // Another value than the table itself, whose rows' gradients come on their own.
      const decoder = g.apply("Reshape", [weight(table)], { shape: [config.vocabSize, config.hiddenSize] });
      const flat = g.apply("Gemm", [normal, decoder, weight("cls.predictions.bias")], { transA: false, transB: true });
      return {
        logits: g.apply("Reshape", [flat], { shape: [batch, tokens, config.vocabSize] }),
        tied: { [table]: decoder },
      };
    }
    case "label-words": {
      const tags = g.apply("Gemm", [dropout(hidden), tagVectors(build, head.pieces), null], { transA: false, transB: true });
      return { logits: g.apply("Reshape", [tags], { shape: [batch, tokens, head.labels] }), tied: {} };
    }
    default:
      return head satisfies never;
  }
}

/** A vector for each BIO tag, [1 + 2 types, hidden]: O, then B and I of each type. */
function tagVectors({ g, config, weight }: HeadBuild, pieces: readonly number[]): Value {
  const types = pieces.map((count, type) => {
    const shares = g.apply("Softmax", [g.apply("Reshape", [weight(labelWordNames(type).weights)], { shape: [1, count] })]);
    const word = g.apply("MatMul", [shares, weight(labelWordNames(type).rows)]); // [1, hidden]
    return g.apply("Add", [weight("prompt.offset"), word]); // [2, hidden]
  });
  const outside = g.apply("Reshape", [weight("prompt.outside")], { shape: [1, config.hiddenSize] });
  return g.apply("Concat", [outside, ...types], { axis: 0 });
}

/** Tensors of a type's label words: their rows of the table of word embeddings, [pieces, hidden], and the weights of their mean, [pieces]. */
export const labelWordNames = (type: number) => ({
  rows: `${labelWords}${type}.embeddings`,
  weights: `${labelWords}${type}.weight`,
});

/** Appends the inputs that say what was asked for. `hidden` is what the logits were made of. */
export function headLoss(g: Graph, head: Head, logits: Value, hidden: Value): Value {
  const targets = g.input("targets", "float32", logits.shape);
  const scale = g.input("scale", "float32", []);
  switch (head.kind) {
    case "multi":
      return binaryCrossEntropy(g, logits, targets, g.input("absences", "float32", logits.shape), scale);
    case "contrast":
      return g.apply("Add", [crossEntropy(g, logits, targets, scale), contrastOf(g, logits, hidden)]);
    case "token":
    case "single":
    case "masked":
    case "label-words":
      return crossEntropy(g, logits, targets, scale);
    default:
      return head satisfies never;
  }
}

/** A word is its first piece's state, and its score that times the mean of the query's states. */
function contrastOf(g: Graph, logits: Value, hidden: Value): Value {
  const [batch, tokens] = logits.shape as readonly [number, number];
  const shared = (name: string) => g.input(name, "float32", [batch, tokens]);
  const states = g.apply("Reshape", [hidden], { shape: [batch, tokens, hidden.shape[1] as number] });
  const shares = g.apply("Reshape", [shared("query_tokens")], { shape: [batch, tokens, 1] });
  const query = g.apply("MatMul", [g.apply("Transpose", [states], { perm: [0, 2, 1] }), shares]); // [batch, hidden, 1]
  const scores = g.apply("Reshape", [g.apply("MatMul", [states, query])], { shape: [batch, tokens] });
  return queryContrast(g, scores, shared("entity_words"), shared("other_words"));
}

/** New where the checkpoint lacks them: weights drawn as BERT draws its own, biases zero. A masked head's must be there. */
export function headParameters(config: BertConfig, head: Head): Parameter[] {
  const { hiddenSize, initializerRange } = config;
  const dense = (name: string, out: number): Parameter[] => [
    { name: `${name}.weight`, shape: [out, hiddenSize], aliases: [], missing: { deviation: initializerRange } },
    { name: `${name}.bias`, shape: [out], aliases: [], missing: "zeros" },
  ];
  switch (head.kind) {
    case "token":
    case "contrast":
      return dense("classifier", head.labels);
    case "label-words":
      return [
        ...head.pieces.flatMap((count, type): Parameter[] => [
          { name: labelWordNames(type).rows, shape: [count, hiddenSize], aliases: [], missing: "error" },
          { name: labelWordNames(type).weights, shape: [count], aliases: [], missing: { low: 1, high: 2.5 } }, // as LightNER draws them
        ]),
        { name: "prompt.outside", shape: [hiddenSize], aliases: [], missing: { deviation: initializerRange } },
        { name: "prompt.offset", shape: [2, hiddenSize], aliases: [], missing: { deviation: initializerRange } },
      ];
    case "single":
    case "multi": {
      const pooler = dense("bert.pooler.dense", hiddenSize);
      return [
        ...pooler.map((p) => ({ ...p, aliases: aliasesOf(p.name.slice("bert.".length)) })),
        ...dense("classifier", head.labels),
      ];
    }
    case "masked":
      return [
        [`${transform}.dense.weight`, [hiddenSize, hiddenSize]] as const,
        [`${transform}.dense.bias`, [hiddenSize]] as const,
        [`${transform}.LayerNorm.weight`, [hiddenSize]] as const,
        [`${transform}.LayerNorm.bias`, [hiddenSize]] as const,
        ["cls.predictions.bias", [config.vocabSize]] as const,
      ].map(([name, shape]) => ({ name, shape, aliases: [...aliasesOf(name).slice(1), ...decoderBias(name)], missing: "error" }));
    default:
      return head satisfies never;
  }
}

/** Some checkpoints keep it by the decoder alone. */
const decoderBias = (name: string) => (name === "cls.predictions.bias" ? ["cls.predictions.decoder.bias"] : []);
