// The data map of a training (Swayamdipta et al. 2020), and the shares of examples that each judge bears out. Knows no renderer.

import type { Placed } from "../analyse/cartography.ts";
import { type Verdict, verdicts } from "../analyse/factuality.ts";
import { wilson } from "../base/stats.ts";
import type { Trust } from "../experiment/trust.ts";
import type { Figure, Mark } from "./figure.ts";

/** Points of a kind that are drawn: of more, an even share. */
const mostPoints = 1500;

/** Variability against confidence. Undefined without an example. */
export function mapFigure(places: readonly Placed[]): Figure | undefined {
  if (places.length === 0) return undefined;
  const often = places.filter(({ correctness }) => correctness >= 0.5);
  const seldom = places.filter(({ correctness }) => correctness < 0.5);
  const mark = (tone: Mark["tone"], name: string, of: readonly Placed[]): Mark[] =>
    of.length === 0 ? [] : [{ kind: "points", tone, name, points: pointsOf(of) }];
  return {
    title: "Data map",
    label: "Confidence in each synthetic example's own label by how much it varied over the epochs",
    axes: {
      x: { title: "variability", from: 0, to: 0.5 },
      y: { title: "confidence", from: 0, to: 1 },
    },
    marks: [...mark("synthetic", "mostly right", often), ...mark("few", "mostly wrong", seldom)],
    table: {
      title: "Where the examples lie",
      columns: [
        { name: "Training gets it" },
        ...["Examples", "Confidence", "Variability"].map((name) => ({ name, numeric: true as const })),
      ],
      rows: [["right in at least half of the epochs", often] as const, ["right in fewer", seldom] as const].map(([name, of]) => [
        name,
        String(of.length),
        mean(of, "confidence"),
        mean(of, "variability"),
      ]),
    },
  };
}

const mean = (of: readonly Placed[], field: "confidence" | "variability"): string =>
  of.length === 0 ? "–" : (of.reduce((sum, place) => sum + place[field], 0) / of.length).toFixed(3);

function pointsOf(places: readonly Placed[]): { x: number; y: number }[] {
  const step = Math.max(1, places.length / mostPoints);
  const n = Math.min(places.length, mostPoints);
  const drawn = Array.from({ length: n }, (_, i) => places[Math.floor(i * step)] as Placed);
  return drawn.map(({ variability, confidence }) => ({ x: variability, y: confidence })).sort((a, b) => a.x - b.x);
}

export interface TrustRow {
  readonly name: string;
  /** With its 95 % interval; a dash where there is nothing to count. */
  readonly share: string;
  readonly of: number;
  readonly reading: string;
}

const verdictWords: Readonly<Record<Verdict, string>> = {
  known: "the graph knows what it claims",
  opposite: "the graph knows the contrary",
  nothing: "the graph relates its entities otherwise or not at all",
  unnamed: "the graph lacks a name",
  unclaimed: "it claims no relation",
};

/** Shares of the examples by each judge. */
export function trustRows({ places, agrees, verdicts: found, copied }: Trust): readonly TrustRow[] {
  const row = (name: string, hits: number, of: number, reading: string): TrustRow => ({
    name,
    share: shareText(hits, of),
    of,
    reading,
  });
  const right = places.filter(({ correctness }) => correctness >= 0.5).length;
  const own = agrees.filter((is) => is).length;
  const judged = found?.filter((verdict) => verdict === "known" || verdict === "opposite" || verdict === "nothing") ?? [];
  const count = (verdict: Verdict) => found?.filter((each) => each === verdict).length ?? 0;
  return [
    row("Learnt by the training", right, places.length, "right in at least half of the epochs"),
    row("Label given by the few-shot model", own, agrees.length, "by a model that never saw it: as good as that model is"),
    ...(found
      ? [
          ...verdicts.slice(0, 3).map((verdict) => row("Facts", count(verdict), judged.length, verdictWords[verdict])),
          ...verdicts.slice(3).map((verdict) => row("Facts", count(verdict), found.length, verdictWords[verdict])),
        ]
      : []),
    ...(copied ? [row("Leakage", copied.filter((is) => is).length, copied.length, "it copies an example that was shown")] : []),
  ];
}

function shareText(hits: number, of: number): string {
  if (of === 0) return "–";
  const { low, high } = wilson(hits, of);
  const percent = (share: number) => (100 * share).toFixed(0);
  return `${percent(hits / of)} % (${percent(low)} to ${percent(high)})`;
}
