// The config of a run: everything that decides what it writes, and its id. Reads the form of 0.1.0 as well. Knows no store.

import { canonicalJson, sha256 } from "../base/hash.ts";
import type { Sampling } from "../engines/language-model.ts";
import type { TaskRef } from "../tasks/catalogue.ts";
import type { ConfigOf, SourceConfig, SourceKind, Writer } from "./source.ts";

export interface RunConfig {
  readonly task: TaskRef;
  readonly source: SourceConfig;
  /** Task.wording, of prompts that changed since. */
  readonly wording?: number;
  readonly seed: number;
  /** Accepted examples wanted. */
  readonly size: number;
  /** Hashes of the real examples and of the knowledge: the same config over other inputs is another run. */
  readonly examples: string;
  readonly knowledge: string;
  /** The day that the model's chat template is told, where it asks: that of the first opening, so that a run goes on as it began. Not in the id. */
  readonly date?: string;
}

/** The form of Clinfuse 0.1.0: one flat record, whatever the method. */
export interface FlatRunConfig {
  readonly task: string;
  readonly method: "clingen" | "zerogen";
  readonly model: string;
  readonly seed: number;
  readonly size: number;
  readonly sampling: Sampling;
  readonly demonstrations: Writer["demonstrations"];
  readonly annotation: "model" | "graph";
  readonly grammar: boolean;
  readonly examples: string;
  readonly knowledge: string;
}

/**
 * A stored config in the present form. The flat form did not say where topics and styles came from. The graph and the paper stand for
 * them here: a run depends on the knowledge itself, not on its origin.
 */
export function upgradedConfig(stored: RunConfig | FlatRunConfig): RunConfig {
  if (!("method" in stored)) return stored;
  const { task, method, seed, size, examples, knowledge, annotation, model, sampling, demonstrations, grammar } = stored;
  const writer = { model, sampling, demonstrations, grammar };
  const source: SourceConfig =
    method === "clingen"
      ? { kind: method, topics: "kg", styles: "paper", marks: annotation, writer }
      : { kind: method, writer, ...(annotation === "graph" ? { marks: annotation } : {}) };
  return { task, source, seed, size, examples, knowledge };
}

type Hashed = { readonly [K in SourceKind]: (source: ConfigOf<K>) => object };

/** Fields of a source that enter the id. The kinds of 0.1.0 keep its flat form, so that its runs are found again. */
const hashed: Hashed = {
  none: (source) => ({ source }),
  gold: (source) => ({ source }),
  demogen: (source) => ({ source }),
  "word-substitution": (source) => ({ source }),
  "back-translation": (source) => ({ source }),
  tmix: (source) => ({ source }),
  seqmix: (source) => ({ source }),
  kgpc: (source) => ({ source }),
  lightner: (source) => ({ source }),
  "conditional-mlm": (source) => ({ source }),
  melm: (source) => ({ source }),
  "in-context": (source) => ({ source }),
  progen: (source) => ({ source }),
  zerogen: ({ kind, writer, marks = "model" }) => ({ method: kind, annotation: marks, ...writer }),
  clingen: ({ kind, writer, marks, topics, styles, draws }) => ({
    method: kind,
    annotation: marks,
    ...writer,
    // Origins of 0.1.0 have no part in it: the knowledge itself has. The later ones change how a prompt draws from it.
    ...(topics === "both" || topics === "none" ? { topics } : {}),
    ...(styles === "none" ? { styles } : {}),
    ...(draws === "deficit" ? { draws } : {}),
  }),
};

/** 16 hex digits: the hash of the config without its size and its day. The same choices resume; a larger size extends. */
export async function runId(config: RunConfig): Promise<string> {
  const { size: _, date: __, source, ...rest } = config;
  const row = hashed[source.kind] as (source: SourceConfig) => object;
  return (await sha256(canonicalJson({ ...rest, ...row(source) }))).slice(0, 16);
}
