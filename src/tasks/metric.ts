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

/**
 * Field of a score: the metric's name for the first of that name in the task's list, with its average for the others, and with the label that does not
 * count where an earlier one has both.
 */
export function metricId(metrics: readonly Metric[], metric: Metric): string {
  const { name, average, without } = metric;
  const earlier = metrics.slice(0, metrics.indexOf(metric));
  if (!earlier.some((m) => m.name === name)) return name;
  const id = average === undefined ? name : `${name}-${average}`;
  if (!earlier.some((m) => metricId(metrics, m) === id)) return id;
  return `${id}-${without === undefined ? "all" : `without-${without}`}`;
}
