// Scores that the paper reports, Tables 6 to 8: the main metric of each data set, in percent. Copied facts, never computed here.

import type { SourceConfig, SourceKind } from "../generate/source.ts";
import type { TopicOrigin } from "../knowledge/gather.ts";

/** Rows of Tables 6 to 8, in their order. DA-Transformer is MELM for token classification. */
export const paperRows = [
  "full",
  "few",
  "word-substitution",
  "back-translation",
  "mixup",
  "transformer",
  "lightner",
  "kgpc",
  "zerogen",
  "demogen",
  "progen",
  "clingen-kg",
  "clingen-llm",
] as const;

export type PaperRow = (typeof paperRows)[number];

/** Rows that the paper did not compute: it copied them from the paper of KGPC, whose encoders are others. */
const copiedRows: ReadonlySet<PaperRow> = new Set(["lightner", "kgpc"]);

/** Tells whether the paper copied a row, and computed nothing of it. */
export const isCopied = (row: PaperRow): boolean => copiedRows.has(row);

/** Encoders of the paper: PubMedBERT Base and Large. */
export type PaperScale = "base" | "large";

/** Columns of `reported`. */
const columns = [
  "litcovid",
  "hoc",
  "cdr",
  "gad",
  "chemprot",
  "mediqa-rqe",
  "mediqa-nli",
  "mednli",
  "pubhealth",
  "healthver",
  "mqp",
  "bc5cdr-disease",
  "bc5cdr-chemical",
  "ncbi-disease",
  "chemdner",
  "casi",
];

type Columns = readonly (number | undefined)[];
const none = undefined;

const reported: Readonly<Record<PaperScale, Readonly<Record<PaperRow, Columns>>>> = {
  base: {
    full: [71.7, 82.32, 71.96, 83.81, 76.24, 77.15, 79.01, 81.43, 62.96, 68.02, 75.7, 85.83, 91.98, 88.71, 92.14, none],
    few: [24.08, 13.13, 46.61, 51.53, 33.54, 57.51, 40, 36.4, 23.7, 30.49, 55.7, 30.51, 53.48, 37.74, 35.92, 40.77],
    "word-substitution": [
      36.49, 44.98, 43.16, 39.45, 31.82, 58.6, 50.24, 56.4, 17.64, 34.02, 54.4, 37.32, 57.34, 43.5, 39.03, 43.64,
    ],
    "back-translation": [39.7, 54.78, none, none, none, 59.16, 49.92, 53.82, 23.32, 32.76, 55.8],
    mixup: [40.82, 49.35, 43.03, 51.62, 35.45, 57.71, 49.38, 53.47, 24.45, 33.78, 58.2, 39.23, 57.41, 36.07, 36.1, 45.43],
    transformer: [39.86, 42.18, 51.77, 52.16, 38.73, ...[none, none, none, none, none, none], 37.42, 57.29, 41.91, 42.38, 40.8],
    lightner: [...new Array<undefined>(11), 36.2, none, 42.78],
    kgpc: [...new Array<undefined>(11), 51.05, none, 52.15],
    zerogen: [50.5, 67.9, 54.57, 82.49, 54.46, 63.28, 52.89, 57.71, 31.5, 33.5, 68.35, 45.91, 77.73, 50.6, 53.63, 51.11],
    demogen: [57.65, 70.52, 60.01, 86.18, 56.18, 66.56, 56.29, 58.56, 35.4, 36.5, 70.85, 54.81, 78.94, 53.02, 53.88, 57.49],
    progen: [58.06, 72.25, 59.8, 87.75, 54.15, 65.94, 57.28, 59.49, 33.1, 35.97, 69.3, 55.5, 79.48, 54.73, 52.26, 58.16],
    "clingen-kg": [58.01, 76.28, 61.75, 88.24, 57.04, 74.85, 58.03, 61.8, 36.8, 42.06, 72.17, 60.75, 79.86, 59.47, 56.94, 68.32],
    "clingen-llm": [59.22, 76.42, 63.34, 85.61, 61.22, 72.4, 64.44, 64.89, 40.6, 42.32, 73.31, 61.03, 80.87, 55.95, 54.84, 67.48],
  },
  large: {
    full: [74.59, 85.53, 73.57, 86.81, 78.55, 81.1, 82.89, 83.96, 63.45, 75.01, 78.8, 86.34, 92.87, 89.02, 92.35, none],
    few: [22.59, 13.13, 51.99, 70.25, 35.8, 63.79, 47.4, 38.8, 27.2, 33.8, 59.73, 32.79, 57.69, 42.35, 38.5, 43.08],
    "word-substitution": [
      37.2, 50.78, 45.5, 50.53, 37.01, 64.26, 51.2, 57.53, 31.6, 32.29, 55.3, 38.69, 58.91, 48.7, 40.36, 45.09,
    ],
    "back-translation": [40.5, 61.46, none, none, none, 65.52, 51.43, 58.21, 30.5, 32.21, 56.4],
    mixup: [40.03, 53.45, 54.53, 60.52, 37.87, 64.1, 50.91, 57.03, 30.78, 31.42, 58.5, 40.82, 60.14, 45.2, 40.61, 46.04],
    transformer: [38.95, 49.86, 38.93, 58.76, 40.66, ...[none, none, none, none, none, none], 37.06, 59.56, 49.94, 41.18, 44.54],
    lightner: [],
    kgpc: [],
    zerogen: [52.86, 70.16, 56.06, 83.78, 55.71, 67.26, 60.74, 62.42, 33.3, 38.9, 72.69, 46.59, 79.49, 51.61, 53.45, 52.69],
    demogen: [56.29, 73.65, 60.39, 85.69, 59.88, 69.22, 62.97, 64.55, 36.8, 40.57, 74.37, 53.12, 80.99, 58.1, 53.51, 61.83],
    progen: [54.71, 75.31, 60.6, 88.29, 58.79, 67.82, 60.98, 63.15, 36.37, 40.89, 74.89, 57.07, 80.62, 57.55, 54.63, 60.28],
    "clingen-kg": [55.81, 77.71, 62.66, 91.62, 60.12, 79.92, 63.59, 69.19, 41.26, 43.64, 75.82, 61.21, 81.88, 63.26, 55.56, 70.3],
    "clingen-llm": [
      57.07, 78.14, 64.99, 90.39, 63.05, 77.36, 64.69, 69.46, 43.31, 44.12, 76.21, 63.15, 82.29, 60.64, 55.37, 69.15,
    ],
  },
};

/** The main metric in [0, 1]; undefined where the tables have no number. */
export function paperScore(task: string, row: PaperRow, scale: PaperScale = "base"): number | undefined {
  const percent = reported[scale][row][columns.indexOf(task)];
  return percent === undefined ? undefined : percent / 100;
}

type RowOf = { readonly [K in SourceKind]: (config: Extract<SourceConfig, { kind: K }>) => PaperRow | undefined };

/** Table 3's ablations are no rows of these tables. */
const clingenRows: Readonly<Partial<Record<TopicOrigin, PaperRow>>> = { kg: "clingen-kg", llm: "clingen-llm" };

/** The row of each source; undefined for one that the tables do not have. */
const rows: RowOf = {
  none: () => "few",
  gold: () => "full",
  zerogen: () => "zerogen",
  demogen: () => "demogen",
  progen: () => "progen",
  "word-substitution": () => "word-substitution",
  "back-translation": () => "back-translation",
  tmix: () => "mixup",
  seqmix: () => "mixup",
  kgpc: () => "kgpc",
  lightner: () => "lightner",
  "conditional-mlm": () => "transformer",
  melm: () => "transformer",
  "in-context": () => undefined, // Table 2 has it
  clingen: ({ topics, styles }) => (styles === "none" ? undefined : clingenRows[topics]),
};

export function paperRowOf(config: SourceConfig): PaperRow | undefined {
  return (rows[config.kind] as (config: SourceConfig) => PaperRow | undefined)(config);
}
