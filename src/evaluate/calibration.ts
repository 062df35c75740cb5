// Calibration (Guo et al. 2017): how often a model is right among the answers that it is so sure of. Knows no model.

import { wilson } from "../base/stats.ts";

/** An answer with its probability, as the model has it. */
export interface Sure {
  readonly probability: number;
  readonly right: boolean;
}

export interface CalibrationBin {
  /** Probabilities in (from, to]; the first holds 0 too. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean probability; 0 in an empty bin. */
  readonly sure: number;
  /** Share of right answers, with its 95 % interval; 0 in an empty bin. */
  readonly right: number;
  readonly low: number;
  readonly high: number;
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: the bins' distances between `sure` and `right`, by their counts. */
  readonly error: number;
  readonly count: number;
}

/** Bins of equal width. Undefined without answers. */
export function calibration(answers: readonly Sure[], bins = 10): Calibration | undefined {
  if (answers.length === 0) return undefined;
  const members = Array.from({ length: bins }, (): Sure[] => []);
  for (const answer of answers) members[Math.min(bins, Math.max(1, Math.ceil(answer.probability * bins))) - 1]?.push(answer);
  const found = members.map((of, i): CalibrationBin => {
    const edges = { from: i / bins, to: (i + 1) / bins };
    if (of.length === 0) return { ...edges, count: 0, sure: 0, right: 0, low: 0, high: 0 };
    const sure = of.reduce((sum, { probability }) => sum + probability, 0) / of.length;
    const hits = of.filter(({ right }) => right).length;
    return { ...edges, count: of.length, sure, right: hits / of.length, ...wilson(hits, of.length) };
  });
  const error = found.reduce((sum, { count, sure, right }) => sum + count * Math.abs(sure - right), 0) / answers.length;
  return { bins: found, error, count: answers.length };
}
