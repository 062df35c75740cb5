// Measures of a run's texts as an arena keeps them: distance, similarity, entities, beside those of the real text. Pure.

import type { Analysis } from "../analyse/analysis.ts";
import type { Estimate } from "../analyse/interval.ts";
import type { EqualCmd } from "../analyse/moments.ts";

export interface TextMeasures {
  /** Key of the analysis that they are of. */
  readonly key: string;
  readonly texts: number;
  /** Distance of the whole sets. */
  readonly cmd: Estimate;
  /** Distance at equal size, and between two parts of the real text; absent where that is too small. */
  readonly equal?: EqualCmd;
  readonly aps: Estimate;
  readonly nearest: Estimate;
  /** Different entities in `equalSize` texts: names of the graph where it was looked for them, else marked ones. */
  readonly entities: number;
  readonly equalSize: number;
  readonly real: { readonly texts: number; readonly aps: Estimate; readonly nearest: Estimate; readonly entities: number };
}

/** Undefined for an analysis without a synthetic set. */
export function textMeasures(key: string, { real, synthetic: [set], equalSize }: Analysis): TextMeasures | undefined {
  if (!set) return undefined;
  const entities = (of: typeof real | typeof set) => (of.named ?? of.marked).atEqualSize;
  const { n: texts, cmd, equal, aps, nearest } = set;
  return {
    key,
    texts,
    cmd,
    ...(equal ? { equal } : {}),
    aps,
    nearest,
    entities: entities(set),
    equalSize,
    real: { texts: real.n, aps: real.aps, nearest: real.nearest, entities: entities(real) },
  };
}
