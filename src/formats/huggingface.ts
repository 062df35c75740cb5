// A data set as a folder that Python's datasets.load_dataset reads: JSONL, Parquet and a card. Knows no disk and no run.

import { parquetWriteBuffer } from "hyparquet-writer";
import type { Example, Shape, Shapes, Span } from "../tasks/example.ts";
import type { ExampleOf, LearnableTask, Task } from "../tasks/task.ts";
import { tokenize, wordsOfSpan } from "./words.ts";

type Feature =
  | { readonly kind: "string" }
  | { readonly kind: "int" }
  /** A number that stands for one of the names. */
  | { readonly kind: "class"; readonly names: readonly string[] }
  | { readonly kind: "list"; readonly of: Feature };

type Values = Readonly<Record<string, unknown>>;

interface Columns<S extends Shape> {
  features(task: LearnableTask<S>): Readonly<Record<string, Feature>>;
  values(example: Shapes[S], task: LearnableTask<S>): Values;
  /** The kind of work, in the words of the Hugging Face hub. */
  readonly category: string;
}

type Labelled = Pick<LearnableTask, "labels">;

const text: Feature = { kind: "string" };
const int: Feature = { kind: "int" };
const labelNames = (task: Labelled): string[] => task.labels.map(({ id }) => id);
const classOf = (task: Labelled): Feature => ({ kind: "class", names: labelNames(task) });
const indexOf = (task: Labelled, id: string): number => labelNames(task).indexOf(id);
const tagNames = (task: Labelled): string[] => ["O", ...labelNames(task).flatMap((id) => [`B-${id}`, `I-${id}`])];

/** Offset in code points, as Python counts, from one in UTF-16 code units. */
const pythonOffset = (whole: string, offset: number): number => [...whole.slice(0, offset)].length;

const entity = (name: string, whole: string, { start, end, label }: Span): Values => ({
  [name]: whole.slice(start, end),
  [`${name}_type`]: label,
  [`${name}_start`]: pythonOffset(whole, start),
  [`${name}_end`]: pythonOffset(whole, end),
});
const entityFeatures = (name: string) => ({ [name]: text, [`${name}_type`]: text, [`${name}_start`]: int, [`${name}_end`]: int });

const columns: { readonly [S in Shape]: Columns<S> } = {
  token: {
    category: "token-classification",
    features: (task) => ({
      text,
      tokens: { kind: "list", of: text },
      ner_tags: { kind: "list", of: { kind: "class", names: tagNames(task) } },
    }),
    values({ text: whole, spans }, task) {
      const words = tokenize(whole, spans);
      const tags = words.map(() => 0);
      for (const span of spans) {
        const [first, last] = wordsOfSpan(words, span) ?? [0, -1];
        const begin = 1 + 2 * indexOf(task, span.label);
        for (let i = first; i <= last; i++) tags[i] = i === first ? begin : begin + 1;
      }
      return { text: whole, tokens: words.map(({ start, end }) => whole.slice(start, end)), ner_tags: tags };
    },
  },
  sentence: {
    category: "text-classification",
    features: (task): Record<string, Feature> =>
      task.carries === "one" ? { text, label: classOf(task) } : { text, labels: { kind: "list", of: classOf(task) } },
    values({ text: whole, labels }, task) {
      if (task.carries === "one") return { text: whole, label: indexOf(task, labels[0] ?? "") };
      return { text: whole, labels: labels.map((id) => indexOf(task, id)) };
    },
  },
  relation: {
    category: "text-classification",
    features: (task) => ({ text, ...entityFeatures("head"), ...entityFeatures("tail"), label: classOf(task) }),
    values: ({ text: whole, head, tail, label }, task) => ({
      text: whole,
      ...entity("head", whole, head),
      ...entity("tail", whole, tail),
      label: indexOf(task, label),
    }),
  },
  pair: {
    category: "text-classification",
    features: (task) => ({ text_a: text, text_b: text, label: classOf(task) }),
    values: ({ first, second, label }, task) => ({ text_a: first, text_b: second, label: indexOf(task, label) }),
  },
};

interface AnyColumns extends Pick<Columns<Shape>, "category"> {
  features(task: Task): Readonly<Record<string, Feature>>;
  values(example: Example, task: Task): Values;
}

const columnsOf = (task: Task): AnyColumns => columns[task.shape] as unknown as AnyColumns; // the compiler does not follow that the row is the task's own

/** Fields of a row beside its example, each a text or nothing. */
export interface RowOrigin {
  readonly topic: string | null;
  readonly topic_source: string | null;
  readonly topic_licence: string | null;
  readonly style: string | null;
}

const originFields = ["topic", "topic_source", "topic_licence", "style"] as const satisfies readonly (keyof RowOrigin)[];

export interface DatasetAbout {
  readonly title: string;
  /** Paragraphs of the card: how it was made. */
  readonly paragraphs: readonly string[];
  /** The hub's id of its licence. */
  readonly licence: string;
}

/** Files by path. The origins are as many as the examples, in their order. */
export function huggingFaceFolder<T extends Task>(
  task: T,
  examples: readonly ExampleOf<T>[],
  origins: readonly RowOrigin[],
  about: DatasetAbout,
): Map<string, string | Uint8Array<ArrayBuffer>> {
  const { features: own, values } = columnsOf(task);
  const features = { ...own(task), ...Object.fromEntries(originFields.map((name) => [name, text])) };
  const rows = examples.map((example, i): Values => {
    const origin = origins[i];
    return {
      ...values(example, task),
      ...Object.fromEntries(originFields.map((name) => [name, origin?.[name] ?? null])),
    };
  });
  return new Map<string, string | Uint8Array<ArrayBuffer>>([
    ["README.md", card(task, features, rows.length, about)],
    ["data/train.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join("")],
    ["data/train.parquet", parquetOf(features, rows)],
  ]);
}

type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]["schema"]>[number];

function parquetOf(features: Readonly<Record<string, Feature>>, rows: readonly Values[]): Uint8Array<ArrayBuffer> {
  const names = Object.keys(features);
  const schema: SchemaElement[] = [{ name: "schema", num_children: names.length }];
  for (const [name, feature] of Object.entries(features)) schema.push(...schemaOf(name, feature));
  const plain = (value: unknown, feature: Feature): unknown => {
    if (value === null) return undefined;
    if (feature.kind === "list") return (value as unknown[]).map((one) => plain(one, feature.of));
    return feature.kind === "string" ? value : BigInt(value as number);
  };
  const columnData = Object.entries(features).map(([name, feature]) => ({
    name,
    data: rows.map((row) => plain(row[name], feature)),
  }));
  const info = {
    features: Object.fromEntries(Object.entries(features).map(([name, feature]) => [name, pythonFeature(feature)])),
  };
  const kvMetadata = [{ key: "huggingface", value: JSON.stringify({ info }) }];
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, kvMetadata }));
}

function schemaOf(name: string, feature: Feature): SchemaElement[] {
  if (feature.kind === "list") {
    return [
      { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      ...schemaOf("element", feature.of),
    ];
  }
  if (feature.kind === "string") return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" }];
  return [{ name, type: "INT64", repetition_type: "OPTIONAL" }];
}

/** As datasets.Features.to_dict writes it. */
function pythonFeature(feature: Feature): object {
  switch (feature.kind) {
    case "string":
      return { dtype: "string", _type: "Value" };
    case "int":
      return { dtype: "int64", _type: "Value" };
    case "class":
      return { names: feature.names, _type: "ClassLabel" };
    case "list":
      return { feature: pythonFeature(feature.of), _type: "Sequence" };
    default:
      return feature satisfies never;
  }
}

/** Lines of YAML behind `- name:`. A name is quoted as JSON, which YAML reads too. */
function yamlOf(feature: Feature, indent: string, key = "dtype"): string[] {
  switch (feature.kind) {
    case "string":
      return [`${indent}${key}: string`];
    case "int":
      return [`${indent}${key}: int64`];
    case "class":
      return [
        `${indent}${key}:`,
        `${indent}  class_label:`,
        `${indent}    names:`,
        ...feature.names.map((name, i) => `${indent}      '${i}': ${JSON.stringify(name)}`),
      ];
    case "list":
      return yamlOf(feature.of, indent, "sequence");
    default:
      return feature satisfies never;
  }
}

/** The card names Parquet alone, since load_dataset reads one format in a folder. */
function card(task: Task, features: Readonly<Record<string, Feature>>, rows: number, about: DatasetAbout): string {
  const described = Object.entries(features).flatMap(([name, feature]) => [`  - name: ${name}`, ...yamlOf(feature, "    ")]);
  const front = [
    `pretty_name: ${JSON.stringify(about.title)}`,
    `license: ${about.licence}`,
    "language:\n- en",
    `task_categories:\n- ${columnsOf(task).category}`,
    "tags:\n- synthetic\n- medical",
    `size_categories:\n- ${sizeCategory(rows)}`,
    "dataset_info:\n  features:",
    ...described,
    "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train.parquet",
  ];
  return `${["---", ...front, "---", ""].join("\n")}\n${[`# ${about.title}`, ...about.paragraphs, usage].join("\n\n")}\n`;
}

const usage = `\`\`\`python
from datasets import load_dataset

train = load_dataset("FOLDER", split="train")
\`\`\`

\`data/train.jsonl\` holds the same rows as JSON: \`load_dataset("json", data_files="FOLDER/data/train.jsonl", split="train")\`.`;

const sizes = [
  [1e3, "n<1K"],
  [1e4, "1K<n<10K"],
  [1e5, "10K<n<100K"],
  [1e6, "100K<n<1M"],
] as const;

const sizeCategory = (rows: number): string => sizes.find(([most]) => rows < most)?.[1] ?? "1M<n<10M";
