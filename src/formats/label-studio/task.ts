// A task of Label Studio's whole export with the annotation that was chosen: its marks, choices and relations, each with its control. Knows no file.

import type { At } from "../format.ts";
import type { AnnotatedText } from "../reading/annotated.ts";
import type { Collection } from "../reading/collection.ts";
import type { JsonObject } from "../reading/json.ts";
import { malformed } from "../reading/text-file.ts";

export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly said?: string;
  readonly type: string;
  readonly keys: readonly string[];
  /** The control that it was made by ("from_name"). */
  readonly control: string;
  /** The part of the page that it is of ("to_name"). The smaller forms do not say: there, the control. */
  readonly object: string;
}

export interface Choice {
  readonly control: string;
  readonly object: string;
  readonly value: string;
}

export interface StudioTask extends At {
  readonly data: JsonObject;
  /** Fields of the data that hold text. */
  readonly texts: Readonly<Record<string, string>>;
  readonly marks: readonly Mark[];
  readonly choices: readonly Choice[];
  readonly relations: AnnotatedText["relations"];
}

export function taskIn(rows: Collection, row: JsonObject, file: string, line: number): StudioTask | undefined {
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
  const marks = result.flatMap((one) => (isMarks(one) ? marksIn(one, file, line) : []));
  const choices = result.flatMap((one) => (isChoices(one) ? choicesIn(rows, one, file, line) : []));
  const relations = result.filter((one) => one.type === "relation").flatMap((one) => relationIn(one, marks, file, line));
  for (const one of result)
    if (!isMarks(one) && !isChoices(one) && one.type !== "relation")
      rows.count("not-carried", `results of the type ${String(one.type)}`);
  return { file, line, data, texts: Object.fromEntries(textEntries(data)), marks, choices, relations };
}

export const textEntries = (data: JsonObject): [string, string][] =>
  Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === "string");

const isMarks = ({ type }: JsonObject): boolean => type === "labels" || type === "hypertextlabels";
const isChoices = ({ type }: JsonObject): boolean => type === "choices" || type === "taxonomy";

const objects = (value: unknown, what: string, file: string, line: number): readonly JsonObject[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((one) => one === null || typeof one !== "object"))
    return malformed(file, line, `"${what}" must be a list of objects`);
  return value as readonly JsonObject[];
};

const resultOf = (one: JsonObject, file: string, line: number): JsonObject =>
  one.value !== null && typeof one.value === "object"
    ? (one.value as JsonObject)
    : malformed(file, line, `a result of the type ${JSON.stringify(one.type)} has no "value"`);

export const listedIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [];

const nameIn = (value: unknown): string => listedIn(value)[0] ?? "";

function marksIn(one: JsonObject, file: string, line: number): Mark[] {
  const { start, end, text, labels, hypertextlabels } = resultOf(one, file, line);
  if (typeof start === "string" && start.startsWith("/"))
    return malformed(file, line, "a mark is placed in HTML by a path: annotate the text by <Text> in place of <HyperText>");
  const names = { control: nameIn(one.from_name), object: nameIn(one.to_name) };
  return listedIn(labels ?? hypertextlabels).map((type) => markOf(start, end, text, type, one.id, names, { file, line }));
}

export function markOf(
  start: unknown,
  end: unknown,
  text: unknown,
  type: string,
  id: unknown,
  names: Pick<Mark, "control" | "object">,
  { file, line }: At,
): Mark {
  if (!Number.isInteger(start) || !Number.isInteger(end))
    return malformed(
      file,
      line,
      `a mark needs whole numbers as its start and end, got ${JSON.stringify(start)} and ${JSON.stringify(end)}`,
    );
  const [from, to] = [start as number, end as number];
  if (from < 0 || from >= to) return malformed(file, line, `the mark ${from} to ${to} holds nothing`);
  const said = typeof text === "string" ? { said: text } : {};
  return { start: from, end: to, type, ...said, keys: id === undefined ? [] : [String(id)], ...names };
}

/** Choices for the whole text; those for a mark are counted. */
function choicesIn(rows: Collection, one: JsonObject, file: string, line: number): Choice[] {
  const value = resultOf(one, file, line);
  const names = { control: nameIn(one.from_name), object: nameIn(one.to_name) };
  const chosen = choicesOf(value).map((choice): Choice => ({ ...names, value: choice }));
  if (value.start === undefined) return chosen;
  rows.count("not-carried", "choices for marks", chosen.length);
  return [];
}

/** Choices, or the ends of the paths of a taxonomy. */
export function choicesOf({ choices, taxonomy }: JsonObject): string[] {
  const paths = Array.isArray(taxonomy) ? (taxonomy as unknown[]) : [];
  return [...listedIn(choices), ...paths.flatMap((path) => listedIn(path).at(-1) ?? [])];
}

function relationIn(one: JsonObject, marks: readonly Mark[], file: string, line: number): AnnotatedText["relations"] {
  const [a, b] = [String(one.from_id), String(one.to_id)];
  const missing = [a, b].find((end) => !marks.some(({ keys }) => keys.includes(end)));
  if (missing !== undefined)
    return malformed(file, line, `a relation names the mark ${JSON.stringify(missing)}, and the annotation has none of this id`);
  const names = listedIn(one.labels ?? []);
  return (names.length === 0 ? [undefined] : names).map((name) => ({ file, line, name, ends: [[a], [b]] }));
}
