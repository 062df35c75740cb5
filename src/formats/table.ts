// Tables of labelled rows as text: JSON Lines, a list of JSON, CSV or TSV with a header. Which columns make examples, the layouts say. Knows no disk.

import type { Format, Tree } from "./format.ts";
import { addTables } from "./layouts/choice.ts";
import { type LabelledTable, labelColumns } from "./layouts/layout.ts";
import { hasWordRows } from "./layouts/word-rows.ts";
import { maskPattern } from "./masked-relations.ts";
import { hasVerdicts } from "./pubhealth.ts";
import { Collection } from "./reading/collection.ts";
import { firstRow } from "./reading/first-row.ts";
import { jsonRows } from "./reading/json.ts";
import { pairKeys } from "./reading/pair-columns.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { delimiterOf, headerOf, ofWidth, rowsBetween } from "./reading/table.ts";
import { malformed, readText } from "./reading/text-file.ts";

const isJson = (path: string): boolean => /^jsonl?$/.test(extensionOf(path));

/** Fields of other formats, which have their own readers. */
const ofOthers = /"(?:_id|annotation_id|annotator|annotations|lead_time|data|spans|doc_ids)"\s*:/;

function looksLabelled(head: string): boolean {
  const row = firstRow(head);
  if (row === "" || ofOthers.test(row)) return false;
  const keys = [...row.matchAll(/"(\w+)"\s*:/g)].map(([, key]) => key as string);
  const has = (...names: readonly string[]) => names.every((name) => keys.includes(name));
  const isDocument = has("offsets") || has("text", "start", "end") || (has("passages") && !has("infons"));
  if (has("entities") && isDocument && !has("start_offset")) return true;
  return labelledColumns(keys, row);
}

/** A pair, a claim, BigBio's texts, or texts with a masked pair: with a label. */
function labelledColumns(columns: readonly string[], row: string): boolean {
  const labelled = columns.some((column) => (labelColumns as readonly string[]).includes(column.toLowerCase()));
  const has = (name: string) => columns.some((column) => column.toLowerCase() === name);
  const isMarked = maskPattern.test(row) || /\[(?:CHEMICAL|GENE|DISEASE|PROTEIN)\]/.test(row);
  const texts = has("document_id") || (has("title") && has("abstract")) || (isMarked && (has("text") || has("sentence")));
  return hasVerdicts(columns) || (labelled && (texts || pairKeys(columns) !== undefined));
}

/** HoC's labels, whose table has its own reader. */
const hallmarkFlags = /(?:^|\t)0_[01],1_[01],/m;

/** A header with a label and one text or two. */
function looksHeaded(path: string, head: string): boolean {
  if (!["csv", "tsv", "txt"].includes(extensionOf(path)) || hallmarkFlags.test(head)) return false;
  const columns = headerOf(head, delimiterOf(path, head)).map((name) => name.toLowerCase());
  if (columns.some((name) => ["annotation_id", "annotator", "lead_time"].includes(name))) return false;
  if (hasWordRows(columns)) return true;
  const labelled = columns.some((name) => (labelColumns as readonly string[]).includes(name));
  return labelled && (columns.includes("text") || columns.includes("sentence") || pairKeys(columns) !== undefined);
}

export const table: Format = {
  id: "table",
  name: "a table of labelled rows",
  files: "JSON Lines, CSV or TSV with text and label, or two texts and label, as the Hugging Face hub and BigBio have them",
  extensions: [],
  serves: () => true,
  fits: (heads) =>
    [...heads].filter(([path, head]) => (isJson(path) ? looksLabelled(head) : looksHeaded(path, head))).map(([path]) => path),
  claims: () => false,
  async read(tree, task) {
    const rows = new Collection(task);
    const tables: LabelledTable[] = [];
    for (const file of tree.keys()) tables.push(isJson(file) ? await jsonTable(tree, file) : await textTable(tree, file));
    addTables(rows, tables);
    return rows.finish();
  },
};

const noClasses = () => undefined;

async function jsonTable(tree: Tree, file: string): Promise<LabelledTable> {
  const rows = jsonRows(await readText(tree, file), file);
  const names = new Set<string>();
  for (const { value } of rows) for (const name of Object.keys(value)) names.add(name);
  const columns = [...names];
  const [one] = rows;
  const isByColumn = (cell: unknown) =>
    cell !== null && typeof cell === "object" && !Array.isArray(cell) && Object.keys(cell).every((key) => /^\d+$/.test(key));
  if (rows.length === 1 && one && columns.length > 1 && Object.values(one.value).every(isByColumn))
    malformed(
      file,
      one.line,
      'it holds its table by columns: write a row a line, in pandas to_json(orient="records", lines=True)',
    );
  return { file, split: splitOf(file), columns, rows, classes: noClasses };
}

async function textTable(tree: Tree, file: string): Promise<LabelledTable> {
  const text = await readText(tree, file);
  const [header, ...rest] = rowsBetween(delimiterOf(file, text), text, file);
  const columns = (header?.cells ?? []).map((name) => name.trim());
  const twice = columns.find((name, i) => name !== "" && columns.indexOf(name) < i);
  if (twice !== undefined) malformed(file, header?.line, `the header has "${twice}" twice: which one is meant?`);
  const rows = ofWidth(rest, file, [columns.length], "as the header has").map(({ cells, line }) => ({
    line,
    value: Object.fromEntries(columns.map((name, i) => [name, cells[i]])),
  }));
  return { file, split: splitOf(file), columns, rows, classes: noClasses };
}
