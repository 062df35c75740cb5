// Section 6 for sets of texts: distance from the real set, diversity, entities and leakage of each, as plain data. Knows no model and no page.

import { rng } from "../base/rng.ts";
import { distinct, type Lengths, lengthsOf, selfBleu, vocabularyGrowth } from "./diversity.ts";
import { type EntityCounts, entityCounts, rarefied } from "./entities.ts";
import type { Estimate } from "./interval.ts";
import { type Leakage, leakageOf, referenceOf } from "./leakage.ts";
import { cmdEstimate, cmdTerms, type EqualCmd, equalCmd } from "./moments.ts";
import { averagePairwiseSimilarity, nearest, nearestEstimate, vendi } from "./similarity.ts";
import { countedWords } from "./text-words.ts";
import type { Vectors } from "./vectors.ts";

/** A set of texts, and what was read from each, row for row. */
export interface TextSet {
  readonly name: string;
  readonly texts: readonly string[];
  /** Embeddings of length 1. */
  readonly unit: Vectors;
  /** Marked entities of each text. */
  readonly marked: readonly (readonly string[])[];
  /** Mentions of a graph's names in each text; absent without a graph. */
  readonly named?: readonly (readonly string[])[];
}

export interface Entities extends EntityCounts {
  /** Different ones in as many texts as the smallest set has. */
  readonly atEqualSize: number;
}

/** Measures of one set by itself. */
export interface OwnMeasures {
  readonly n: number;
  readonly aps: Estimate;
  /** Effective number of texts that have nothing in common. */
  readonly vendi: number;
  readonly selfBleu: Estimate;
  /** By n, of the whole set and of as many texts as the smallest set has. */
  readonly distinct: Readonly<Record<string, number>>;
  readonly distinctAtEqualSize: Readonly<Record<string, number>>;
  readonly lengths: Lengths;
  /** Different words after so many words read. */
  readonly growth: ReturnType<typeof vocabularyGrowth>;
  readonly marked: Entities;
  readonly named?: Entities;
}

/** Measures of a synthetic set beside the real one. */
export interface BesideReal {
  readonly cmd: Estimate;
  /** Its terms, one an order of moment, from the means on. Absent in what was measured before they were told. */
  readonly cmdTerms?: readonly number[];
  /** In the convention of the method's code. */
  readonly cmdUnscaled: Estimate;
  /** Absent where the real set is too small. */
  readonly equal?: EqualCmd;
  /** Mean cosine of each text's nearest real one. */
  readonly nearest: Estimate;
  readonly leakage: Leakage;
}

export interface Analysis {
  readonly real: OwnMeasures & {
    readonly name: string /** Of each real text's nearest other one. */;
    readonly nearest: Estimate;
  };
  readonly synthetic: readonly (OwnMeasures & BesideReal & { readonly name: string })[];
  /** Texts of the smallest set that has any: the size at which sets compare. */
  readonly equalSize: number;
}

const grams = [1, 2, 3] as const;

/** Real texts by what the writer saw of them. */
export interface Seen {
  /** Texts that the writer was shown: what a copy is of. Absent: all real ones. */
  readonly shown?: TextSet;
  /** Texts that it was never shown: how near two real texts are by chance. Absent: the real ones; where those are what a copy is of, each in turn. */
  readonly heldOut?: TextSet;
}

/** Everything that is said of the sets. Seconds for thousands of texts. */
export function analyse(real: TextSet, synthetic: readonly TextSet[], { shown, heldOut }: Seen = {}, seed = 1): Analysis {
  const sizes = [real, ...synthetic].map(({ texts }) => texts.length).filter((n) => n > 0);
  const equalSize = Math.min(...(sizes.length > 0 ? sizes : [0]));
  const read = (set: TextSet) => ({ words: set.texts.map(countedWords), unit: set.unit });
  const ofReal = read(real);
  const ofShown = shown ? read(shown) : ofReal;
  const within = nearest(real.unit, real.unit);
  const reference = referenceOf(ofShown, heldOut ? read(heldOut) : shown ? ofReal : undefined, shown ? undefined : within);
  return {
    real: {
      name: real.name,
      ...ownMeasures(real, ofReal.words, equalSize, seed),
      nearest: nearestEstimate(within),
    },
    synthetic: synthetic.map((set) => {
      const own = read(set);
      const near = nearest(set.unit, real.unit);
      const equal = equalCmd(real.unit, set.unit, rng("cmd", seed, set.name));
      return {
        name: set.name,
        ...ownMeasures(set, own.words, equalSize, seed),
        cmd: cmdEstimate(real.unit, set.unit),
        cmdTerms: cmdTerms(real.unit, set.unit),
        cmdUnscaled: cmdEstimate(real.unit, set.unit, "unscaled"),
        ...(equal ? { equal } : {}),
        nearest: nearestEstimate(near),
        leakage: leakageOf(own, reference, shown ? undefined : near),
      };
    }),
    equalSize,
  };
}

function ownMeasures(set: TextSet, words: readonly (readonly string[])[], equalSize: number, seed: number): OwnMeasures {
  const some = rng("equal", seed, set.name).sample(words, equalSize);
  const of = (texts: readonly (readonly string[])[]) => Object.fromEntries(grams.map((n) => [String(n), distinct(texts, n)]));
  const entities = (mentions: readonly (readonly string[])[]) => ({
    ...entityCounts(mentions),
    atEqualSize: rarefied(mentions, equalSize),
  });
  return {
    n: set.texts.length,
    aps: averagePairwiseSimilarity(set.unit),
    vendi: vendi(set.unit),
    selfBleu: selfBleu(words),
    distinct: of(words),
    distinctAtEqualSize: of(some),
    lengths: lengthsOf(words),
    growth: vocabularyGrowth(words),
    marked: entities(set.marked),
    ...(set.named ? { named: entities(set.named) } : {}),
  };
}
