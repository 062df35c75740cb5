// The card of a trained model: what it learnt from, its scores with intervals, its limits and licences. Pure; its form is model-card-text's.

import { writerWords } from "../experiment/batch-file.ts";
import { modelNote } from "../experiment/model-note.ts";
import type { Notebook } from "../experiment/notebook.ts";
import { lastStageOf } from "../experiment/training-basis.ts";
import { drawnOf, type Synthetic } from "../generate/log.ts";
import { sourceOf } from "../generate/sources.ts";
import { licenceSentences } from "../knowledge/licences.ts";
import { taskIdOf, taskOf } from "../tasks/catalogue.ts";
import type { Shape } from "../tasks/example.ts";
import { metricId } from "../tasks/metric.ts";
import type { Task } from "../tasks/task.ts";
import { scoredNoun, sourceWords } from "./data-words.ts";
import { metricWords } from "./metric-words.ts";
import { type Looked, limitsOf } from "./report-card.ts";
import { counted } from "./report-html.ts";
import type { RunModelFiles } from "./run-record.ts";
import { methodNameOf, secondStageOf } from "./second-stage.ts";

export type CardBlock =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string };

export interface CardSection {
  readonly title: string;
  readonly blocks: readonly CardBlock[];
}

export interface ModelCard {
  /** Fields in front of the text, as the Hugging Face hub reads them. */
  readonly front: Readonly<Record<string, string | readonly string[]>>;
  readonly title: string;
  readonly sections: readonly CardSection[];
}

/** Section that only readers of the folder need. */
export const useTitle = "How to use it";

const pipelines: Readonly<Record<Shape, "token-classification" | "text-classification">> = {
  token: "token-classification",
  sentence: "text-classification",
  relation: "text-classification",
  pair: "text-classification",
};

const text = (words: string): CardBlock => ({ kind: "text", text: words });
const list = (items: readonly string[]): CardBlock => ({ kind: "list", items });

/** `models` took part in the run, with their licences where they are known. */
export function modelCard(
  now: Notebook,
  synthetic: readonly Synthetic[],
  { models = [], ...looked }: Looked & { readonly models?: readonly RunModelFiles[] } = {},
): ModelCard {
  const notebook = asTrained(now);
  const { config } = notebook;
  const task = taskOf(config.task);
  const learnt = learntOf(notebook, synthetic);
  const note = modelNote(config);
  const about = [
    text(`${task.summary} Made with Clinfuse.`),
    text(`Labels: ${task.labels.map(({ id, description }) => (description ? `${id} (${description})` : id)).join("; ")}.`),
    ...(note === undefined ? [] : [text(note)]),
  ];
  const topics = learnt
    ? licenceSentences(learnt.map((entry) => drawnOf(entry).topic))
    : ["The licences of the topics of its synthetic examples are not known here: they are of an earlier set of this run."];
  return {
    front: {
      language: "en",
      license: "other",
      library_name: "transformers",
      pipeline_tag: pipelines[task.shape],
      tags: ["clinfuse", taskIdOf(config.task)],
    },
    title: `${task.name}, ${sourceOf(config.source).title(config.source)}`,
    sections: [
      { title: "What it does", blocks: about },
      { title: "What it was trained on", blocks: [list(learntFrom(notebook, learnt, models))] },
      { title: "Scores", blocks: scoreBlocks(notebook, task, looked) },
      { title: "Limits", blocks: [list(limitsOf(notebook, learnt ?? synthetic, learnt ? looked : { sure: looked.sure }))] },
      { title: "Licences", blocks: [list([...topics, ...modelLicences(models)])] },
      { title: useTitle, blocks: usage(task) },
    ],
  };
}

/** The choices of training as they were then: the run may have chosen others since. */
const asTrained = (now: Notebook): Notebook =>
  now.training ? { ...now, config: { ...now.config, ...now.training.basis.settings } } : now;

/** The examples that the model was trained on; undefined where the run has others by now. */
function learntOf({ run = "", training }: Notebook, synthetic: readonly Synthetic[]): readonly Synthetic[] | undefined {
  if (!training) return synthetic;
  const { basis } = training;
  if (basis.examples > 0 && basis.run !== run) return undefined;
  return synthetic.slice(0, basis.examples);
}

function learntFrom(
  { config, data, training }: Notebook,
  learnt: readonly Synthetic[] | undefined,
  models: readonly RunModelFiles[],
): string[] {
  const named = (id: string) => models.find((model) => model.id === id)?.name ?? id;
  const writer = writerWords(config, named);
  const method = training && methodNameOf(training.basis);
  const by = `${sourceOf(config.source).title(config.source)}${writer === undefined ? "" : `, written by ${writer}`}`;
  const { filter } = training?.basis ?? {};
  return [
    `Encoder: ${named(config.encoder)}, fine-tuned.`,
    ...(data ? [`${counted(data.train.length, "real example")} from ${sourceWords(data)} (stage I).`] : []),
    ...(learnt === undefined
      ? [
          `${counted(training?.basis.examples ?? 0, "synthetic example")} of an earlier set of this run, ${training?.basis.run} (stage II). They are no records of patients.`,
        ]
      : []),
    ...(learnt && learnt.length > 0
      ? [`${counted(learnt.length, "synthetic example")} by ${by} (stage II). They are no records of patients.`]
      : []),
    ...(method ? [`Stage II: ${method}.`] : []),
    ...(filter
      ? [
          `${filter.of - (training?.basis.examples ?? 0)} of ${filter.of} synthetic examples were left out: doubted by ${filter.by}.`,
        ]
      : []),
    ...(data ? [`${counted(data.validation.length, "example")} chose the best epoch.`] : []),
    `Seed ${config.seed}; ${training?.device === "webgpu" ? "trained on WebGPU" : "trained on WASM"}.`,
    ...(training?.remarks ?? []),
  ];
}

function scoreBlocks({ data, training }: Notebook, task: Task, { sure }: Looked): CardBlock[] {
  const stages = (["few", "synthetic"] as const).filter((stage) => training?.results[stage]);
  if (!training || stages.length === 0) return [text("It was not scored.")];
  const names = { few: "Stage I alone", synthetic: `Few-shot and ${secondStageOf(training.basis)}` };
  const rows = task.metrics.map((metric) => {
    const id = metricId(task.metrics, metric);
    const cell = (stage: (typeof stages)[number]) => {
      const [value, of] = [training.results[stage]?.scores.values[id], sure?.intervals[stage]?.[id]];
      if (value === undefined) return "–";
      return `${value.toFixed(3)}${of ? ` (${of.low.toFixed(3)} to ${of.high.toFixed(3)})` : ""}`;
    };
    return [metricWords(metric), ...stages.map(cell)];
  });
  const test = training.results[lastStageOf(training.basis)]?.scores.examples ?? data?.test.length ?? 0;
  const from = data ? ` from ${sourceWords(data)}` : "";
  return [
    text(
      `On ${counted(test, scoredNoun(data))}${from}.${sure ? " In brackets: the 95 % interval, by 10,000 draws of these examples." : ""}`,
    ),
    { kind: "table", head: ["Metric", ...stages.map((stage) => names[stage])], rows },
    ...(stages.length === 2 ? [text("The files hold the model of the last column.")] : []),
  ];
}

function modelLicences(models: readonly RunModelFiles[]): string[] {
  const words: Partial<Record<RunModelFiles["role"], string>> = {
    encoder: "The encoder",
    writer: "The language model that wrote",
  };
  const stated = models.flatMap(({ role, name, licence }) => {
    const who = words[role];
    return who ? [`${who}, ${name}: ${licence ?? "its licence is not known here"}.`] : [];
  });
  return [...stated, "Name a licence of your own only as far as all of these, and those of the real examples, allow."];
}

/** Sentence before the command that applies a model. */
const applied: Readonly<Record<Shape, string>> = {
  token: "clinfuse.json has the task and the SHA-256 of each file. Long notes are read sentence by sentence by:",
  sentence: "clinfuse.json has the task and the SHA-256 of each file. Long notes are read sentence by sentence by:",
  relation:
    "clinfuse.json has the task, the SHA-256 of each file, and the markers: the model reads each of the two entities between those of its type. Tables with columns for the text and both names are read by:",
  pair: "clinfuse.json has the task and the SHA-256 of each file. Tables with two columns of texts are read by:",
};

/** Shapes that are asked of plain notes; the others need a table. */
const wholeNotes: readonly Shape[] = ["token", "sentence"];

function usage(task: Task): CardBlock[] {
  const pipeline = pipelines[task.shape];
  const auto = task.shape === "token" ? "AutoModelForTokenClassification" : "AutoModelForSequenceClassification";
  const python = `from transformers import AutoTokenizer, ${auto}\n\ntokenizer = AutoTokenizer.from_pretrained("FOLDER")\nmodel = ${auto}.from_pretrained("FOLDER")`;
  const script = `import { env, pipeline } from "@huggingface/transformers";\n\nenv.allowRemoteModels = false;\nenv.localModelPath = "/models/";\nconst read = await pipeline("${pipeline}", "FOLDER", { dtype: "fp32" });`;
  return [
    { kind: "code", language: "python", text: python },
    text("In transformers.js, with the folder onnx beside config.json:"),
    { kind: "code", language: "js", text: script },
    text(applied[task.shape]),
    { kind: "code", language: "sh", text: `npm run apply -- FOLDER ${wholeNotes.includes(task.shape) ? "NOTES" : "TABLE"}` },
  ];
}
