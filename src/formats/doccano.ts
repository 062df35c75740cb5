// doccano's lines of JSON: a text, and its marks, labels or relations. Offsets count UTF-16 units, or code points where that fits the words. Knows no disk.

import type { Task } from "../tasks/task.ts";
import type { Format, Split } from "./format.ts";
import { type AnnotatedText, addAnnotated } from "./reading/annotated.ts";
import { Collection } from "./reading/collection.ts";
import type { Mention } from "./reading/documents.ts";
import { firstRow } from "./reading/first-row.ts";
import { type JsonObject, jsonRows } from "./reading/json.ts";
import { markedPlaces } from "./reading/offsets.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { foreignText } from "./reading/strangers.ts";
import { malformed, readText } from "./reading/text-file.ts";

/** Fields that may hold labels of the whole text. */
const labelFields = ["label", "labels", "annotations", "cats"] as const;
/** Fields of what was annotated: each row has one of them, also where nothing is marked. */
const fields = [...labelFields, "entities"] as const;

/** A text with marks or labels. */
function looksAnnotated(head: string): boolean {
  if (/"(?:_id|tokens|claim|sentence1|snippet|data|passages|annotator)"\s*:/.test(head)) return false;
  const row = firstRow(head);
  const annotated = /"(?:labels?|entities|cats|annotations)"\s*:\s*[[{]|"labels?"\s*:\s*["\d]/;
  return /"text"\s*:\s*"/.test(row) && annotated.test(row);
}

export const doccano: Format = {
  id: "doccano",
  name: "doccano's JSONL",
  files: 'lines of JSON with "text" and "label", a list of [start, end, type] or of labels, or with "entities" and "relations"',
  extensions: [],
  serves: (task) => task.shape !== "pair",
  fits: (heads) =>
    [...heads].filter(([path, head]) => /^jsonl?$/.test(extensionOf(path)) && looksAnnotated(head)).map(([path]) => path),
  claims: (path) => /doccano/i.test(path) && /^jsonl?$/.test(extensionOf(path)),
  async read(tree, task) {
    const rows = new Collection(task);
    const all: { readonly key: string; readonly split: Split; readonly one: AnnotatedText }[] = [];
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const read = jsonRows(await readText(tree, file), file).map(({ value, line }) => readRow(value, task, file, line));
      const marked = read.some(({ mentions }) => mentions.length > 0); // no labels then say nothing about the text
      for (const one of read)
        all.push({
          key: `${split} ${one.text}`,
          split,
          one: marked && one.labels?.length === 0 ? { ...one, labels: undefined } : one,
        });
    }
    const chosen = new Map<string, { readonly file: string; readonly says: boolean }>();
    for (const { key, one } of all) {
      const before = chosen.get(key);
      const says = one.mentions.length > 0 || (one.labels?.length ?? 0) > 0;
      if (!before || (says && !before.says)) chosen.set(key, { file: one.file, says });
    }
    const left = all.filter(({ key, one }) => chosen.get(key)?.file !== one.file);
    for (const { key, split, one } of all) if (chosen.get(key)?.file === one.file) addAnnotated(rows, split, one);
    if (left.length > 0) rows.remark(severalRemark(new Set(left.map(({ key }) => key)).size));
    return rows.finish();
  },
};

const severalRemark = (n: number): string =>
  `${n} text${n === 1 ? " stands" : "s stand"} in several files, as where each annotator has one: ${n === 1 ? "it was" : "they were"} read from the first by name that labels ${n === 1 ? "it" : "them"}.`;

const listAt = (row: JsonObject, names: readonly string[], file: string, line: number): readonly unknown[] => {
  const name = names.find((one) => row[one] !== undefined && row[one] !== null);
  const value = name === undefined ? [] : row[name];
  if (typeof value === "string" || typeof value === "number") return String(value).trim() === "" ? [] : [String(value)];
  return Array.isArray(value)
    ? value
    : malformed(file, line, `field "${name}" must be a list, got ${JSON.stringify(value)?.slice(0, 40)}`);
};

interface Mark {
  readonly start: number;
  readonly end: number;
  readonly type: string;
  readonly keys: readonly string[];
}

function readRow(row: JsonObject, task: Task, file: string, line: number): AnnotatedText {
  const { text } = row;
  if (typeof text !== "string") return malformed(file, line, 'the row has no "text"');
  if (fields.every((name) => row[name] === undefined)) {
    const has = `has ${Object.keys(row).join(", ")} and none of ${fields.join(", ")}: write "label": [] where nothing is marked`;
    malformed(file, line, `the row ${foreignText(JSON.stringify(row)) ?? has}`);
  }
  const given = [...listAt(row, ["label", "labels", "annotations"], file, line), ...listAt(row, ["entities"], file, line)];
  const labels = given.filter((one): one is string => typeof one === "string");
  const marks = given.flatMap((one) => (typeof one === "string" ? [] : [markIn(one, file, line)]));
  const outside = marks.find(({ end }) => end > text.length);
  if (outside)
    return malformed(
      file,
      line,
      `the mark ${outside.start} to ${outside.end} lies outside the text of ${text.length} characters`,
    );
  const cats = listAt(row, ["cats"], file, line).map(String);
  const has = labels.length + cats.length > 0;
  if (task.shape === "relation" && !has && marks.length > 1 && !Array.isArray(row.relations))
    malformed(file, line, 'the row has no "relations", and the task is about them: export them with the marks');
  return {
    file,
    line,
    text,
    mentions: markedPlaces(text, marks, "units").map(
      (mark): Mention => ({ file, line, ...mark, said: text.slice(mark.start, mark.end) }),
    ),
    relations: listAt(row, ["relations"], file, line).map((one) => relationIn(one, marks, file, line)),
    labels: labelFields.some((name) => Array.isArray(row[name])) || has ? [...labels, ...cats] : undefined,
  };
}

function markIn(raw: unknown, file: string, line: number): Mark {
  const [start, end, type, id] = Array.isArray(raw) ? [raw[0], raw[1], raw[2], undefined] : fieldsOf(raw);
  if (typeof type === "number")
    return malformed(
      file,
      line,
      `the mark's label is the number ${type}, and the file does not name it: export with the labels' names`,
    );
  if (!Number.isInteger(start) || !Number.isInteger(end) || typeof type !== "string" || type.trim() === "")
    return malformed(file, line, `a mark is [start, end, type], got ${JSON.stringify(raw)?.slice(0, 60)}`);
  const [from, to] = [start as number, end as number];
  if (from < 0 || from >= to) return malformed(file, line, `the mark ${from} to ${to} holds nothing`);
  return { start: from, end: to, type: type.trim(), keys: id === undefined ? [] : [String(id)] };
}

function fieldsOf(raw: unknown): readonly unknown[] {
  const { start_offset: start, end_offset: end, label, id } = (raw ?? {}) as JsonObject;
  return [start, end, label, id];
}

function relationIn(raw: unknown, marks: readonly Mark[], file: string, line: number): AnnotatedText["relations"][number] {
  const { from_id: from, to_id: to, type } = (raw ?? {}) as JsonObject;
  if (from === undefined || to === undefined || typeof type !== "string")
    return malformed(file, line, `a relation has "from_id", "to_id" and "type", got ${JSON.stringify(raw)?.slice(0, 60)}`);
  const [a, b] = [String(from), String(to)];
  const missing = [a, b].find((end) => !marks.some(({ keys }) => keys.includes(end)));
  if (missing !== undefined)
    return malformed(file, line, `the relation names the entity ${missing}, and the row has none of this id`);
  return { file, line, name: type, ends: [[a], [b]] };
}
