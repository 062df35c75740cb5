// Forest plots of an arena: each method's score on a task with its interval, beside the paper's. Knows no renderer.

import type { Interval } from "../evaluate/bootstrap.ts";
import type { SourceConfig, SourceGroup } from "../generate/source.ts";
import { sourceOf } from "../generate/sources.ts";
import { type ArenaCell, type ArenaRow, type ArenaTable, mean } from "./arena-table.ts";
import { pWords, signed } from "./difference-words.ts";
import type { Axis, Figure, FigureTone } from "./figure.ts";

const tones: Readonly<Record<SourceGroup, FigureTone>> = {
  clingen: "synthetic",
  prompting: "third",
  augmentation: "fourth",
  real: "few",
  inference: "plain",
};

export const toneOf = (source: SourceConfig): FigureTone => tones[sourceOf(source).group];

export const placeWords = { best: "highest mean", among: "among the best", behind: "behind the best" } as const;

/** Axis of scores, as wide as what is on it and a little more, and never beyond 0 and 1. */
export function scoreAxis(title: string, values: readonly number[]): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.02, 0.08 * (high - low));
  return { title, from: Math.max(0, low - room), to: Math.min(1, high + room) };
}

interface Shown {
  readonly row: ArenaRow;
  readonly cell: ArenaCell;
  readonly mean: number;
  readonly interval: Interval | undefined;
}

/**
 * Methods of one task under one encoder, the highest first; `kinds` leaves all but some out, as Table 3 does. Undefined where fewer than two have a score.
 * `metric`: words of the axis.
 */
export function forestFigure(
  table: ArenaTable,
  { task, encoder, metric }: { readonly task: string; readonly encoder: string; readonly metric: string },
  title: string,
  shows: (source: SourceConfig) => boolean = () => true,
): Figure | undefined {
  const at = table.tasks.findIndex(({ id }) => id === task);
  const shown = table.rows
    .filter((row) => row.encoder === encoder && shows(row.source))
    .flatMap((row): Shown[] => {
      const cell = row.cells[at];
      const own = cell && mean(cell.values);
      return cell && own !== undefined ? [{ row, cell, mean: own, interval: cell.verdict?.standing.interval }] : [];
    })
    .sort((a, b) => b.mean - a.mean);
  if (shown.length < 2) return undefined;
  const y = (i: number) => shown.length - i;
  const papers = shown.flatMap(({ cell }, i) => (cell.paper === undefined ? [] : [{ x: cell.paper, y: y(i) }]));
  const ends = shown.flatMap(({ mean, interval }) => [mean, ...(interval ? [interval.low, interval.high] : [])]);
  const baseline = shown.find(({ cell }) => cell.isBaseline);
  return {
    title,
    label: `${title}: ${metric} of ${shown.length} methods with 95 % intervals, the highest first`,
    axes: {
      x: scoreAxis(metric, [...ends, ...papers.map(({ x }) => x)]),
      y: {
        title: papers.length > 0 ? "● here, with its 95 % interval   ○ paper" : "● with its 95 % interval",
        from: 0.5,
        to: shown.length + 0.7,
        ticks: shown.map(({ row, cell }, i) => ({ at: y(i), text: rowWords(row, cell) })),
      },
    },
    marks: [
      ...shown.map(({ row, mean }, i) => ({ kind: "points" as const, tone: toneOf(row.source), points: [{ x: mean, y: y(i) }] })),
      { kind: "hollow", tone: "plain", points: papers },
    ],
    intervals: shown.flatMap(({ row, interval }, i) => (interval ? [{ tone: toneOf(row.source), y: y(i), ...interval }] : [])),
    ...(baseline ? { at: baseline.mean } : {}),
    height: 80 + 36 * shown.length,
    table: tableOf(title, metric, shown, baseline?.row.method),
  };
}

function rowWords({ method }: ArenaRow, { verdict, isBaseline }: ArenaCell): string {
  const place = verdict?.place === "behind" ? undefined : verdict?.place && placeWords[verdict.place];
  return [method, ...(place ? [place] : []), ...(isBaseline ? ["baseline"] : [])].join(" · ");
}

function tableOf(title: string, metric: string, shown: readonly Shown[], baseline: string | undefined): Figure["table"] {
  const numeric = (name: string) => ({ name, numeric: true }) as const;
  return {
    title: `${title}, in numbers`,
    columns: [
      { name: "Method" },
      numeric(`${metric}, mean`),
      numeric("95 % interval"),
      numeric("Seed by seed"),
      numeric("Rank, 95 %"),
      { name: "Place" },
      numeric(baseline === undefined ? "Difference" : `Less ${baseline}`),
      numeric("95 % interval of the difference"),
      numeric("p (Holm)"),
      numeric("Paper"),
      { name: "Note" },
    ],
    rows: shown.map(({ row, cell, mean, interval }) => {
      const { rank, place, against } = cell.verdict ?? {};
      return [
        row.method,
        mean.toFixed(3),
        between(interval),
        cell.values.map((value) => value.toFixed(3)).join(" · "),
        rankWords(rank),
        place ? placeWords[place] : "–",
        against ? signed(against.difference) : "–",
        against ? `${signed(against.interval.low)} to ${signed(against.interval.high)}` : "–",
        against ? pWords(against.p) : "–",
        cell.paper === undefined ? "–" : cell.paper.toFixed(3),
        cell.erratum ?? "",
      ];
    }),
  };
}

export const between = (interval: Interval | undefined): string =>
  interval ? `${interval.low.toFixed(3)} to ${interval.high.toFixed(3)}` : "–";

export const rankWords = (rank: Interval | undefined): string =>
  rank ? (rank.low === rank.high ? String(rank.low) : `${rank.low} to ${rank.high}`) : "–";
