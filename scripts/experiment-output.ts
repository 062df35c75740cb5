// Output of npm run experiment: a line a cell, a table of sources and their paired tests, and the same as plain data. Pure.

import type { Estimate } from "../src/analyse/interval.ts";
import type { Interval, PairedComparison } from "../src/evaluate/bootstrap.ts";
import { holm } from "../src/evaluate/tests.ts";
import { methodId } from "../src/experiment/arena.ts";
import type { CellSummary } from "../src/experiment/cell-summary.ts";
import type { Failure } from "../src/experiment/drive-cell.ts";
import type { TextMeasures } from "../src/experiment/text-measures.ts";
import { writerOf } from "../src/generate/sources.ts";
import type { HeadlessStanding } from "../src/headless.ts";
import type { Sureness } from "../src/report/sureness.ts";
import { taskOf } from "../src/tasks/catalogue.ts";
import { mainMetric } from "../src/tasks/task.ts";
import type { FileCell } from "./experiment-file.ts";

type Bounds = readonly [number, number];
type ByStage<T> = { readonly few: Readonly<Record<string, T>>; readonly all: Readonly<Record<string, T>> };

interface Difference {
  readonly difference: number;
  /** 95 %. */
  readonly interval: Bounds;
  readonly p: number;
}

export interface CellLine {
  readonly task: string;
  /** Name of its rows, where the file names the task several times. */
  readonly rows?: string;
  readonly source: FileCell["source"];
  readonly encoder: string;
  readonly seed: FileCell["seed"];
  /** Where the file names shares. */
  readonly share?: number;
  /** Where the file names filters. */
  readonly filter?: string;
  /** Where the file names models. */
  readonly model?: string;
  readonly scores: ByStage<number>;
  /** 95 %, by 10,000 draws of the test examples. Empty for fewer than two. */
  readonly intervals: ByStage<Bounds>;
  /** With synthetic examples less few-shot alone, on the main metric; absent where one of them is not there. */
  readonly gain?: Difference;
  readonly accepted: number;
  readonly rejected: CellSummary["rejected"];
  /** Count over the whole run; absent for a source without a writer. */
  readonly tokens?: CellSummary["tokens"];
  /** Examples that stage II learnt from, where those are not all accepted ones. */
  readonly learnt?: number;
  readonly seconds: number;
  /** Where the file asks for measures: the set's texts beside the real ones. */
  readonly texts?: TextsLine;
  /** Where the file asks for data sets: the synthetic examples' file, in the folder of `--out`. */
  readonly dataset?: string;
  /** The cell has no result, and this is why. */
  readonly error?: { readonly code: string; readonly message: string };
}

interface Measure {
  readonly value: number;
  readonly interval?: Bounds;
}

/** See experiment/text-measures.ts. `real` has the same measures of the real texts; of `cmd_equal` it is the distance of two parts of them. */
interface TextsLine {
  readonly n: number;
  readonly cmd: Measure;
  readonly cmd_equal?: Measure;
  readonly aps: Measure;
  readonly nearest: Measure;
  /** Different entities in `entities_in` texts: expected over draws where the set is larger. */
  readonly entities: number;
  readonly entities_in: number;
  readonly real: {
    readonly n: number;
    readonly cmd_equal?: Measure;
    readonly aps: Measure;
    readonly nearest: Measure;
    readonly entities: number;
  };
}

/** Name of a cell in its line. */
const named = ({ task, rows, source, config, seed, share, filter, model }: FileCell) => ({
  task,
  ...(rows === undefined ? {} : { rows }),
  source,
  encoder: config.encoder,
  seed,
  ...(share === undefined ? {} : { share }),
  ...(filter === undefined ? {} : { filter }),
  ...(model === undefined ? {} : { model }),
});

const rounded = (x: number): number => Number(x.toPrecision(6));
const bounds = ({ low, high }: Interval): Bounds => [rounded(low), rounded(high)];
const differenceOf = ({ difference, interval, p }: PairedComparison): Difference => ({
  difference: rounded(difference),
  interval: bounds(interval),
  p: rounded(p),
});

export function failedLine(cell: FileCell, { code, message }: Failure): CellLine {
  const none = { few: {}, all: {} };
  return {
    ...named(cell),
    scores: none,
    intervals: none,
    accepted: 0,
    rejected: {},
    seconds: 0,
    error: { code, message },
  };
}

const measureOf = ({ value, low, high }: Estimate): Measure => ({
  value: rounded(value),
  ...(low === undefined || high === undefined ? {} : { interval: bounds({ low, high }) }),
});

function textsLine({ texts, cmd, equal, aps, nearest, entities, equalSize, real }: TextMeasures): TextsLine {
  return {
    n: texts,
    cmd: measureOf(cmd),
    ...(equal ? { cmd_equal: measureOf(equal.between) } : {}),
    aps: measureOf(aps),
    nearest: measureOf(nearest),
    entities: rounded(entities),
    entities_in: equalSize,
    real: {
      n: real.texts,
      ...(equal ? { cmd_equal: measureOf(equal.floor) } : {}),
      aps: measureOf(real.aps),
      nearest: measureOf(real.nearest),
      entities: rounded(real.entities),
    },
  };
}

export function lineOf(cell: FileCell, summary: CellSummary, sure: Sureness, texts?: TextMeasures): CellLine {
  const { scores, accepted, rejected, tokens, learnt, spent } = summary;
  const milliseconds = Object.values(spent).reduce((sum, of) => sum + of, 0);
  const boundsOf = (of: Readonly<Record<string, Interval>> | undefined) =>
    Object.fromEntries(Object.entries(of ?? {}).map(([metric, interval]) => [metric, bounds(interval)]));
  return {
    ...named(cell),
    scores: { few: scores.few ?? {}, all: scores.synthetic ?? {} },
    intervals: { few: boundsOf(sure.intervals.few), all: boundsOf(sure.intervals.synthetic) },
    ...(sure.gain ? { gain: differenceOf(sure.gain) } : {}),
    accepted,
    rejected,
    ...(tokens ? { tokens } : {}),
    ...(learnt === undefined ? {} : { learnt }),
    seconds: Math.round(milliseconds / 100) / 10,
    ...(texts ? { texts: textsLine(texts) } : {}),
  };
}

export function inWords(cell: FileCell, summary: CellSummary, sure: Sureness, measured?: TextMeasures): string {
  const { texts, scores, intervals, accepted, rejected, seconds } = lineOf(cell, summary, sure, measured);
  const attempts = Object.values(rejected).reduce((sum, n) => sum + n, accepted);
  const value = (stage: "few" | "all", metric: string) => {
    const score = scores[stage][metric];
    return score === undefined ? [] : [`${score.toFixed(3)}${inBrackets(intervals[stage][metric])}`];
  };
  const metrics = [...new Set([...Object.keys(scores.few), ...Object.keys(scores.all)])].map(
    (metric) => `${metric} ${[...value("few", metric), ...value("all", metric)].join(" -> ")}`,
  );
  const written = attempts > 0 ? `${accepted} accepted of ${attempts}; ` : "";
  return `${nameOf(cell)}: ${metrics.join(", ")}; ${written}${seconds} s${texts ? textsWords(texts) : ""}`;
}

function textsWords({ cmd_equal, cmd, aps, entities, entities_in, real }: TextsLine): string {
  const distance = cmd_equal ?? cmd;
  const floor = real.cmd_equal ? `, of two parts of the real ones ${real.cmd_equal.value.toFixed(3)}` : "";
  const parts = [
    `texts: CMD ${distance.value.toFixed(3)}${inBrackets(distance.interval)}${floor}`,
    `similarity ${aps.value.toFixed(3)}, real ${real.aps.value.toFixed(3)}`,
    `${toTenth(entities)} entities in ${entities_in} texts, real ${toTenth(real.entities)}`,
  ];
  return `; ${parts.join("; ")}`;
}

const toTenth = (x: number): number => Math.round(x * 10) / 10;
const inBrackets = (of: Bounds | undefined): string => (of ? ` (${of[0].toFixed(3)} to ${of[1].toFixed(3)})` : "");

export function nameOf(cell: FileCell): string {
  const { config, seed, share, filter } = cell;
  const seedWords = typeof seed === "number" ? seed : `${seed.data}/${seed.text}/${seed.training}`;
  return `${taskWords(cell)}, ${writtenBy(cell)}, ${config.encoder}, seed ${seedWords}${shareWords(share)}${filterWords(filter)}`;
}

const taskWords = ({ task, rows }: Pick<FileCell, "task" | "rows">): string => (rows === undefined ? task : `${task} (${rows})`);

const shareWords = (share: number | undefined): string => (share === undefined ? "" : `, ${share} %`);

const filterWords = (filter: string | undefined): string =>
  filter === undefined || filter === "none" ? "" : `, filtered by ${filter}`;

/** The source as the file names it, and its writer where the file names several. */
const writtenBy = ({ sourceWords, config, model }: FileCell): string =>
  model === undefined || !writerOf(config.source) ? sourceWords : `${sourceWords} by ${model}`;

/** Name of a standing's method in its line. */
type Method = Pick<CellLine, "source" | "share" | "filter" | "model">;

interface MethodLine extends Method {
  readonly seeds: number;
  /** The main metric: mean over the seeds. */
  readonly mean: number;
  readonly interval?: Bounds;
  /** Best and worst rank in 95 % of the draws; absent for a ceiling. */
  readonly rank?: Bounds;
}

interface TestLine extends Difference {
  /** Positions in `methods`: the second less the first. */
  readonly first: number;
  readonly second: number;
  readonly seeds: number;
  /** Corrected for the number of tests of this task and encoder (Holm). */
  readonly p_holm: number;
}

export interface StandingLine {
  readonly task: string;
  /** As its cells have it. */
  readonly rows?: string;
  readonly encoder: string;
  readonly metric: string;
  readonly methods: readonly MethodLine[];
  /** The best constant answer on the same test examples: these labels for every one. Absent for a task of spans. */
  readonly constant?: { readonly labels: readonly string[]; readonly mean: number };
  readonly tests: readonly TestLine[];
}

const idOf = ({ config: { source, share = 100, filter } }: FileCell): string =>
  methodId({ source, share, ...(filter ? { filter } : {}) });

/** The file's cell of each method, where it has one. */
function cellsOf({ task, rows, encoder, standing }: HeadlessStanding, cells: readonly FileCell[]): (FileCell | undefined)[] {
  const own = cells.filter((cell) => cell.task === task && cell.rows === rows && cell.config.encoder === encoder);
  return standing.methods.map(({ method }) => own.find((cell) => idOf(cell) === method));
}

export function standingLine(of: HeadlessStanding, cells: readonly FileCell[]): StandingLine {
  const { task, rows, encoder, standing } = of;
  const own = cellsOf(of, cells);
  const known = own.find((cell) => cell !== undefined);
  const ids = standing.methods.map(({ method }) => method);
  const corrected = holm(standing.pairs.map(({ p }) => p));
  const metric = known ? mainMetric(taskOf(known.config.task)) : "";
  const { constant } = standing;
  return {
    task,
    ...(rows === undefined ? {} : { rows }),
    encoder,
    metric,
    methods: standing.methods.map(({ method, runs, mean, interval, rank }, i): MethodLine => {
      const cell = own[i];
      const { source = method, share, filter, model } = cell ? named(cell) : {};
      return {
        source,
        ...(share === undefined ? {} : { share }),
        ...(filter === undefined ? {} : { filter }),
        ...(model === undefined ? {} : { model }),
        seeds: runs.length,
        mean: rounded(mean),
        ...(interval ? { interval: bounds(interval) } : {}),
        ...(rank ? { rank: bounds(rank) } : {}),
      };
    }),
    ...(constant ? { constant: { labels: constant.labels, mean: rounded(constant.values[metric] ?? 0) } } : {}),
    tests: standing.pairs.map((pair, i) => ({
      first: ids.indexOf(pair.first),
      second: ids.indexOf(pair.second),
      seeds: pair.seeds,
      ...differenceOf(pair),
      p_holm: rounded(corrected[i] as number),
    })),
  };
}

/** Chance of one false difference or more among the tests of a task. */
const level = 0.05;

/** The table of a task's sources under one encoder, a string a line. */
export function standingWords(standing: HeadlessStanding, cells: readonly FileCell[]): string[] {
  const { encoder, metric, methods, constant, tests } = standingLine(standing, cells);
  const names = cellsOf(standing, cells).map((cell, i) =>
    cell ? `${writtenBy(cell)}${shareWords(cell.share)}${filterWords(cell.filter)}` : JSON.stringify(methods[i]?.source),
  );
  const width = Math.max(...names.map((name) => name.length));
  const rows = methods.map(({ seeds, mean, interval, rank }, i) => {
    const ranked = rank ? `  rank ${rank[0] === rank[1] ? rank[0] : `${rank[0]} to ${rank[1]}`}` : "";
    return `  ${(names[i] as string).padEnd(width)}  ${mean.toFixed(3)}${inBrackets(interval)}${ranked}  ${counted(seeds, "seed")}`;
  });
  const pairs = tests.map(({ first, second, difference, interval, p_holm, seeds }) => {
    const words = `  ${names[second]} less ${names[first]}: ${signed(difference)} (${signed(interval[0])} to ${signed(interval[1])})`;
    return `${words}, p ${p_holm < 0.001 ? "< 0.001" : p_holm.toFixed(3)}${p_holm < level ? "" : ": not told apart"}, ${counted(seeds, "seed")}`;
  });
  return [
    `${taskWords(standing)}, ${encoder}: ${metric}, mean over the seeds (95 % interval over test examples)`,
    ...rows,
    ...(constant
      ? [
          `  Always ${constant.labels.length > 1 ? "every label" : constant.labels[0]}, whatever the text says: ${constant.mean.toFixed(3)}`,
        ]
      : []),
    ...(pairs.length > 0
      ? ["Differences on the same test examples, by paired bootstrap, p corrected for their number (Holm):", ...pairs]
      : []),
  ];
}

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
const signed = (x: number): string => `${x < 0 ? "-" : "+"}${Math.abs(x).toFixed(3)}`;
