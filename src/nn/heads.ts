// Heads on BERT's encoder: parameters, logits and loss of each, by transformers' names. Knows no weights.
//
// For training a head takes targets, float32 of the logits' shape with zeros for what is ignored, and scale, float32 [], by which the
// summed loss is multiplied. `multi` takes the labels that are absent too, as `absences`: a row with zeros in both is ignored.

import type { Graph } from "../graph/graph.ts";
import type { Value } from "../graph/ops.ts";
import type { BatchShape, Parameter } from "../graph/parameter.ts";
import { aliasesOf, gelu, layerNorm, linear, type Weight } from "./bert.ts";
import type { BertConfig } from "./bert-config.ts";
import type { Dropout } from "./dropout.ts";
import { binaryCrossEntropy, crossEntropy } from "./loss.ts";

export type Head =
  /** One of the labels for every token (BertForTokenClassification). */
  | { readonly kind: "token"; readonly labels: number }
  /** One of the labels for the whole input, one text or two, from its first token (BertForSequenceClassification). */
  | { readonly kind: "single"; readonly labels: number }
  /** Each label or not, for the whole input. */
  | { readonly kind: "multi"; readonly labels: number }
  /** The piece that stood at each masked token; its decoder is the table of word embeddings (BertForMaskedLM). */
  | { readonly kind: "masked" };

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
    case "token": {
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
    default:
      return head satisfies never;
  }
}

/** Appends the inputs that say what was asked for. */
export function headLoss(g: Graph, head: Head, logits: Value): Value {
  const targets = g.input("targets", "float32", logits.shape);
  const scale = g.input("scale", "float32", []);
  if (head.kind !== "multi") return crossEntropy(g, logits, targets, scale);
  return binaryCrossEntropy(g, logits, targets, g.input("absences", "float32", logits.shape), scale);
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
      return dense("classifier", head.labels);
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
