// Groups of sources, and origins of topics and styles, in words for readers.

import type { SourceConfig, SourceGroup, StyleOrigin } from "../../../generate/source.ts";
import { writerOf } from "../../../generate/sources.ts";
import type { TopicOrigin } from "../../../knowledge/gather.ts";
import type { Family } from "../../../tasks/families.ts";
import type { Task } from "../../../tasks/task.ts";
import { counted } from "../../parts/numbers.ts";

export const groupWords: Readonly<Record<SourceGroup, string>> = {
  clingen: "ClinGen",
  prompting: "Prompting baselines",
  augmentation: "Augmentations of the few real examples",
  real: "Real data alone",
  inference: "Without training",
};

interface Origin {
  readonly name: string;
  readonly hint: string;
}

export const topicWords: Readonly<Record<TopicOrigin, Origin>> = {
  kg: { name: "A knowledge graph", hint: "Names that experts curated, each with its source and licence." },
  llm: { name: "The language model", hint: "It is asked for names of each kind; slower, and as good as the model." },
  both: { name: "Both", hint: "Each prompt takes its topic from the one or the other, by turns of chance." },
  list: { name: "A list of your own", hint: "The names that were pasted with the task." },
  none: { name: "No topics", hint: "The prompt's item about a topic is left out: an ablation (Table 3)." },
};

export const styleWords: Readonly<Record<StyleOrigin, string>> = {
  paper: "The paper's examples",
  llm: "Asked of the language model (as the paper)",
  none: "None: the ablation of Table 3",
};

/** Things that a writer was measured not to do, by its id and the family of the task (docs/small-models.md). */
const limits: Readonly<Record<string, Partial<Readonly<Record<Family, string>>>>> = {
  "smollm2-135m-instruct": {
    pair: "A writer of 135M parameters writes pairs that differ little by their label. On MQP they taught the encoder nothing.",
    classification:
      "On HoC the sentences of a writer of 135M parameters taught something. The graph’s topics, which there say nothing of the label, added nothing that two seeds could tell.",
    relation:
      "On CDR the sentences of a writer of 135M parameters took recall, and brought no precision that two seeds could tell.",
  },
};

/** A sentence for the choice of a source; undefined where nothing is known against its writer. */
export function limitOf(source: SourceConfig, family: Family): string | undefined {
  return limits[writerOf(source)?.model ?? ""]?.[family];
}

/** A sentence for a graph without topics for these labels, by name; and the ways out. */
export function bareWords(task: Pick<Task, "labels" | "topics">, bare: readonly string[]): string {
  const whole = "every" in task.topics || bare.length === task.labels.length;
  const lacks = whole
    ? "This graph has no topic for this task"
    : `This graph has no topic for ${counted(bare.length, "label")} of this task (${bare.join(", ")}), and each label needs one`;
  return `${lacks}. Choose or import another graph, or take topics from the language model.`;
}
