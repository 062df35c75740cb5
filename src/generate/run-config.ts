// Everything that decides what a run writes. Its id is the hash of this without the size: the same choices resume, a larger size extends.

import { canonicalJson, sha256 } from "../base/hash.ts";
import type { Sampling } from "../engines/language-model.ts";

export type MethodId = "clingen" | "zerogen"; // demogen and progen join with the arena

export interface RunConfig {
  readonly task: string; // task id
  readonly method: MethodId;
  /** Engine and model, as LanguageModel.id. */
  readonly model: string;
  readonly seed: number;
  /** Accepted examples wanted. */
  readonly size: number;
  readonly sampling: Sampling;
  /**
   * `shuffled`: three, drawn anew for each prompt, after the listing (released code). `fixed`: the same ones in a prefix that all
   * requests share, which an engine's cache serves. `none`: the listing alone (ZeroGen).
   */
  readonly demonstrations: "shuffled" | "fixed" | "none";
  /** Who marks entities: the model (paper), or the graph: the topic and every name that it knows, and nothing else. */
  readonly annotation: "model" | "graph";
  /** Whether the engine is held to the task's grammar. */
  readonly grammar: boolean;
  /** Hashes of the few-shot examples and of the knowledge: the same config over other inputs is another run. */
  readonly examples: string;
  readonly knowledge: string;
}

/** 16 hex digits. */
export async function runId(config: RunConfig): Promise<string> {
  const { size: _, ...rest } = config;
  return (await sha256(canonicalJson(rest))).slice(0, 16);
}
