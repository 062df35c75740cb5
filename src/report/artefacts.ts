// Files that a finished run leaves: the dataset, its scores. Pure; the report has a file of its own.

import type { Notebook } from "../experiment/notebook.ts";
import { writeJsonl } from "../formats/clingen.ts";
import { drawnOf, type Synthetic } from "../generate/log.ts";
import type { RejectReason } from "../generate/source.ts";
import { licenceCounts } from "../knowledge/licences.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";

/**
 * The synthetic dataset as ClinGen's JSONL. Each row also has the topic and the style of its prompt, and the topic's provenance:
 * its ids, relation, source and licence in the graph.
 */
export function datasetJsonl(task: Task, synthetic: readonly Synthetic[]): string {
  return writeJsonl(
    task,
    synthetic.map((s) => s.example as ExampleOf<Task>),
    (i) => {
      const { index } = synthetic[i] as Synthetic;
      const { topic, style } = drawnOf(synthetic[i] as Synthetic);
      return {
        attempt: index,
        ...(topic ? { topic: topic.entities.map((e) => e.name).join(", "), topic_source: topic } : {}),
        ...(style ? { style } : {}),
      };
    },
  );
}

/** Scores and counts of a run, with all that is needed to run it again. */
export function scoresJson(
  notebook: Notebook,
  synthetic: readonly Synthetic[],
  rejected: Readonly<Partial<Record<RejectReason, number>>>,
): string {
  const { config, training, data, spent, run } = notebook;
  const results = training?.results ?? {};
  const scores = Object.fromEntries(Object.entries(results).map(([stage, result]) => [stage, result.scores]));
  const examples = {
    few: data?.train.length ?? 0,
    validation: data?.validation.length ?? 0,
    synthetic: synthetic.length,
    test: data?.test.length ?? 0,
  };
  const { device, basis: trainedOn } = training ?? {};
  const licences = licenceCounts(synthetic.map((entry) => drawnOf(entry).topic));
  const more = licences.length > 0 ? { licences } : {};
  return `${JSON.stringify({ run, config, examples, rejected, device, trainedOn, ...more, scores, milliseconds: spent }, null, 2)}\n`;
}
