// Figures of section 6: entities by rank (2c, 7c, 9, 13), lengths, growth of the vocabulary. Knows no renderer.

import type { Analysis, OwnMeasures } from "../analyse/analysis.ts";
import type { Figure, FigurePoint, FigureTone, Mark } from "./figure.ts";

interface Series {
  readonly name: string;
  readonly tone: FigureTone;
  readonly of: OwnMeasures;
}

/** The real set, and the first synthetic one. */
export function seriesOf({ real, synthetic }: Analysis): readonly Series[] {
  const [first] = synthetic;
  return [
    { name: "Real", tone: "few", of: real },
    ...(first ? [{ name: "Synthetic", tone: "synthetic" as const, of: first }] : []),
  ];
}

/** Entities that a set is counted by: the graph's names where it was looked for them, else the marked ones. */
export const entitiesIn = (of: OwnMeasures) => of.named ?? of.marked;

/** Share of mentions by rank on a logarithmic axis. Undefined where no set has an entity. */
export function entityFigure(analysis: Analysis): Figure | undefined {
  const series = seriesOf(analysis).filter(({ of }) => entitiesIn(of).mentions > 0);
  if (series.length === 0) return undefined;
  const points = series.map(({ of }) => entitiesIn(of).frequencies.map((share, i) => ({ x: i + 1, y: Math.log10(share) })));
  const least = Math.min(...points.flat().map(({ y }) => y));
  return {
    title: "How often each entity is named",
    label: "Share of all mentions by rank of the entity, logarithmic",
    axes: {
      x: { title: "rank", from: 1, to: Math.max(2, ...points.map((own) => own.length)), whole: true },
      y: { title: "share of mentions, log10", from: Math.floor(least), to: 0 },
    },
    marks: marks(series, points),
    table: {
      title: "The entities named most",
      columns: [{ name: "Set" }, { name: "Entity" }, { name: "Mentions", numeric: true }, { name: "Share", numeric: true }],
      rows: series.flatMap(({ name, of }) =>
        entitiesIn(of).most.map((entity) => [
          name,
          entity.name,
          String(entity.count),
          (entity.count / entitiesIn(of).mentions).toFixed(3),
        ]),
      ),
    },
  };
}

/** Texts of so many words are shown together, so that a curve is not all teeth. */
const lengthBins = 30;

/** Share of texts by their number of words. Undefined without texts. */
export function lengthFigure(analysis: Analysis): Figure | undefined {
  const series = seriesOf(analysis).filter(({ of }) => of.n > 0);
  const longest = Math.max(0, ...series.map(({ of }) => of.lengths.histogram.length - 1));
  if (longest === 0) return undefined;
  const width = Math.max(1, Math.ceil(longest / lengthBins));
  const points = series.map(({ of }) =>
    binned(of.lengths.histogram, width, longest).map((n, i) => ({ x: (i + 0.5) * width, y: n / of.n })),
  );
  const figure = {
    title: "Lengths of the texts",
    label: "Share of texts by their number of words",
    axes: {
      x: { title: "words", from: 0, to: (Math.floor(longest / width) + 1) * width, whole: true as const },
      y: { title: "share of texts", from: 0, to: Math.max(...points.flat().map(({ y }) => y)) },
    },
    marks: marks(series, points),
    table: {
      title: "Lengths",
      columns: [{ name: "Set" }, ...["Texts", "Mean", "Median", "Longest"].map((name) => ({ name, numeric: true as const }))],
      rows: series.map(({ name, of }) => [
        name,
        String(of.n),
        of.lengths.mean.value.toFixed(1),
        String(of.lengths.median),
        String(of.lengths.histogram.length - 1),
      ]),
    },
  };
  return figure;
}

function binned(histogram: readonly number[], width: number, longest: number): number[] {
  const bins = new Array<number>(Math.floor(longest / width) + 1).fill(0);
  for (const [words, n] of histogram.entries()) bins[Math.floor(words / width)] = (bins[Math.floor(words / width)] ?? 0) + n;
  return bins;
}

/** Different words after so many words read. Undefined without words. */
export function vocabularyFigure(analysis: Analysis): Figure | undefined {
  const series = seriesOf(analysis).filter(({ of }) => of.growth.length > 0);
  if (series.length === 0) return undefined;
  const points = series.map(({ of }) => [
    { x: 0, y: 0 },
    ...of.growth.map(({ words, different }) => ({ x: words, y: different })),
  ]);
  const most = (of: (point: FigurePoint) => number) => Math.max(...points.flat().map(of));
  return {
    title: "Growth of the vocabulary",
    label: "Different words by words read",
    axes: {
      x: { title: "words read", from: 0, to: most(({ x }) => x), whole: true },
      y: { title: "different words", from: 0, to: most(({ y }) => y) },
    },
    marks: marks(series, points),
    table: {
      title: "Vocabulary",
      columns: [{ name: "Set" }, { name: "Words", numeric: true }, { name: "Different words", numeric: true }],
      rows: series.map(({ name, of }) => [name, String(of.growth.at(-1)?.words ?? 0), String(of.growth.at(-1)?.different ?? 0)]),
    },
  };
}

const marks = (series: readonly Series[], points: readonly (readonly FigurePoint[])[]): Mark[] =>
  series.map(({ name, tone }, i) => ({ kind: "line", tone, name, nameAt: "end", points: points[i] ?? [] }));
