// Metrics of a task, as data (Table 5). Knows no count and no formula.

export type MetricName = "accuracy" | "precision" | "recall" | "f1";

export type Average = "micro" | "macro" | "positive" | "example";

export interface Metric {
  readonly name: MetricName;
  /**
   * Over labels. `micro`: their counts together. `macro`: the mean of each label's own. `positive`: `micro` over the labels that are not negative.
   * `example`: precision and recall of each example, their means, and F1 of the means (BLUE's example-based F1).
   * Absent: `micro` for spans, `macro` for labels. Accuracy has no average.
   */
  readonly average?: Average;
  /** A label that does not count. */
  readonly without?: string;
}

/** Field of a score: the metric's name for the first of that name in the task's list, and with its average for the others. */
export function metricId(metrics: readonly Metric[], metric: Metric): string {
  const first = metrics.find((m) => m.name === metric.name);
  return first === metric || metric.average === undefined ? metric.name : `${metric.name}-${metric.average}`;
}
