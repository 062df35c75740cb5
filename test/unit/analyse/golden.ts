// Golden values of test/fixtures/analyse/make.py: numpy, scipy, scikit-learn, statsmodels and nltk.

import { readFileSync } from "node:fs";

export interface Golden {
  readonly x: readonly (readonly number[])[];
  readonly y: readonly (readonly number[])[];
  readonly cmd: { readonly unit: readonly number[]; readonly unscaled: readonly number[] };
  readonly aps: number;
  readonly vendi: { readonly x: number; readonly y: number; readonly few: number };
  readonly nearest: readonly number[];
  readonly texts: readonly (readonly string[])[];
  readonly bleu: readonly number[];
  readonly mcnemar: readonly {
    readonly table: readonly [readonly [number, number], readonly [number, number]];
    readonly p: number;
  }[];
  readonly holm: { readonly p: readonly number[]; readonly corrected: readonly number[] };
  readonly binomial: readonly { readonly n: number; readonly k: number; readonly p: number; readonly tail: number }[];
}

export const golden = JSON.parse(readFileSync(new URL("../../fixtures/analyse/golden.json", import.meta.url), "utf8")) as Golden;
