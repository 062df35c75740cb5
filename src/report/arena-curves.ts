// Curves of an arena: size of the synthetic set (Fig. 5, 11), language models (Fig. 4, 10), seeds (Table 9). Knows no renderer.

import type { Interval } from "../evaluate/bootstrap.ts";
import { type Arena, cellsOf, columnName, methodId, type NamedCell } from "../experiment/arena.ts";
import { lastScores } from "../experiment/cell-summary.ts";
import { type GridCell, gridSources, methodName, rowName } from "../experiment/grid.ts";
import { sourceOf, writerOf } from "../generate/sources.ts";
import { taskOf } from "../tasks/catalogue.ts";
import { metricId } from "../tasks/metric.ts";
import { between, scoreAxis } from "./arena-figures.ts";
import { mean } from "./arena-table.ts";
import type { Axis, Figure, FigureTone, Mark } from "./figure.ts";
import { paperSeeds } from "./paper-extras.ts";
import { paperRowOf } from "./paper-numbers.ts";

export interface Column {
  readonly task: string;
  readonly encoder: string;
  /** Words of the main metric. */
  readonly metric: string;
}

interface Point {
  readonly x: number;
  /** Words of x in the table. */
  readonly at: string;
  readonly values: readonly number[];
  readonly interval: Interval | undefined;
}

interface Series {
  readonly name: string;
  readonly first: GridCell;
  readonly points: readonly Point[];
}

/** Looks of the series that are drawn, the first ones of the grid; the table has them all. */
const looks: readonly { readonly tone: FigureTone; readonly broken?: true }[] = [
  { tone: "synthetic" },
  { tone: "third", broken: true },
  { tone: "fourth" },
  { tone: "few", broken: true },
];

/** Score by percent of the synthetic set. Undefined where no method has two shares. */
export function sizeFigure(arena: Arena, column: Column, cells = cellsOf(arena)): Figure | undefined {
  const name = ({ source }: GridCell) => rowName(arena.grid, source);
  const series = seriesOf({ arena, cells, column }, name, ({ share }) => ({ x: Math.log10(share), at: `${share} %` })).filter(
    several,
  );
  const shares = [...new Set(arena.grid.shares ?? [])].sort((a, b) => a - b);
  const ticks = shares.map((share) => ({ at: Math.log10(share), text: String(share) }));
  return curve(series, column, {
    title: "Size of the synthetic set",
    axis: { title: "% of the set, logarithmic", from: ticks[0]?.at ?? 0, to: ticks.at(-1)?.at ?? 2, ticks },
    head: "Share",
  });
}

/** Score by seed. Undefined for fewer than two seeds. */
export function seedFigure(arena: Arena, column: Column, cells = cellsOf(arena)): Figure | undefined {
  const { seeds } = arena.grid;
  const name = ({ source }: GridCell) => rowName(arena.grid, source);
  const whole = ({ seed, share }: GridCell) => (share === 100 ? { x: seeds.indexOf(seed) + 1, at: String(seed) } : undefined);
  const series = seriesOf({ arena, cells, column }, name, whole).filter(several);
  const ticks = seeds.map((seed, i) => ({ at: i + 1, text: String(seed) }));
  return curve(series, column, {
    title: "Seed by seed",
    axis: { title: "seed", from: 0.8, to: seeds.length + 0.2, ticks },
    head: "Seed",
    paper: ({ source }, { x }) => {
      const row = paperRowOf(source);
      return row && paperSeeds(column.task, row)?.[x - 1];
    },
  });
}

/** Score by language model, a row each, the methods side by side. Undefined for fewer than two writers. */
export function modelFigure(
  arena: Arena,
  column: Column,
  nameOf: (model: string) => string,
  cells = cellsOf(arena),
): Figure | undefined {
  const models = [...new Set(gridSources(arena.grid).flatMap((source) => writerOf(source)?.model ?? []))];
  if (models.length < 2) return undefined;
  const at = ({ source, share }: GridCell) => {
    const model = writerOf(source)?.model;
    return model === undefined || share !== 100 ? undefined : { x: models.indexOf(model), at: nameOf(model) };
  };
  const series = seriesOf({ arena, cells, column }, ({ source }) => methodName(source), at).filter(
    ({ points }) => points.length > 0,
  );
  const drawn = series.slice(0, looks.length);
  if (drawn.length === 0) return undefined;
  const y = (x: number, k: number) => models.length - x - (k - (drawn.length - 1) / 2) * 0.14;
  const title = "Language models that write";
  return {
    title,
    label: `${title}: ${column.metric} of ${drawn.map(({ name }) => name).join(", ")}`,
    axes: {
      x: scoreAxis(column.metric, endsOf(drawn)),
      y: {
        title: "in each row from above: ".concat(drawn.map(({ name }) => name).join(", ")),
        from: 0.5,
        to: models.length + 0.8,
        ticks: models.map((model, i) => ({ at: models.length - i + 0.32, text: nameOf(model) })),
      },
    },
    marks: drawn.map(
      ({ points }, k): Mark => ({
        kind: "points",
        tone: looks[k]?.tone ?? "plain",
        points: points.map(({ x, values }) => ({ x: mean(values) as number, y: y(x, k) })),
      }),
    ),
    intervals: drawn.flatMap(({ points }, k) =>
      points.flatMap(({ x, interval }) => (interval ? [{ tone: looks[k]?.tone ?? "plain", y: y(x, k), ...interval }] : [])),
    ),
    height: 80 + 70 * models.length,
    table: tableOf(series, column, { title, head: "Language model" }),
  };
}

const several = ({ points }: Series): boolean => points.length > 1;

/** Methods of the column with their points in order of x; ClinGen first, then those that a language model writes. */
function seriesOf(
  { arena, cells, column }: { readonly arena: Arena; readonly cells: readonly NamedCell[]; readonly column: Column },
  nameOf: (cell: GridCell) => string,
  placeOf: (cell: GridCell) => { readonly x: number; readonly at: string } | undefined,
): Series[] {
  const standing = arena.standings?.[columnName(column)]?.standing;
  const found = new Map<string, { first: GridCell; points: Map<number, { at: string; cell: GridCell; values: number[] }> }>();
  for (const { cell, outcome } of cells) {
    const place = cell.task === column.task && cell.encoder === column.encoder && outcome?.kind === "done" && placeOf(cell);
    if (!place || outcome?.kind !== "done") continue;
    const { metrics } = taskOf(cell.config.task);
    const value = lastScores(outcome.summary)[metricId(metrics, metrics[0])];
    if (value === undefined) continue;
    const own = found.get(nameOf(cell)) ?? { first: cell, points: new Map() };
    const point = own.points.get(place.x) ?? { at: place.at, cell, values: [] };
    point.values.push(value);
    own.points.set(place.x, point);
    found.set(nameOf(cell), own);
  }
  const intervalOf = (cell: GridCell, values: readonly number[]) => {
    const of = standing?.methods.find(({ method }) => method === methodId(cell));
    const { metrics } = taskOf(cell.config.task);
    // One value where the method has several seeds is one seed's point.
    if (values.length === 1 && (of?.runs.length ?? 0) > 1)
      return of?.runs.find(({ seed }) => seed === cell.seed)?.intervals?.[metricId(metrics, metrics[0])];
    return of?.interval;
  };
  return [...found]
    .map(([name, { first, points }]) => ({
      name,
      first,
      points: [...points]
        .sort(([a], [b]) => a - b)
        .map(([x, { at, cell, values }]) => ({ x, at, values, interval: intervalOf(cell, values) })),
    }))
    .sort((a, b) => order(a.first) - order(b.first));
}

const order = ({ source }: GridCell): number => {
  const at = ["clingen", "prompting"].indexOf(sourceOf(source).group);
  return at < 0 ? 2 : at;
};

const endsOf = (series: readonly Series[]): number[] =>
  series.flatMap(({ points }) =>
    points.flatMap(({ values, interval }) => [mean(values) as number, ...(interval ? [interval.low, interval.high] : [])]),
  );

interface CurveWords {
  readonly title: string;
  readonly axis: Axis;
  readonly head: string;
  /** The paper's number at a point. */
  readonly paper?: (cell: GridCell, point: Point) => number | undefined;
}

function curve(series: readonly Series[], column: Column, words: CurveWords): Figure | undefined {
  const drawn = series.slice(0, looks.length);
  if (drawn.length === 0) return undefined;
  return {
    title: words.title,
    label: `${words.title}: ${column.metric} of ${drawn.map(({ name }) => name).join(", ")}`,
    axes: { x: words.axis, y: scoreAxis(column.metric, endsOf(drawn)) },
    marks: drawn.map(
      ({ name, points }, k): Mark => ({
        kind: "dots",
        tone: "plain",
        ...looks[k],
        name,
        points: points.map(({ x, values }) => ({ x, y: mean(values) as number })),
      }),
    ),
    intervals: drawn.flatMap(({ points }, k) =>
      points.flatMap(({ x, interval }) => (interval ? [{ tone: looks[k]?.tone ?? "plain", x, ...interval }] : [])),
    ),
    table: tableOf(series, column, words),
  };
}

function tableOf(
  series: readonly Series[],
  { metric }: Column,
  { title, head, paper }: Omit<CurveWords, "axis">,
): Figure["table"] {
  return {
    title: `${title}, in numbers`,
    columns: [
      { name: "Method" },
      { name: head },
      { name: metric, numeric: true },
      { name: "95 % interval", numeric: true },
      { name: "Seed by seed", numeric: true },
      ...(paper ? [{ name: "Paper (Table 9)", numeric: true } as const] : []),
    ],
    rows: series.flatMap(({ name, first, points }) =>
      points.map((point) => [
        name,
        point.at,
        (mean(point.values) as number).toFixed(3),
        between(point.interval),
        point.values.map((value) => value.toFixed(3)).join(" · "),
        ...(paper ? [paper(first, point)?.toFixed(3) ?? "–"] : []),
      ]),
    ),
  };
}
