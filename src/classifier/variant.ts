// Variants of a classifier: another head on its encoder, another part that trains, another input. One row each. Knows no device and no recipe.

import type { Head } from "../nn/heads.ts";
import { labelWordNames } from "../nn/heads.ts";
import type { Trains } from "../nn/trains.ts";
import type { LearnableTask } from "../tasks/task.ts";
import type { WordPiece } from "../text/word-piece.ts";
import type { Weight } from "../weights/weight.ts";
import { wordTable } from "./added-tokens.ts";
import type { Encoder } from "./encoder-files.ts";
import { headOf, outputNames } from "./task-head.ts";

/** `plain`: BERT with its task's head. The others are for tasks with a tag for each word. */
export const variants = ["plain", "lightner", "kgpc"] as const;
export type Variant = (typeof variants)[number];

interface VariantRow {
  head(task: LearnableTask, tokenizer: WordPiece): Head;
  /** Part that trains, whatever the recipe says. */
  readonly trains?: Trains;
  /** Tensors of its head that come from the encoder's own. */
  readonly headWeights?: (encoder: Encoder, task: LearnableTask) => ReadonlyMap<string, Weight>;
  /** Text read behind every input, as the second of a pair. */
  readonly query?: (task: LearnableTask) => string;
  /** Class of transformers that reads the saved weights, where that is another than the task's. */
  readonly architecture?: string;
  /** A sentence on what other programs make of the saved model. */
  readonly leaves?: string;
}

/** Vectors of the prefix and width of its network, as LightNER has them. */
const lightnerPrefix = { length: 10, width: 800 } as const;

const rows: Readonly<Record<Variant, VariantRow>> = {
  plain: { head: (task) => ({ kind: headOf(task), labels: outputNames(task).length }) },
  lightner: {
    head: (task, tokenizer) => ({
      kind: "label-words",
      labels: outputNames(task).length,
      pieces: labelPieces(task, tokenizer).map((ids) => ids.length),
    }),
    trains: { kind: "prefix", ...lightnerPrefix },
    headWeights: labelWordRows,
    architecture: "BertModel",
    leaves:
      "It reads its texts behind a trained prefix, for which transformers has no class: model.safetensors opens there as the frozen encoder alone. " +
      "The ONNX files hold the whole model, and Clinfuse reads both.",
  },
  kgpc: {
    head: (task) => ({ kind: "contrast", labels: outputNames(task).length }),
    query: queryOf,
    leaves:
      "It was trained on pairs of a text and a question: give it this question as the second text of each pair, cut where it takes more than a quarter " +
      "of the pieces that are read.",
  },
};

export const variantRow = (variant: Variant): VariantRow => rows[variant];

/** Sentence on what other programs make of the saved model; undefined where nothing needs to be said. */
export function leavesAs(variant: Variant, task: LearnableTask): string | undefined {
  const { leaves, query } = rows[variant];
  return query && leaves ? `${leaves} "${query(task)}"` : leaves;
}

/** Tells whether a variant can learn a task: all but the plain one tag words. */
export const variantSuits = (variant: Variant, task: LearnableTask): boolean => variant === "plain" || headOf(task) === "token";

/** Question for the task's types of entity, from their names and meanings. */
export function queryOf({ labels }: LearnableTask): string {
  const types = labels.map(({ name, description }) => {
    const means = description.trim().replace(/[.\s]+$/, "");
    return means === "" || means.toLowerCase() === name.toLowerCase() ? name : `${name} (${means})`;
  });
  return `Which words are the name of: ${types.join("; ")}?`;
}

/** Ids of each type's label words: the pieces of its name. */
export function labelPieces({ labels }: LearnableTask, tokenizer: WordPiece): readonly (readonly number[])[] {
  return labels.map(({ name, id }) => {
    const { ids } = tokenizer.pieces(tokenizer.words(name));
    const known = ids.length > 0 ? ids : tokenizer.pieces(tokenizer.words(id)).ids;
    return known.length > 0 ? known : [tokenizer.special.unknown];
  });
}

/** The rows of the encoder's table for each type's label words. */
function labelWordRows(encoder: Encoder, task: LearnableTask): ReadonlyMap<string, Weight> {
  const table = wordTable(encoder);
  if (!table) return new Map(); // whoever fits the weights says what is missing
  const hidden = encoder.config.hiddenSize;
  return new Map(
    labelPieces(task, encoder.tokenizer).map((ids, type): [string, Weight] => {
      const data = new Float32Array(ids.length * hidden);
      for (const [i, id] of ids.entries()) data.set(table.data.subarray(id * hidden, (id + 1) * hidden), i * hidden);
      return [labelWordNames(type).rows, { shape: [ids.length, hidden], data }];
    }),
  );
}
