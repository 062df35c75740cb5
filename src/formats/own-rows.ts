// Examples in the layout of a user's own task (docs/own-task.md), as lines or a list of JSON. Knows no disk.

import { FieldError, field } from "../base/json-field.ts";
import type { Example, Shape, TokenExample } from "../tasks/example.ts";
import { readExamples } from "../tasks/example-rows.ts";
import type { Task } from "../tasks/task.ts";
import type { At, Format } from "./format.ts";
import { type AnnotatedText, addAnnotated } from "./reading/annotated.ts";
import { Collection } from "./reading/collection.ts";
import { firstRow } from "./reading/first-row.ts";
import { type JsonObject, jsonRows } from "./reading/json.ts";
import { markedPlaces, type Stretch } from "./reading/offsets.ts";
import { extensionOf, listed, splitOf } from "./reading/paths.ts";
import { foreignText } from "./reading/strangers.ts";
import { malformed, readText } from "./reading/text-file.ts";

/** Fields of a row by shape. Others beside them are passed over. */
const fields: { readonly [S in Shape]: readonly string[] } = {
  token: ["text", "spans"],
  sentence: ["text", "labels"],
  relation: ["text", "head", "tail", "label"],
  pair: ["first", "second", "label"],
};

/** Signs of the layouts that no other format has. A text with a list of labels is a row of doccano's too, which reads it. */
const layouts: readonly (readonly RegExp[])[] = [
  [/"text"\s*:\s*"/, /"spans"\s*:\s*\[\s*(?:\]|\{)/],
  [/"text"\s*:\s*"/, /"head"\s*:\s*\{[^}]*"start"\s*:/, /"tail"\s*:\s*\{[^}]*"start"\s*:/],
  [/"first"\s*:\s*"/, /"second"\s*:\s*"/],
];

function looksOwn(head: string): boolean {
  const row = firstRow(head);
  const isOther = /"(?:tokens|pieces|annotation_id|annotator|lead_time)"\s*:/.test(row);
  return !isOther && layouts.some((signs) => signs.every((sign) => sign.test(row)));
}

export const ownRows: Format = {
  id: "rows",
  name: "rows of a task of your own",
  files: 'lines of JSON: {"text", "spans"}, {"text", "head", "tail", "label"} or {"first", "second", "label"}',
  extensions: [],
  serves: () => true,
  fits: (heads) =>
    [...heads].filter(([path, head]) => /^jsonl?$/.test(extensionOf(path)) && looksOwn(head)).map(([path]) => path),
  claims: () => false,
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      for (const { value, line } of jsonRows(await readText(tree, file), file)) {
        const example = exampleIn(value, task, file, line);
        if (example.kind === "token") addAnnotated(rows, split, documentOf(example, { file, line }));
        else rows.add(split, example);
      }
    }
    return rows.finish();
  },
};

/** A text with its marks, which is cut into sentences where it is long. */
const documentOf = ({ text, spans }: TokenExample, at: At): AnnotatedText => ({
  ...at,
  text,
  mentions: spans.map(({ start, end, label }) => ({ ...at, start, end, said: text.slice(start, end), type: label, keys: [] })),
  relations: [],
  labels: undefined,
});

/** Throws `file-malformed` with the line and the field. */
function exampleIn(row: JsonObject, task: Task, file: string, line: number): Example {
  const wanted = fields[task.shape];
  const foreign = foreignText(JSON.stringify(row));
  if (foreign !== undefined) malformed(file, line, `the row ${foreign}`);
  if (wanted.some((name) => row[name] === undefined))
    malformed(file, line, `the row has ${listed(Object.keys(row))}; a row for ${task.name} has ${wanted.join(", ")}`);
  const placed: JsonObject = { ...row, ...placesIn(row) };
  const own = Object.fromEntries(wanted.map((name) => [name, placed[name]]));
  try {
    return readExamples(field("row", { train: [own] }), task).train[0] as Example;
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    return malformed(file, line, error.message.replace(/^row: train\[0\]\.|train\[0\]\./g, ""));
  }
}

const isStretch = (value: unknown): value is Stretch => {
  const { start, end } = (value ?? {}) as JsonObject;
  return Number.isSafeInteger(start) && Number.isSafeInteger(end);
};

/** The row's places in UTF-16 units, also where it counts code points. */
function placesIn({ text, spans, head, tail }: JsonObject): JsonObject {
  const inUnits = (marks: readonly unknown[]) =>
    typeof text === "string" && marks.every(isStretch) ? markedPlaces(text, marks, "units") : marks;
  const [first, last] = inUnits([head, tail]);
  return { spans: Array.isArray(spans) ? inUnits(spans) : spans, head: first, tail: last };
}
