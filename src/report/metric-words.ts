// Metrics in words for readers. Knows no score.

import type { Average, Metric, MetricName } from "../tasks/metric.ts";

const nameWords: Readonly<Record<MetricName, string>> = {
  accuracy: "Accuracy",
  precision: "Precision",
  recall: "Recall",
  f1: "F1",
};

const averageWords: Readonly<Record<Average, string>> = {
  micro: "micro",
  macro: "macro",
  positive: "of the relation",
  example: "by example",
};

/** "F1, macro, without “not”" */
export const metricWords = ({ name, average, without }: Metric): string =>
  [nameWords[name], ...(average ? [averageWords[average]] : []), ...(without === undefined ? [] : [`without “${without}”`])].join(
    ", ",
  );

/** The same within a sentence. */
export function metricInText(metric: Metric): string {
  const words = metricWords(metric);
  return metric.name === "f1" ? words : words.charAt(0).toLowerCase() + words.slice(1);
}
