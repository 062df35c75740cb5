// Label Studio's JSON: tasks with annotations, or its smaller form with marks beside the text. Offsets count code points, UTF-16 units in old files. Knows no disk.

import type { Task } from "../tasks/task.ts";
import type { Format } from "./format.ts";
import { type AnnotatedText, addAnnotated, taskLabel } from "./reading/annotated.ts";
import { Collection } from "./reading/collection.ts";
import type { Mention } from "./reading/documents.ts";
import { type JsonObject, type JsonRow, jsonRows } from "./reading/json.ts";
import { markedPlaces } from "./reading/offsets.ts";
import { pairKeys } from "./reading/pair-columns.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { type FieldsRow, textsOf } from "./reading/text-field.ts";
import { malformed, readText } from "./reading/text-file.ts";

const begins = /^\uFEFF?\s*[[{]/;

/** Tasks with their data and annotations, or rows of the smaller form with who annotated them. */
function looksExported(head: string): boolean {
  if (!begins.test(head)) return false;
  const whole =
    /"data"\s*:\s*\{/.test(head) ||
    /"(?:annotations|completions|predictions)"\s*:\s*\[\s*(?:\{[^}]*"(?:result|was_cancelled|completed_by)")/.test(head);
  return whole || (/"(?:annotation_id|lead_time|annotator)"\s*:/.test(head) && /"id"\s*:/.test(head));
}

export const labelStudio: Format = {
  id: "label-studio",
  name: "Label Studio's JSON",
  files: 'JSON with a list of tasks ("data", "annotations"), or its export JSON_MIN',
  extensions: [],
  serves: () => true,
  fits: (heads) =>
    [...heads].filter(([path, head]) => /^jsonl?$/.test(extensionOf(path)) && looksExported(head)).map(([path]) => path),
  claims: (path) => /label.?studio|project-\d+-at-/i.test(path) && extensionOf(path) === "json",
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const text = await readText(tree, file);
      const one = text.trimStart().startsWith("{") && !/^\{[^\n]*\}$/m.test(text.trimStart().split("\n")[0] ?? "");
      const all = firstOfEach(rows, jsonRows(one ? `[${text.trimEnd()}]` : text, file));
      const columns = labelColumns(task, all);
      const read = all.flatMap(
        ({ value, line }) =>
          (value.data === undefined ? smallIn(rows, value, columns, file, line) : taskIn(rows, value, file, line)) ?? [],
      );
      const textOf = textsOf(rows, read);
      const marked = read.some(({ marks }) => marks.length > 0); // no choices then say nothing about the text
      for (const one of read) {
        const labels = marked && one.choices.length === 0 ? undefined : one.choices;
        addAnnotated(rows, split, { ...readTask(rows, one, textOf), labels });
      }
    }
    return rows.finish();
  },
};

const objects = (value: unknown, what: string, file: string, line: number): readonly JsonObject[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((one) => one === null || typeof one !== "object"))
    return malformed(file, line, `"${what}" must be a list of objects`);
  return value as readonly JsonObject[];
};

/** A task with the annotation that was chosen. */
interface StudioTask extends FieldsRow {
  readonly data: JsonObject;
  readonly marks: readonly Mark[];
  readonly choices: readonly string[];
  readonly relations: AnnotatedText["relations"];
}

function taskIn(rows: Collection, row: JsonObject, file: string, line: number): StudioTask | undefined {
  if (row.data === null || typeof row.data !== "object") return malformed(file, line, '"data" must be an object with the text');
  const data = row.data as JsonObject;
  const all = objects(row.annotations ?? row.completions, "annotations", file, line);
  const done = all.filter((one) => one.was_cancelled !== true && one.was_skipped !== true);
  const chosen = done.find((one) => one.ground_truth === true) ?? done[0];
  if (!chosen) {
    const guessed = objects(row.predictions, "predictions", file, line).length > 0;
    rows.count(guessed ? "not-gold" : "no-label");
    return undefined;
  }
  if (done.length > 1) rows.count("annotators");
  const result = objects(chosen.result, "result", file, line);
  const marks = result.flatMap((one) => (isMarks(one) ? markIn(one, file, line) : []));
  const texts = Object.fromEntries(textEntries(data));
  const likely = [...[...result.filter(isMarks), ...result].flatMap(({ to_name }) => listed(to_name)), "text"];
  const choices = result.filter((one) => one.type === "choices").flatMap((one) => listed(resultOf(one, file, line).choices));
  const relations = result.filter((one) => one.type === "relation").flatMap((one) => relationIn(one, marks, file, line));
  return { file, line, data, marks, choices, relations, texts, likely };
}

const isMarks = ({ type }: JsonObject): boolean => type === "labels" || type === "hypertextlabels";
const textEntries = (data: JsonObject): [string, string][] =>
  Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === "string");

function readTask(rows: Collection, task: StudioTask, textOf: (task: StudioTask) => string): Omit<AnnotatedText, "labels"> {
  const { file, line, data, marks, relations } = task;
  const annotation = { file, line, relations };
  if (rows.task.shape === "pair") {
    const [text, second] = pairOf(data, file, line);
    return { ...annotation, text, second, mentions: marks.map((mark) => ({ file, line, ...mark })) };
  }
  if (Object.keys(task.texts).length === 0)
    malformed(file, line, `the data holds no text, only ${Object.keys(data).join(", ") || "nothing"}`);
  const text = textOf(task);
  return { ...annotation, text, mentions: placedMarks(text, marks, file, line) };
}

/** The two texts under names of a pair. */
function pairOf(data: JsonObject, file: string, line: number): readonly [string, string] {
  const keys = pairKeys(textEntries(data).map(([key]) => key));
  const [first, second] = (keys ?? []).map((key) => data[key] as string);
  if (first === undefined || second === undefined)
    return malformed(
      file,
      line,
      `the data has no two texts (text_1 and text_2, premise and hypothesis, and the like) among ${Object.keys(data).join(", ")}`,
    );
  return [first, second];
}

interface Mark {
  readonly start: number;
  readonly end: number;
  readonly said?: string;
  readonly type: string;
  readonly keys: readonly string[];
}

function placedMarks(text: string, marks: readonly Mark[], file: string, line: number): Mention[] {
  const stated = marks.every(({ said }) => said !== undefined);
  const placed = stated ? marks : markedPlaces(text, marks, "points");
  return placed.map((mark): Mention => ({ file, line, said: text.slice(mark.start, mark.end), ...mark }));
}

const resultOf = (one: JsonObject, file: string, line: number): JsonObject =>
  one.value !== null && typeof one.value === "object"
    ? (one.value as JsonObject)
    : malformed(file, line, `a result of the type ${JSON.stringify(one.type)} has no "value"`);

const listed = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [];

function markIn(one: JsonObject, file: string, line: number): Mark[] {
  const { start, end, text, labels, hypertextlabels } = resultOf(one, file, line);
  return listed(labels ?? hypertextlabels).map((type) => markOf(start, end, text, type, one.id, file, line));
}

function markOf(start: unknown, end: unknown, text: unknown, type: string, id: unknown, file: string, line: number): Mark {
  if (!Number.isInteger(start) || !Number.isInteger(end))
    return malformed(
      file,
      line,
      `a mark needs whole numbers as its start and end, got ${JSON.stringify(start)} and ${JSON.stringify(end)}`,
    );
  const [from, to] = [start as number, end as number];
  if (from < 0 || from >= to) return malformed(file, line, `the mark ${from} to ${to} holds nothing`);
  const said = typeof text === "string" ? { said: text } : {};
  return { start: from, end: to, type, ...said, keys: id === undefined ? [] : [String(id)] };
}

function relationIn(one: JsonObject, marks: readonly Mark[], file: string, line: number): AnnotatedText["relations"] {
  const [a, b] = [String(one.from_id), String(one.to_id)];
  const missing = [a, b].find((end) => !marks.some(({ keys }) => keys.includes(end)));
  if (missing !== undefined)
    return malformed(file, line, `a relation names the mark ${JSON.stringify(missing)}, and the annotation has none of this id`);
  const names = listed(one.labels ?? []);
  return (names.length === 0 ? [undefined] : names).map((name) => ({ file, line, name, ends: [[a], [b]] }));
}

/** Columns of JSON_MIN that are no data of the task. */
const bookkeeping: readonly string[] = ["annotator", "created_at", "updated_at", "annotation_id", "lead_time", "id"];
const isUnmarked = ({ annotation_id: id, annotator, lead_time: time }: JsonObject): boolean =>
  (id ?? annotator ?? time ?? null) === null;
const columnsOf = (row: JsonObject): [string, unknown][] => Object.entries(row).filter(([key]) => !bookkeeping.includes(key));

const hasChoices = (value: unknown): value is JsonObject => value !== null && typeof value === "object" && "choices" in value;
const choicesOf = (value: unknown): string[] =>
  typeof value === "string" ? [value] : hasChoices(value) ? listed(value.choices) : [];

/** The first of the rows that JSON_MIN has of a task, one an annotation. */
function firstOfEach(rows: Collection, all: readonly JsonRow[]): JsonRow[] {
  const counts = new Map<unknown, number>();
  const kept = all.filter(({ value: { id, data } }) => {
    if (id === undefined || data !== undefined) return true;
    counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts.get(id) === 1;
  });
  rows.count("annotators", "", [...counts.values()].filter((count) => count > 1).length);
  return kept;
}

/**
 * Columns of JSON_MIN that hold choices: lists of them, or texts of which one at least is a label of the task. Where none is, all beside the text,
 * for a task with labels of whole texts: labels of other names are then refused.
 */
function labelColumns(task: Task, all: readonly JsonRow[]): ReadonlySet<string> {
  const cells = all.flatMap(({ value }) => (value.data === undefined ? columnsOf(value) : []));
  const lengths = new Map<string, number>();
  for (const [key, value] of cells) if (typeof value === "string") lengths.set(key, (lengths.get(key) ?? 0) + value.length);
  const names = [...lengths.keys()].sort((a, b) => (lengths.get(b) as number) - (lengths.get(a) as number));
  const texts = pairKeys(names) ?? (names.includes("text") ? ["text"] : names.slice(0, 1)); // the longest, where none is called so
  const isLabel = (value: unknown) => hasChoices(value) || choicesOf(value).some((one) => taskLabel(task, one) !== undefined);
  const found = new Set(cells.flatMap(([key, value]) => (!texts.includes(key) && isLabel(value) ? [key] : [])));
  if (found.size > 0 || task.shape === "token") return found;
  const others = names.filter((key) => !texts.includes(key));
  return new Set(others.length < names.length ? others : others.slice(1)); // the longest is the text
}

/** A row of JSON_MIN: marks under the name of their control, choices too; it leaves relations out. */
function smallIn(
  rows: Collection,
  row: JsonObject,
  labels: ReadonlySet<string>,
  file: string,
  line: number,
): StudioTask | undefined {
  if (rows.task.shape === "relation")
    malformed(file, line, "JSON_MIN holds no relations, and the task is about them: export the tasks as JSON");
  const isMark = (value: unknown): value is JsonObject =>
    value !== null && typeof value === "object" && "start" in value && "end" in value;
  const own = columnsOf(row);
  const marks = own
    .flatMap(([, value]): unknown[] => (Array.isArray(value) ? value : []))
    .filter(isMark)
    .flatMap((one) => listed(one.labels).map((type) => markOf(one.start, one.end, one.text, type, undefined, file, line)));
  const choices = own.flatMap(([key, value]) => (labels.has(key) ? choicesOf(value) : []));
  if (marks.length + choices.length === 0 && isUnmarked(row)) {
    rows.count("no-label");
    return undefined;
  }
  const data = Object.fromEntries(own.filter(([key]) => !labels.has(key)));
  return { file, line, data, marks, choices, relations: [], texts: Object.fromEntries(textEntries(data)), likely: ["text"] };
}
