// An arena as files: a CSV line for each cell and metric, and the whole as JSON with its tests. Pure.

import { type Arena, cellsOf, columnName, methodId } from "../experiment/arena.ts";
import { type GridCell, gridSources, rowName } from "../experiment/grid.ts";
import { taskIdOf, taskOf } from "../tasks/catalogue.ts";
import { type Metric, metricId } from "../tasks/metric.ts";
import { columnVerdicts } from "./arena-table.ts";

const head = [
  ...["task", "method", "encoder", "seed", "share", "metric", "few", "all", "low", "high"],
  ...[
    "mean",
    "mean_low",
    "mean_high",
    "rank_low",
    "rank_high",
    "place",
    "baseline",
    "difference",
    "difference_low",
    "difference_high",
    "p_holm",
  ],
  ...["accepted", "attempts", "prompt_tokens", "completion_tokens", "seconds"],
  ...["cmd", "cmd_low", "cmd_high", "cmd_floor", "aps", "aps_low", "aps_high", "entities", "entity_texts"],
  "error",
];

type Line = Readonly<Partial<Record<string, string | number>>>;

/** One line a cell and metric, seeds apart, for a spreadsheet: RFC 4180. The mean, ranks and tests are of the main metric over the seeds. */
export function arenaCsv(arena: Arena): string {
  const lines = cellsOf(arena).flatMap(({ cell, outcome }): Line[] => {
    const { task, encoder, seed, share } = cell;
    const of = { task, method: rowName(arena.grid, cell.source), encoder, seed, share };
    if (outcome === undefined) return [];
    if (outcome.kind === "failed") return [{ ...of, error: outcome.failure.message }];
    const { scores, accepted, rejected, spent, tokens } = outcome.summary;
    const attempts = Object.values(rejected).reduce((a, b) => a + b, accepted);
    const seconds = (Object.values(spent).reduce((a, b) => a + b, 0) / 1000).toFixed(1);
    const cost = { accepted, attempts, seconds, prompt_tokens: tokens?.prompt, completion_tokens: tokens?.completion };
    const { metrics } = taskOf(cell.config.task);
    return metrics.map((metric): Line => {
      const key = metricId(metrics, metric);
      const values = { metric: key, few: scores.few?.[key], all: scores.synthetic?.[key] };
      return {
        ...of,
        ...values,
        ...sureness(arena, cell, key),
        ...(metric === metrics[0] ? { ...tests(arena, cell), ...measured(arena, outcome.summary.run) } : {}),
        ...cost,
      } as Line;
    });
  });
  const rows = lines.map((line) => head.map((name) => String(line[name] ?? "")));
  return `${[head, ...rows].map((fields) => fields.map(quoted).join(",")).join("\r\n")}\r\n`;
}

/** Interval of one seed's last stage. */
function sureness(arena: Arena, cell: GridCell, metric: string): Line {
  const method = arena.standings?.[columnName(cell)]?.standing.methods.find((of) => of.method === methodId(cell));
  const interval = method?.runs.find(({ seed }) => seed === cell.seed)?.intervals?.[metric];
  return interval ? { low: digits(interval.low), high: digits(interval.high) } : {};
}

function tests(arena: Arena, cell: GridCell): Line {
  const methods = gridSources(arena.grid).map((source) => ({ id: methodId({ source, share: 100 }), source }));
  const column = columnVerdicts(arena, cell, methods);
  const standing = arena.standings?.[columnName(cell)]?.standing.methods.find((of) => of.method === methodId(cell));
  const verdict = column?.of.get(methodId(cell));
  const baseline = methods.find(({ id }) => id === column?.baseline);
  const { against, rank } = verdict ?? {};
  return {
    mean: digits(standing?.mean),
    mean_low: digits(standing?.interval?.low),
    mean_high: digits(standing?.interval?.high),
    rank_low: rank?.low,
    rank_high: rank?.high,
    place: verdict?.place,
    ...(against && baseline
      ? {
          baseline: rowName(arena.grid, baseline.source),
          difference: digits(against.difference),
          difference_low: digits(against.interval.low),
          difference_high: digits(against.interval.high),
          p_holm: digits(against.p),
        }
      : {}),
  } as Line;
}

/** Measures of the run's texts, at equal size where there is one. */
function measured({ measures = {} }: Arena, run: string | undefined): Line {
  const of = measures[run ?? ""];
  if (!of) return {};
  const { value, low, high } = of.equal?.between ?? of.cmd;
  return {
    cmd: digits(value),
    cmd_low: digits(low),
    cmd_high: digits(high),
    cmd_floor: digits(of.equal?.floor.value),
    aps: digits(of.aps.value),
    aps_low: digits(of.aps.low),
    aps_high: digits(of.aps.high),
    entities: digits(of.entities),
    entity_texts: of.equalSize,
  } as Line;
}

const digits = (x: number | undefined): string | undefined => (x === undefined ? undefined : String(Number(x.toPrecision(6))));

/** The arena with its verdicts beside: choices, scores, intervals, tests, rejections, tokens and times. Rows of data stay out. */
export function arenaJson(arena: Arena): string {
  const { grid, rows: given, products: _, logs: __, ...kept } = arena;
  const rows = Object.fromEntries(Object.entries(given).map(([task, of]) => [task, { ...of, data: undefined }]));
  const methods = gridSources(grid).map((source) => ({ id: methodId({ source, share: 100 }), source }));
  const verdicts = grid.tasks.flatMap((task) =>
    grid.encoders.flatMap((encoder) => {
      const of = { task: taskIdOf(task), encoder };
      const column = columnVerdicts(arena, of, methods);
      const name = (id: string | undefined) => {
        const found = methods.find((method) => method.id === id);
        return found && rowName(grid, found.source);
      };
      const own = [...(column?.of ?? [])].map(([id, { standing, ...verdict }]) => ({
        method: name(id),
        mean: standing.mean,
        interval: standing.interval,
        ...verdict,
      }));
      return column ? [{ ...of, metric: mainOf(taskOf(task).metrics), baseline: name(column.baseline), methods: own }] : [];
    }),
  );
  return JSON.stringify({ ...kept, grid, rows, verdicts }, undefined, 1);
}

const mainOf = (metrics: readonly [Metric, ...Metric[]]): string => metricId(metrics, metrics[0]);

/** Quotes where RFC 4180 wants them; what a spreadsheet would take for a formula is made text. */
function quoted(field: string): string {
  const text = /^[=+\-@\t\r]/.test(field) && Number.isNaN(Number(field)) ? `'${field}` : field;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
