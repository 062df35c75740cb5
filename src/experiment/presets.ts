// The two presets of a run. `paper` is the paper's protocol (4.1.1, 5.1, App. C); `small` is tuned for the small models.

import type { ConfigOf, MaskTuning, SourceConfig, SourceKind, Writer } from "../generate/source.ts";
import { sourceOf, steeredOf, withWriter, writerOf } from "../generate/sources.ts";
import type { TopicOrigin } from "../knowledge/gather.ts";
import { type TaskRef, taskOf } from "../tasks/catalogue.ts";
import type { Family } from "../tasks/families.ts";
import { type ExperimentConfig, type Preset, starterGraph } from "./experiment-config.ts";

type Chosen = Pick<ExperimentConfig, "task"> &
  Partial<Omit<ExperimentConfig, "task" | "source" | "preset">> & {
    /** A kind stands for the preset's own config of it. */
    readonly source: SourceKind | SourceConfig;
  };

/** A whole config from a task and a source. Fields of `chosen` win over the preset's. */
export function presetConfig(preset: Preset, { source: asked, ...chosen }: Chosen): ExperimentConfig {
  const known = typeof asked === "string" ? withTopicsOf(chosen.task, presetSource(preset, asked)) : asked;
  const source = withWriterOf(preset, chosen.task, known);
  return { ...choices[preset], topicCount: topicCount(preset, source), ...chosen, source, preset };
}

/** The source with the topics that a task of the user's own is meant for; one without topics stays without. */
export function withTopicsOf(task: TaskRef, source: SourceConfig): SourceConfig {
  const steered = steeredOf(source);
  return steered && steered.topics !== "none" && typeof task === "object" && task.topicsFrom
    ? { ...steered, topics: task.topicsFrom }
    : source;
}

/** The source with the choices that the preset's writer needs for the task's family, where it makes none of its own. */
export function withWriterOf(preset: Preset, task: TaskRef, source: SourceConfig): SourceConfig {
  if (!writesTexts.includes(source.kind)) return source;
  return withWriter(source, { ...familyWriters[preset][taskOf(task).family], ...writerOf(source) });
}

/** The preset's config of a source. `model` is the writer's id in the catalogue. */
export function presetSource<K extends SourceKind>(preset: Preset, kind: K, model = "smollm2-135m-instruct"): ConfigOf<K> {
  return defaults[kind](preset, { model, ...writers[preset] });
}

/** Topics worth drawing for each label. It depends on where they come from. */
export function topicCount(preset: Preset, source: SourceConfig): number {
  const topics = sourceOf(source).knowledge?.(source).topics ?? "kg";
  return topicCounts[preset][topics];
}

/** As many as there are, but for very large graphs. */
const all = 20_000;

const topicCounts = {
  paper: { kg: all, llm: 300, both: 300, list: all, none: 0 }, // 4.1.1: all nodes and links of a graph; 300 from a language model
  small: { kg: 600, llm: 100, both: 100, list: all, none: 0 }, // a small model lists hardly more before it repeats itself
} as const satisfies Readonly<Record<Preset, Record<TopicOrigin, number>>>;

/** A writer's settings without its demonstrations, which are the source's. */
const writers: Readonly<Record<Preset, Pick<Writer, "sampling" | "grammar">>> = {
  paper: { sampling: { temperature: 1, topP: 1, maxTokens: 512 }, grammar: true }, // App. C; 512 is the released code's
  small: { sampling: { temperature: 0.7, topP: 0.95, maxTokens: 48 }, grammar: true },
};

/** Sources whose writer answers the task's own prompts with new texts. */
const writesTexts: readonly SourceKind[] = ["clingen", "zerogen", "demogen", "progen"];

type FamilyWriter = Pick<Writer, "shown" | "uncopied" | "candidates">;
const asThePaper: FamilyWriter = {};

/** Tuned on rows outside of the tests (docs/small-models.md). */
const familyWriters: Readonly<Record<Preset, Readonly<Record<Family, FamilyWriter>>>> = {
  paper: { ner: asThePaper, attribute: asThePaper, classification: asThePaper, relation: asThePaper, pair: asThePaper },
  small: {
    ner: asThePaper,
    attribute: asThePaper,
    classification: asThePaper,
    relation: asThePaper,
    pair: { uncopied: 4 }, // without it most second texts of HealthVer are the first once more
  },
};

/** ProGen's rounds. `small` has as many in some hundred examples as the paper's 5,000 have. */
const rounds: Readonly<Record<Preset, { readonly round: number; readonly influenceFrom: number }>> = {
  paper: { round: 100, influenceFrom: 2000 }, // Ye et al. 2022b; 2,000 is where they first have a validation set
  small: { round: 10, influenceFrom: 100 },
};

/** Settings of the methods' own code, whatever the preset. BERT's dropout, as its training mode has it. */
const tunings = {
  // Kumar et al. 2020, "prepend"
  "conditional-mlm": {
    epochs: 10,
    learningRate: 4e-5,
    batchSize: 8,
    maxTokens: 64,
    warmup: 0.1,
    weightDecay: 0.01,
    dropout: 0.1,
    maskRate: 0.15,
  },
  // Zhou et al. 2022: 16, accumulated twice; Adam without decay
  melm: {
    epochs: 20,
    learningRate: 1e-5,
    batchSize: 32,
    maxTokens: 128,
    warmup: 0,
    weightDecay: 0,
    dropout: 0.1,
    maskRate: 0.7,
  },
} as const satisfies Readonly<Partial<Record<SourceKind, MaskTuning>>>;

type Defaults = {
  readonly [K in SourceKind]: (preset: Preset, writer: Omit<Writer, "demonstrations">) => ConfigOf<K>;
};

const defaults: Defaults = {
  none: () => ({ kind: "none" }),
  gold: () => ({ kind: "gold" }),
  zerogen: (_, writer) => ({ kind: "zerogen", writer: { ...writer, demonstrations: "none" } }),
  demogen: (preset, writer) => ({
    kind: "demogen",
    writer: { ...writer, demonstrations: preset === "paper" ? "shuffled" : "fixed" },
  }),
  "word-substitution": () => ({ kind: "word-substitution" }),
  kgpc: () => ({ kind: "kgpc" }),
  lightner: () => ({ kind: "lightner" }),
  // UDA's temperature; a translation is as long as its text.
  "back-translation": (_, { sampling, ...writer }) => ({
    kind: "back-translation",
    writer: { ...writer, sampling: { ...sampling, temperature: 0.8, maxTokens: 256 }, demonstrations: "none" },
  }),
  tmix: () => ({ kind: "tmix", alpha: 16, layers: [7, 9, 12] }), // MixText's README
  seqmix: () => ({ kind: "seqmix", variant: "window", alpha: 8, window: 5 }), // Zhang et al. 2020
  "conditional-mlm": () => ({ kind: "conditional-mlm", tuning: tunings["conditional-mlm"] }),
  melm: () => ({ kind: "melm", tuning: tunings.melm, filter: false }),
  // Greedy; long enough for a copy of a test item, which its marks are written into.
  "in-context": (_, { sampling, ...writer }) => ({
    kind: "in-context",
    writer: { ...writer, sampling: { ...sampling, temperature: 0, maxTokens: 512 }, demonstrations: "fixed" },
  }),
  progen: (preset, writer) => ({
    kind: "progen",
    ...rounds[preset],
    validation: "synthetic-rce",
    writer: { ...writer, demonstrations: "shuffled" },
  }),
  clingen: (preset, writer) =>
    preset === "paper"
      ? { kind: "clingen", topics: "kg", styles: "llm", marks: "model", writer: { ...writer, demonstrations: "shuffled" } }
      : // A model of 135M parameters suggests no style worth having.
        { kind: "clingen", topics: "kg", styles: "paper", marks: "graph", writer: { ...writer, demonstrations: "fixed" } },
};

const shared = {
  graph: starterGraph,
  engine: "auto",
  encoder: "all-minilm-l6-v2",
  device: "auto",
  seed: 1,
} as const;

const choices: Readonly<Record<Preset, Omit<ExperimentConfig, "task" | "source" | "preset" | "topicCount">>> = {
  paper: { ...shared, topicLists: "free", size: 5000 }, // App. C
  small: { ...shared, topicLists: "held", size: 60 },
};
