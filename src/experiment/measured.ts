// Sets of texts that a run's measures are of, and the key of those measures. Pure but for hashing.

import type { SourceConfig } from "../generate/source.ts";
import { needs } from "../generate/sources.ts";
import type { Example } from "../tasks/example.ts";
import { evaluationRows, type NotebookData } from "./notebook.ts";
import { contentKey, productKey } from "./product.ts";
import type { DataKeys } from "./training-basis.ts";

/** Encoder of the embeddings; the paper's is a Sentence-BERT too (footnote 3). */
export const embeddingEncoder = "all-minilm-l6-v2";

/** Examples of a set that are looked at: of more, an even share. */
const most = 10_000;

export interface MeasuredSet {
  readonly name: string;
  readonly examples: readonly Example[];
}

/**
 * Real rows that were never shown to the writer: the task's real training rows where they are there, else the validation and test rows. A source that
 * takes the real training rows themselves is set beside the others: a set beside itself tells nothing.
 */
export function realSet(
  { gold = [], ...data }: Pick<NotebookData, "gold" | "validation" | "test">,
  source: SourceConfig,
): MeasuredSet {
  const own = gold.length > 0 && !needs(source, "gold");
  return { name: "real", examples: evenShare(own ? gold : evaluationRows(data)) };
}

export const syntheticSet = (examples: readonly Example[]): MeasuredSet => ({
  name: "synthetic",
  examples: evenShare(examples),
});

/** The three sets of one run, as the analysis asks for them. */
export function measuredSets(data: NotebookData, source: SourceConfig, synthetic: readonly Example[]) {
  return { real: realSet(data, source), synthetic: [syntheticSet(synthetic)], shown: { name: "shown", examples: data.train } };
}

/** `graph`: id of the graph whose names are counted, null for none. */
export interface Measured {
  readonly run: string;
  readonly source: SourceConfig;
  readonly accepted: number;
  readonly graph: string | null;
  readonly seed: number;
}

/** Names all that the measures of a run follow from. The real training rows are named by their content, the validation and test rows by their keys. */
export async function analysisKey(
  keys: DataKeys,
  data: Pick<NotebookData, "gold" | "validation" | "test">,
  { run, source, accepted, graph, seed }: Measured,
): Promise<string> {
  const gold = async () => (data.gold?.length ? contentKey(realSet(data, source).examples) : 0);
  const real = needs(source, "gold") ? { real: "evaluation" } : { gold: await gold() };
  // Measures of an older version counted each row of such a set twice.
  const once = keys.validation === keys.test ? { evaluation: "once" } : {};
  const own = { accepted, ...real, ...once, encoder: embeddingEncoder, graph, seed };
  return productKey("analysis", [keys.train, keys.validation, keys.test, run], own);
}

/** All of them, or as many as are looked at, at even distances. */
export function evenShare<T>(rows: readonly T[]): readonly T[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)] as T);
}
