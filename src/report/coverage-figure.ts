// Coverage of topics and styles by label, beside what even draws would cover: a row a label. Knows no renderer.

import { coverageOf, type LabelCoverage } from "../analyse/coverage.ts";
import { drawnOf, type Synthetic } from "../generate/log.ts";
import type { KnowledgeData, Topic } from "../knowledge/topic.ts";
import type { Label } from "../tasks/task.ts";
import type { Figure } from "./figure.ts";

/** Two topics of the same names and relation are one. */
const topicWords = ({ entities, relation }: Pick<Topic, "entities" | "relation">): string =>
  [entities.map(({ name }) => name).join(", "), ...(relation === undefined ? [] : [relation])].join(": ");

/** Coverage by the accepted examples of what their prompts could draw. */
export function coverage(knowledge: KnowledgeData | undefined, synthetic: readonly Synthetic[]): readonly LabelCoverage[] {
  const drawn = synthetic.map((entry) => {
    const { topic, style } = drawnOf(entry);
    return { label: entry.label, ...(topic ? { topic: topicWords(topic) } : {}), ...(style === undefined ? {} : { style }) };
  });
  // A source that draws nothing may stand beside knowledge that another one gathered.
  if (!drawn.some(({ topic, style }) => topic !== undefined || style !== undefined)) return [];
  const used = { topics: drawn.some(({ topic }) => topic !== undefined), styles: drawn.some(({ style }) => style !== undefined) };
  const topics = used.topics
    ? Object.entries(knowledge?.topics ?? {}).map(([label, list]) => [label, list.map(topicWords)] as const)
    : [];
  const styles = used.styles ? (knowledge?.styles ?? []) : [];
  return coverageOf(drawn, { topics: Object.fromEntries(topics), styles: styles.map(({ name }) => name) });
}

/** Undefined where nothing was drawn. `labels`: the task's, for their names. */
export function coverageFigure(
  knowledge: KnowledgeData | undefined,
  synthetic: readonly Synthetic[],
  labels: readonly Label[],
): Figure | undefined {
  const nameOf = (id: string) => labels.find((label) => label.id === id)?.name ?? id;
  const rows = coverage(knowledge, synthetic);
  if (rows.length === 0) return undefined;
  const share = ({ pairs }: LabelCoverage, used = pairs.used) => used / pairs.of;
  const y = (i: number) => rows.length - i;
  const highest = Math.max(...rows.map((row) => Math.max(share(row), share(row, row.even.high))));
  const of = ({ used, of: all }: LabelCoverage["pairs"]) => (all === 0 ? "–" : `${used} of ${all}`);
  return {
    title: "Topics and styles that were written about",
    label: `Share of the pairs of topic and style that the texts of ${rows.length} labels were written with, beside even draws`,
    axes: {
      x: { title: "share of all pairs of topic and style", from: 0, to: Math.min(1, highest * 1.1 + 0.01) },
      y: {
        title: "● used   — 95 % of even draws",
        from: 0.5,
        to: rows.length + 0.7,
        ticks: rows.map(({ label }, i) => ({ at: y(i), text: nameOf(label) })),
      },
    },
    marks: [{ kind: "points", tone: "synthetic", points: rows.map((row, i) => ({ x: share(row), y: y(i) })) }],
    intervals: rows.map((row, i) => ({
      tone: "plain" as const,
      y: y(i),
      low: share(row, row.even.low),
      high: share(row, row.even.high),
    })),
    height: 80 + 36 * rows.length,
    table: {
      title: "Coverage, in numbers",
      columns: [
        { name: "Label" },
        ...["Texts", "Topics", "Styles", "Pairs of both", "Even draws, 95 %"].map((name) => ({ name, numeric: true }) as const),
      ],
      rows: rows.map((row) => [
        nameOf(row.label),
        String(row.texts),
        of(row.topics),
        of(row.styles),
        of(row.pairs),
        `${row.even.low.toFixed(0)} to ${row.even.high.toFixed(0)}`,
      ]),
    },
  };
}
