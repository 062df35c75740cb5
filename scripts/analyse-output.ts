// An analysis as lines for people and as one line of JSON. Pure.

import type { Analysis } from "../src/analyse/analysis.ts";
import { type Estimate, fewestRows } from "../src/analyse/interval.ts";
import { leastHeldOut } from "../src/analyse/leakage.ts";

type BySet<T> = Readonly<Record<string, T>>;

export interface AnalysisLine {
  /** Texts. */
  readonly n: BySet<number>;
  /** K = 5, unit vectors in [-1, 1]. `floor`: between two parts of the real set, as large as the smaller of set and half; absent where that differs by set. */
  readonly cmd: BySet<number>;
  /** The same of sets of equal size, which is what compares with the floor; absent for a real set that is too small. */
  readonly cmd_equal: BySet<{ readonly rows: number; readonly value: number; readonly floor: number }>;
  /** In the convention of the method's code: [0, 1]. */
  readonly cmd_unscaled: BySet<number>;
  /** Null for a set of one text, which has no pair; so are the other measures between texts of one set. */
  readonly aps: BySet<number | null>;
  /** Mean cosine of the nearest real text; of the real set, of the nearest other one. */
  readonly nearest: BySet<number | null>;
  readonly vendi: BySet<number>;
  readonly self_bleu: BySet<number | null>;
  readonly entities: BySet<{
    readonly marked: { readonly unique: number; readonly mentions: number; readonly at_equal_size: number };
    readonly named: { readonly unique: number; readonly mentions: number; readonly at_equal_size: number };
  }>;
  readonly distinct: BySet<Readonly<Record<string, number>>>;
  readonly distinct_equal: BySet<Readonly<Record<string, number>>>;
  readonly lengths: BySet<{ readonly mean: number; readonly median: number }>;
  /**
   * `copied`, `share` and `p` are null where too few held-out texts tell chance from copying. `verbatim`: texts of five words or more that repeat a
   * real text word for word.
   */
  readonly leakage: BySet<{
    readonly copied: number | null;
    readonly verbatim: number;
    readonly share: number | null;
    readonly level: number;
    readonly held_out: number;
    readonly p: number | null;
    readonly longest: number;
    readonly nearest: number;
  }>;
  /** Why a value is null, a sentence each. */
  readonly remarks: readonly string[];
  /** 95 %, by measure and set; null where there is none. */
  readonly intervals: Readonly<
    Record<"cmd" | "cmd_unscaled" | "aps" | "nearest" | "self_bleu" | "length", BySet<readonly [number, number] | null>>
  >;
}

const rounded = (x: number): number => Number(x.toPrecision(6));
const interval = ({ low, high }: Estimate): readonly [number, number] | null =>
  low === undefined || high === undefined ? null : [rounded(low), rounded(high)];

/** A measure between the texts of one set; null where there is but one. */
const among = ({ n }: { readonly n: number }, { value }: Estimate): number | null => (n < 2 ? null : rounded(value));

export function analysisLine({ real, synthetic }: Analysis): AnalysisLine {
  const all = [real, ...synthetic];
  const of = <S extends { readonly name: string }, T>(sets: readonly S[], value: (set: S) => T): BySet<T> =>
    Object.fromEntries(sets.map((set) => [set.name, value(set)]));
  const grams = (by: Readonly<Record<string, number>>) => Object.fromEntries(Object.entries(by).map(([n, x]) => [n, rounded(x)]));
  const entities = (counts: (typeof real)["marked"] | undefined) => ({
    unique: counts?.unique ?? 0,
    mentions: counts?.mentions ?? 0,
    at_equal_size: rounded(counts?.atEqualSize ?? 0),
  });
  const equal = synthetic.flatMap((set) => (set.equal ? [{ name: set.name, equal: set.equal }] : []));
  const [floor, ...others] = new Set(equal.map((set) => rounded(set.equal.floor.value)));
  return {
    n: of(all, ({ n }) => n),
    cmd: { ...of(synthetic, ({ cmd }) => rounded(cmd.value)), ...(floor === undefined || others.length > 0 ? {} : { floor }) },
    cmd_equal: of(equal, ({ equal: { rows, between, floor: own } }) => ({
      rows,
      value: rounded(between.value),
      floor: rounded(own.value),
    })),
    cmd_unscaled: of(synthetic, ({ cmdUnscaled }) => rounded(cmdUnscaled.value)),
    aps: of(all, (set) => among(set, set.aps)),
    nearest: of(all, (set) => (set === real ? among(set, set.nearest) : rounded(set.nearest.value))),
    vendi: of(all, ({ vendi }) => rounded(vendi)),
    self_bleu: of(all, (set) => among(set, set.selfBleu)),
    entities: of(all, ({ marked, named }) => ({ marked: entities(marked), named: entities(named) })),
    distinct: of(all, ({ distinct }) => grams(distinct)),
    distinct_equal: of(all, ({ distinctAtEqualSize }) => grams(distinctAtEqualSize)),
    lengths: of(all, ({ lengths }) => ({ mean: rounded(lengths.mean.value), median: lengths.median })),
    leakage: of(synthetic, ({ leakage: { texts, judged = true, copied, verbatim = 0, level, heldOut, p } }) => ({
      copied: judged ? copied : null,
      verbatim,
      share: judged ? rounded(copied / Math.max(1, texts.length)) : null,
      level: rounded(level),
      held_out: heldOut,
      p: judged ? rounded(p) : null,
      longest: texts.reduce((most, { shared }) => Math.max(most, shared), 0),
      nearest: rounded(texts.reduce((most, { similarity }) => Math.max(most, similarity), -1)),
    })),
    remarks: whyNull({ real, synthetic }),
    intervals: {
      cmd: of(synthetic, ({ cmd }) => interval(cmd)),
      cmd_unscaled: of(synthetic, ({ cmdUnscaled }) => interval(cmdUnscaled)),
      aps: of(all, ({ aps }) => interval(aps)),
      nearest: of(all, ({ nearest }) => interval(nearest)),
      self_bleu: of(all, ({ selfBleu }) => interval(selfBleu)),
      length: of(all, ({ lengths }) => interval(lengths.mean)),
    },
  };
}

/** Reasons of the values that are null, a sentence each. */
function whyNull({ real, synthetic }: Pick<Analysis, "real" | "synthetic">): string[] {
  const sets = [real, ...synthetic];
  const named = (few: readonly { readonly name: string; readonly n: number }[]): string =>
    few.map(({ name, n }) => `${name} (${n})`).join(", ");
  const [alone, small] = [sets.filter(({ n }) => n < 2), sets.filter(({ n }) => n < fewestRows)];
  const unjudged = synthetic.filter(({ leakage }) => leakage.judged === false);
  const without = sets.filter(({ marked, named: found }) => marked.unique === 0 && (found?.unique ?? 0) === 0);
  return [
    ...(alone.length > 0 ? [`One text has no pair: no aps and self_bleu of ${named(alone)}.`] : []),
    ...(small.length > 0 ? [`An interval wants ${fewestRows} texts of each set that it is about: ${named(small)}.`] : []),
    ...(unjudged.length > 0
      ? [
          `Copies are judged by ${leastHeldOut} held-out real texts or more, and there are ${unjudged[0]?.leakage.heldOut}: no copied, share and p.`,
        ]
      : []),
    ...(without.length > 0 ? [`No entity is marked or named by the graph in ${named(without)}.`] : []),
  ];
}

/** A table of the main measures, a line a set. */
export function analysisTable(analysis: Analysis): string[] {
  const { real, synthetic, equalSize } = analysis;
  const [no, three] = ["–", (x: number) => x.toFixed(3)];
  const head = [
    "set",
    "texts",
    "CMD",
    "floor",
    "APS",
    "nearest",
    "Vendi",
    "self-BLEU",
    "words",
    "entities",
    `of ${equalSize}`,
    "copied",
  ];
  const with95 = (of: Estimate) =>
    of.low === undefined || of.high === undefined
      ? three(of.value)
      : `${three(of.value)} ±${three(Math.max(0, of.high - of.low) / 2)}`;
  const rows = [real, ...synthetic].map((set) => {
    const beside = synthetic.find((other) => other === set);
    const entities = set.named ?? set.marked;
    return [
      set.name,
      String(set.n),
      beside ? with95(beside.cmd) : no,
      beside?.equal ? `${three(beside.equal.between.value)} : ${three(beside.equal.floor.value)}` : no,
      set.n < 2 ? no : with95(set.aps),
      set.n < 2 && !beside ? no : three(set.nearest.value),
      set.vendi.toFixed(1),
      set.n < 2 ? no : three(set.selfBleu.value),
      set.lengths.mean.value.toFixed(1),
      String(entities.unique),
      entities.atEqualSize.toFixed(0),
      beside && beside.leakage.judged !== false ? `${beside.leakage.copied} (p ${beside.leakage.p.toPrecision(2)})` : no,
    ];
  });
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] as string).length)));
  const notes = [
    "CMD: distance from the real set; floor: the same at equal size, of the set and of two parts of the real one.",
    `entities: different names of the graph, and of ${equalSize} texts. copied: nearer to a real text, by words and by meaning, than real texts are.`,
  ];
  return [
    ...[head, ...rows].map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] as number))
        .join("  ")
        .trimEnd(),
    ),
    ...notes,
    ...whyNull(analysis),
  ];
}
