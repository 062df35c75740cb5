// The accepted examples of a run as a data set for Python, with a card that says how they were made. Pure.

import { huggingFaceFolder, type RowOrigin } from "../formats/huggingface.ts";
import { drawnOf, type Synthetic } from "../generate/log.ts";
import type { SourceConfig } from "../generate/source.ts";
import { sourceOf, writerOf } from "../generate/sources.ts";
import { licenceSentences } from "../knowledge/licences.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";

export interface MadeBy {
  readonly source: SourceConfig;
  readonly run: string;
  readonly seed: number;
}

/** Files by path: README.md, data/train.jsonl and data/train.parquet. */
export function dataFolder(task: Task, synthetic: readonly Synthetic[], { source, run, seed }: MadeBy) {
  const origins = synthetic.map(originOf);
  const model = writerOf(source)?.model;
  const by = model === undefined ? "" : `, written by the language model \`${model}\``;
  const terms = [...new Set(origins.flatMap((o) => (o.topic_source ? [`${o.topic_source} (${o.topic_licence})`] : [])))];
  const paragraphs = [
    `${synthetic.length} synthetic examples for ${task.name}, made by ${sourceOf(source).title(source)}${by} with Clinfuse (run \`${run}\`, seed ${seed}). They are no records of patients.`,
    `Labels: ${task.labels.map(({ id }) => `\`${id}\``).join(", ")}. \`topic\` and \`style\` are what the prompt of a row asked for.`,
    ...(terms.length > 0 ? [`Topics come from ${terms.join("; ")}: \`topic_source\` and \`topic_licence\` say it by row.`] : []),
    ...licences(synthetic),
    "The terms of the language model apply to what it wrote: name a licence in this card before it is published.",
  ];
  const title = `${task.name}, ${sourceOf(source).title(source)}`;
  return huggingFaceFolder(
    task,
    synthetic.map(({ example }) => example as ExampleOf<Task>),
    origins,
    { title, paragraphs, licence: "other" },
  );
}

/** A licence report of the rows, as one paragraph; none where no topic is a graph's. */
function licences(synthetic: readonly Synthetic[]): string[] {
  const sentences = licenceSentences(synthetic.map((entry) => drawnOf(entry).topic));
  return sentences.length > 0 ? [`Licences of the graph's rows: ${sentences.join(" ")}`] : [];
}

function originOf(entry: Synthetic): RowOrigin {
  const { topic, style } = drawnOf(entry);
  return {
    topic: topic ? topic.entities.map(({ name }) => name).join(", ") : null,
    topic_source: topic ? (topic.provenance?.source ?? (topic.source === "llm" ? "language model" : null)) : null,
    topic_licence: topic?.provenance?.licence ?? null,
    style: style ?? null,
  };
}
