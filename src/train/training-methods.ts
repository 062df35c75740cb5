// Every way of training that is no set of texts. A new one is a row of the union, a file, and a line here.

import { variantRow } from "../classifier/variant.ts";
import { kgpc } from "./kgpc.ts";
import { lightner } from "./lightner.ts";
import { seqmix } from "./seqmix.ts";
import { tmix } from "./tmix.ts";
import type { TrainConfig } from "./train-config.ts";
import type { MethodOf, Training, TrainingMethodKind, TrainingMethodRow } from "./training-method.ts";

type Rows = { readonly [K in TrainingMethodKind]: TrainingMethodRow<MethodOf<K>> };

const rows: Rows = { tmix, seqmix, lightner, kgpc };

/** The row of a method's kind, which takes that kind's method alone. */
export const methodRow = ({ method }: Pick<Training, "method">): TrainingMethodRow => rows[method.kind] as TrainingMethodRow;

/** The config with as many rows in a batch as the widest stage puts through the encoder, and with what trains: what memory is reckoned by. */
export function withRowsOf(training: Training | undefined, config: TrainConfig): TrainConfig {
  if (!training) return config;
  const { rows: perExample, batchSize, variant = "plain" } = methodRow(training);
  const { trains } = variantRow(variant);
  const examples = batchSize?.(training.method) ?? config.batchSize;
  return { ...config, batchSize: examples * perExample, ...(trains ? { trains } : {}) };
}
