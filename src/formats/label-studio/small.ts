// Rows of Label Studio's smaller forms, JSON_MIN and CSV: marks and choices under the name of their control, beside the text. Knows no field of the whole export.

import { readUtf8 } from "../../base/utf8.ts";
import type { Task } from "../../tasks/task.ts";
import { readTable } from "../columns.ts";
import type { Tree } from "../format.ts";
import { taskLabel } from "../reading/annotated.ts";
import type { Collection } from "../reading/collection.ts";
import type { JsonObject, JsonRow } from "../reading/json.ts";
import { pairKeys } from "../reading/pair-columns.ts";
import { headedRows, headerOf, looseRows } from "../reading/table.ts";
import { fileOf, malformed } from "../reading/text-file.ts";
import { type Choice, choicesOf, listedIn, markOf, type StudioTask, textEntries } from "./task.ts";

export const isSmall = ({ data }: JsonObject): boolean => data === undefined;

/** Rows of the CSV. Marks, and choices of which a text may carry several, are JSON in a cell; an empty cell is none. */
export async function smallRows(tree: Tree, file: string, text: string): Promise<JsonRow[]> {
  const rows = /\.tsv$/i.test(file) ? tabbed(file, text) : readTable(await readUtf8(fileOf(tree, file), file), file).rows;
  return rows.map(({ line, cells }) => ({
    line,
    value: Object.fromEntries(
      Object.entries(cells).flatMap(([name, cell]): [string, unknown][] =>
        cell === "" ? [] : [[name, cellValue(String(cell))]],
      ),
    ),
  }));
}

function tabbed(file: string, text: string): { readonly line: number; readonly cells: Readonly<Record<string, string>> }[] {
  const header = headerOf(text, "\t");
  return headedRows(looseRows(text, "\t", [header.length]), file, header).map(({ line, of }) => ({ line, cells: of }));
}

function cellValue(cell: string): unknown {
  if (!/^\s*(?:\[\s*\{|\{\s*"(?:choices|taxonomy)")/.test(cell)) return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell; // a text that begins with a bracket
  }
}

/** Columns of JSON_MIN that are no data of the task. */
const bookkeeping: readonly string[] = ["annotator", "created_at", "updated_at", "annotation_id", "lead_time", "id"];
const isUnmarked = ({ annotation_id: id, annotator, lead_time: time }: JsonObject): boolean =>
  (id ?? annotator ?? time ?? null) === null;
const columnsOf = (row: JsonObject): [string, unknown][] => Object.entries(row).filter(([key]) => !bookkeeping.includes(key));

const hasChoices = (value: unknown): value is JsonObject =>
  value !== null && typeof value === "object" && ("choices" in value || "taxonomy" in value);
const chosenIn = (value: unknown): string[] => (typeof value === "string" ? [value] : hasChoices(value) ? choicesOf(value) : []);

/** The first of the rows that these forms have of a task, one an annotation. */
export function firstOfEach(rows: Collection, all: readonly JsonRow[]): JsonRow[] {
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
export function labelColumns(task: Task, all: readonly JsonRow[]): ReadonlySet<string> {
  const cells = all.flatMap(({ value }) => (isSmall(value) ? columnsOf(value) : []));
  const lengths = new Map<string, number>();
  for (const [key, value] of cells) if (typeof value === "string") lengths.set(key, (lengths.get(key) ?? 0) + value.length);
  const names = [...lengths.keys()].sort((a, b) => (lengths.get(b) as number) - (lengths.get(a) as number));
  const texts = pairKeys(names) ?? (names.includes("text") ? ["text"] : names.slice(0, 1)); // the longest, where none is called so
  const isLabel = (value: unknown) => hasChoices(value) || chosenIn(value).some((one) => taskLabel(task, one) !== undefined);
  const found = new Set(cells.flatMap(([key, value]) => (!texts.includes(key) && isLabel(value) ? [key] : [])));
  if (found.size > 0 || task.shape === "token") return found;
  const others = names.filter((key) => !texts.includes(key));
  return new Set(others.length < names.length ? others : others.slice(1)); // the longest is the text
}

/** A row: marks under the name of their control, choices too; it leaves relations out. */
export function smallIn(
  rows: Collection,
  row: JsonObject,
  labels: ReadonlySet<string>,
  file: string,
  line: number,
): StudioTask | undefined {
  if (rows.task.shape === "relation")
    malformed(file, line, "JSON_MIN and CSV hold no relations, and the task is about them: export the tasks as JSON");
  const isMark = (value: unknown): value is JsonObject =>
    value !== null && typeof value === "object" && "start" in value && "end" in value;
  const own = columnsOf(row);
  const marks = own.flatMap(([name, value]) =>
    (Array.isArray(value) ? value : []).filter(isMark).flatMap((one) => {
      const names = { control: name, object: name };
      return listedIn(one.labels).map((type) => markOf(one.start, one.end, one.text, type, undefined, names, { file, line }));
    }),
  );
  const choices = own.flatMap(([name, value]): Choice[] =>
    labels.has(name) ? chosenIn(value).map((choice) => ({ control: name, object: "text", value: choice })) : [],
  );
  if (marks.length + choices.length === 0 && isUnmarked(row)) {
    rows.count("no-label");
    return undefined;
  }
  const data = Object.fromEntries(own.filter(([key]) => !labels.has(key)));
  return { file, line, data, marks, choices, relations: [], texts: Object.fromEntries(textEntries(data)) };
}
