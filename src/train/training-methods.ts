// Every way of training that is no set of texts. A new one is a row of the union, a file, and a line here.

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

/** The config with as many rows in a batch as the widest stage puts through the encoder: what memory is reckoned by. */
export const withRowsOf = (training: Training | undefined, config: TrainConfig): TrainConfig =>
  training ? { ...config, batchSize: config.batchSize * methodRow(training).rows } : config;
