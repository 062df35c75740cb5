// Numbers of the paper's Tables 3, 9 and 10, and what is known to be wrong or unclear in its tables. Copied facts, never computed here.

import type { SourceConfig } from "../generate/source.ts";
import type { TopicOrigin } from "../knowledge/gather.ts";
import { isCopied, type PaperRow } from "./paper-numbers.ts";

interface Ablations {
  /** Without styles, by the origin of the topics. */
  readonly styles: Readonly<Partial<Record<TopicOrigin, number>>>;
  /** Without topics: the same whatever their origin. */
  readonly topics: number;
}

/** Table 3, in percent. */
const ablations: Readonly<Record<string, Ablations>> = {
  hoc: { styles: { kg: 73.25, llm: 74.4 }, topics: 70.86 },
  cdr: { styles: { kg: 59.1, llm: 60.15 }, topics: 58.51 },
  "mediqa-rqe": { styles: { kg: 67.21, llm: 66.5 }, topics: 69.86 },
  "ncbi-disease": { styles: { kg: 57.97, llm: 54.7 }, topics: 55.09 },
};

/** The main metric in [0, 1] of an ablation of ClinGen; undefined for what Table 3 does not have. */
export function paperAblation(task: string, source: SourceConfig): number | undefined {
  if (source.kind !== "clingen") return undefined;
  const of = ablations[task];
  const { topics, styles } = source;
  const without = styles === "none";
  const percent = topics === "none" ? (without ? undefined : of?.topics) : without ? of?.styles[topics] : undefined;
  return percent === undefined ? undefined : percent / 100;
}

/** Table 9's "best baseline" is the one with the best mean. */
type SeedRow = "best-baseline" | "clingen-kg" | "clingen-llm";

/** Table 9, in percent: a value a seed. */
const seedValues: Readonly<Record<string, Readonly<Record<SeedRow, readonly number[]>>>> = {
  hoc: { "best-baseline": [70.04, 75.3, 71.41], "clingen-kg": [74.3, 79.73, 74.81], "clingen-llm": [77.3, 73.63, 78.33] },
  cdr: { "best-baseline": [61.52, 60.69, 57.82], "clingen-kg": [61.66, 63.77, 59.79], "clingen-llm": [63.34, 64.66, 62.02] },
  "mediqa-rqe": { "best-baseline": [68.3, 64.2, 67.18], "clingen-kg": [76.85, 71.8, 75.9], "clingen-llm": [74.5, 71.19, 71.51] },
  "ncbi-disease": {
    "best-baseline": [56.12, 54.19, 53.85],
    "clingen-kg": [60.22, 60.64, 57.52],
    "clingen-llm": [54.51, 57.81, 55.5],
  },
};

/** The baselines that Table 9 does not name, by their means in Tables 6 to 8. */
const bestBaselines: Readonly<Record<string, PaperRow>> = {
  hoc: "progen",
  cdr: "demogen",
  "mediqa-rqe": "demogen",
  "ncbi-disease": "progen",
};

/** The main metric in [0, 1], seed by seed; undefined for what Table 9 does not have. */
export function paperSeeds(task: string, row: PaperRow): readonly number[] | undefined {
  const of = seedValues[task];
  const name = bestBaselines[task] === row ? "best-baseline" : row;
  return name in (of ?? {}) ? of?.[name as SeedRow]?.map((percent) => percent / 100) : undefined;
}

type CostRow = "in-context" | "demogen" | "clingen-kg" | "clingen-llm";

const costColumns = ["hoc", "gad", "chemprot", "mediqa-rqe", "pubhealth", "ncbi-disease", "casi"];

/** Table 10: dollars for 1,000 samples; of in-context inference for 1,000 test items. */
const costs: Readonly<Record<CostRow, readonly number[]>> = {
  "in-context": [1.09, 1.05, 5.75, 2.15, 2.8, 0.9, 1.3],
  demogen: [0.59, 0.66, 1.35, 0.81, 0.92, 1.12, 1.28],
  "clingen-kg": [0.65, 0.73, 1.47, 0.86, 1.01, 1.41, 1.55],
  "clingen-llm": [0.72, 0.84, 1.51, 0.9, 1.34, 1.49, 1.62],
};

/** Dollars of the paper's API for 1,000 tokens, read or written: its price in spring 2023. */
export const apiPrice = 0.002;

/** Dollars for 1,000 samples as Table 10 has them. `row` is the source's in Tables 6 to 8; in-context inference has none there. */
export function paperCost(task: string, source: Pick<SourceConfig, "kind">, row: PaperRow | undefined): number | undefined {
  const name = source.kind === "in-context" ? source.kind : row;
  return name !== undefined && name in costs ? costs[name as CostRow][costColumns.indexOf(task)] : undefined;
}

/** Errata of single numbers, by task and row. */
const errata: Readonly<Record<string, Readonly<Partial<Record<PaperRow, string>>>>> = {
  hoc: {
    full: "Equal to the published score of PubMedBERT on whole abstracts, so probably copied: the test set here is of sentences.",
    few: "The same for PubMedBERT Base and Large: it looks like a constant answer.",
  },
};

/** A sentence about a number of the paper that is not to be read as it stands; undefined where nothing is known against it. */
export function paperErratum(task: string, row: PaperRow): string | undefined {
  if (isCopied(row)) return "Copied by the paper from KGPC's paper, which used other models.";
  return errata[task]?.[row];
}
