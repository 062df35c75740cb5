// Every source of training data that there is. A new one is a file, a row here, and the rows that the compiler asks for then.

import type { Task } from "../tasks/task.ts";
import type { TrainingMethod } from "../train/training-method.ts";
import { backTranslation } from "./back-translation.ts";
import { clingen } from "./clingen.ts";
import { conditionalMlm } from "./conditional-mlm.ts";
import { demogen } from "./demogen.ts";
import { gold } from "./gold.ts";
import { inContext } from "./in-context.ts";
import { kgpc } from "./kgpc.ts";
import { lightner } from "./lightner.ts";
import { melm } from "./melm.ts";
import { none } from "./none.ts";
import { progen } from "./progen.ts";
import { seqmix } from "./seqmix.ts";
import type { ConfigOf, Need, Source, SourceConfig, SourceKind, Steered, Writer } from "./source.ts";
import { tmix } from "./tmix.ts";
import { wordSubstitution } from "./word-substitution.ts";
import { zerogen } from "./zerogen.ts";

type Sources = { readonly [K in SourceKind]: Source<ConfigOf<K>> };

/** In the order in which a page offers them. */
export const sources: Sources = {
  clingen,
  zerogen,
  demogen,
  progen,
  "word-substitution": wordSubstitution,
  "back-translation": backTranslation,
  tmix,
  seqmix,
  kgpc,
  lightner,
  "conditional-mlm": conditionalMlm,
  melm,
  none,
  gold,
  "in-context": inContext,
};

export const sourceKinds = Object.keys(sources) as readonly SourceKind[];

/** The row of a config's kind, which takes that kind's config alone. */
export function sourceOf({ kind }: Pick<SourceConfig, "kind">): Source {
  return sources[kind] as Source;
}

/** Tells whether a source works for tasks of this shape and family. */
export function suits({ kind }: Pick<SourceConfig, "kind">, { shape, family }: Pick<Task, "shape" | "family">): boolean {
  const { shapes, families } = sourceOf({ kind });
  return (shapes?.includes(shape) ?? true) && (families?.includes(family) ?? true);
}

export function needs(config: SourceConfig, need: Need): boolean {
  return sourceOf(config).needs(config).includes(need);
}

/** Undefined for a source that no language model writes. */
export function writerOf(config: SourceConfig): Writer | undefined {
  return "writer" in config ? config.writer : undefined;
}

/** The way of training that a source is; undefined for one whose examples are trained on as usual. */
export function trainingMethodOf(config: SourceConfig): TrainingMethod | undefined {
  return sourceOf(config).training?.(config);
}

/** The config of a source that works with knowledge; undefined for another. */
export function steeredOf(config: SourceConfig): Steered | undefined {
  return "topics" in config ? config : undefined;
}

/** The same source with another writer; one without a writer is returned unchanged. */
export function withWriter(config: SourceConfig, change: Partial<Writer>): SourceConfig {
  return "writer" in config ? { ...config, writer: { ...config.writer, ...change } } : config;
}
