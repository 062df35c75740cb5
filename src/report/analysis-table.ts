// The measures of section 6 as rows: a value for the real text and for the synthetic, their intervals, and how to read them. Pure.

import type { Analysis, OwnMeasures } from "../analyse/analysis.ts";
import type { Estimate } from "../analyse/interval.ts";
import { entitiesIn } from "./analysis-figures.ts";

export interface MeasureRow {
  readonly name: string;
  readonly real: string;
  readonly synthetic: string;
  /** One sentence: what a low or a high value says. */
  readonly reading: string;
}

/** Value with its 95 % interval, which no line break parts; alone where there is none. */
export function estimateWords({ value, low, high }: Estimate, digits = 3): string {
  if (low === undefined || high === undefined) return value.toFixed(digits);
  return `${value.toFixed(digits)} (${low.toFixed(digits)}\u00a0to\u00a0${high.toFixed(digits)})`;
}

/** Measures that the real set has too. */
type Own = Pick<Analysis["real"], keyof OwnMeasures | "nearest">;

/** Empty without a synthetic set. */
export function measureRows({ real, synthetic: [set], equalSize }: Analysis): readonly MeasureRow[] {
  if (!set) return [];
  const both = (name: string, of: (own: Own) => string, reading: string): MeasureRow => ({
    name,
    real: of(real),
    synthetic: of(set),
    reading,
  });
  const equal = set.equal
    ? [
        {
          name: `Distance from real text, ${set.equal.rows} of each (CMD)`,
          real: estimateWords(set.equal.floor),
          synthetic: estimateWords(set.equal.between),
          reading:
            "The real column is the distance between two parts of the real text: a synthetic set cannot be expected below it.",
        },
      ]
    : [];
  return [
    ...equal,
    {
      name: "Distance from real text, whole sets (CMD)",
      real: "–",
      synthetic: estimateWords(set.cmd),
      reading: "Of all texts. It falls with their number, so compare it at one size alone.",
    },
    both(
      "Nearest real text (cosine)",
      (own) => estimateWords(own.nearest),
      "Of a real text: its nearest other one. Far below: texts that no real one is like.",
    ),
    both(
      "Similarity of all pairs (APS)",
      (own) => estimateWords(own.aps),
      "Higher than real text: the texts repeat one another's subject.",
    ),
    both(
      "Effective number of texts (Vendi)",
      (own) => own.vendi.toFixed(1),
      "Texts that have nothing in common. It grows with the set's size.",
    ),
    both("Self-BLEU", (own) => estimateWords(own.selfBleu), "1: all texts alike. It grows with the set's size."),
    both(
      `Different words and word pairs, of ${equalSize} texts`,
      (own) => `${own.distinctAtEqualSize["1"]?.toFixed(3)}, ${own.distinctAtEqualSize["2"]?.toFixed(3)}`,
      "Share of all words, and of all pairs of words, that are different ones.",
    ),
    both(
      `Entities of ${equalSize} texts`,
      (own) => entitiesIn(own).atEqualSize.toFixed(0),
      set.named ? "Different names of the graph that are mentioned." : "Different marked entities.",
    ),
    both("Words in a text", (own) => estimateWords(own.lengths.mean, 1), "Mean."),
  ];
}
