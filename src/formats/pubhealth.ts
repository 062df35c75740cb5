// PUBHEALTH's tsv: claim, explanation and label among nine columns, some rows of which are broken. Knows no disk.

import Papa from "papaparse";
import type { Task } from "../tasks/task.ts";
import { isVisible } from "../tasks/words.ts";
import type { At, Format, Split } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { coversLabels, labelNamed } from "./reading/labels.ts";
import { addPair } from "./reading/pairs.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { columnsIn, delimiterOf, headerOf, type TableRow } from "./reading/table.ts";
import { malformed, readText } from "./reading/text-file.ts";

export const truths = { false: "Refute", unproven: "Unproven", true: "Support", mixture: "Mixture" };
const needed = ["claim", "label"] as const;
/** Columns of the evidence: the fact checkers' summary, else the article that they wrote. */
const evidence = ["explanation", "main_text"] as const;

/** Tells whether a header has a claim, a label and some evidence. */
export const hasVerdicts = (columns: readonly string[]): boolean =>
  columnsIn(columns, needed) !== undefined && evidence.some((name) => columnsIn(columns, [name]) !== undefined);

export const servesTruths = (task: Task): boolean => task.shape === "pair" && coversLabels(task, truths);

export const pubhealth: Format = {
  id: "pubhealth",
  name: "PUBHEALTH's tsv",
  files: "{train,dev,test}.tsv with the columns claim_id, claim, date_published, explanation, ..., label, subjects",
  extensions: ["tsv", "csv"],
  serves: servesTruths,
  fits: (heads) =>
    [...heads]
      .filter(
        ([path, head]) =>
          ["tsv", "csv", "txt"].includes(extensionOf(path)) && hasVerdicts(headerOf(head, delimiterOf(path, head))),
      )
      .map(([path]) => path),
  claims: (path) => extensionOf(path) === "tsv" && splitOf(path) !== "pool",
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const text = await readText(tree, file);
      const delimiter = delimiterOf(file, text);
      const header = headerOf(text, delimiter);
      const width = header.filter((name) => name !== "").length;
      if (!hasVerdicts(header)) {
        const missing = needed.find((name) => !columnsIn(header, [name])) ?? evidence[0];
        malformed(file, 1, `the header lacks "${missing}"; it has ${header.join(", ")}`);
      }
      const fromEnd = (name: string): number | undefined => {
        const place = header.findIndex((cell) => cell.toLowerCase() === name);
        return place < 0 ? undefined : place - header.length;
      };
      for (const { cells, line } of looseRows(text, delimiter, [width, width + 1], () => rows.count("broken-row", file))) {
        const cell = (name: string): string => cells.at(fromEnd(name) ?? cells.length) ?? "";
        addVerdict(rows, split, { file, line }, cell);
      }
    }
    return rows.finish();
  },
};

/**
 * Adds a claim with its evidence: the explanation, or the article where a row has none. What carries no label of the corpus is left out and counted.
 * `cell` gives a column's text, none where the file lacks the column.
 */
export function addVerdict(rows: Collection, split: Split, at: At, cell: (column: string) => string): void {
  const [claim, label] = [cell("claim"), cell("label")];
  const id = labelNamed(rows.task, truths, label);
  const isThere = (text: string): boolean => isVisible(text) && text.trim().toLowerCase() !== "nan";
  const from = evidence.find((column) => isThere(cell(column)));
  if (label.trim() === "" || label.trim().toLowerCase() === "nan") rows.count("no-label", at.file);
  else if (id === undefined) rows.count("stray-label", JSON.stringify(label.length > 40 ? `${label.slice(0, 40)}…` : label));
  else {
    if (from === "explanation") rows.remark("The evidence is the column explanation.");
    else if (from === "main_text" && isVisible(claim)) rows.count("article", at.file);
    addPair(rows, split, at, claim, from === undefined ? "" : cell(from), id);
  }
}

/**
 * Rows after the header, with quotes as in CSV; a line that has another number of cells so is read again without, and counted by `broken` if that does
 * not help. The corpus opens fields by quotes that it never closes.
 */
function looseRows(text: string, delimiter: string, widths: readonly number[], broken: () => void): TableRow[] {
  const rows: TableRow[] = [];
  let at = text.indexOf("\n") + 1;
  if (at === 0) return [];
  for (let line = 2; at < text.length; ) {
    const quoted = quotedRow(text, at, delimiter);
    const end = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at);
    const raw = text.slice(at, end);
    if (quoted && widths.includes(quoted.cells.length)) {
      rows.push({ cells: quoted.cells, line });
      line += text.slice(at, quoted.end).split("\n").length - 1;
      at = quoted.end;
      continue;
    }
    const cells = raw.split(delimiter);
    if (widths.includes(cells.length)) rows.push({ cells, line });
    else if (raw.trim() !== "") broken();
    line++;
    at = end + 1;
  }
  return rows;
}

/** Longest row that is looked for behind an opening quote. */
const longestRow = 400_000;

function quotedRow(
  text: string,
  at: number,
  delimiter: string,
): { readonly cells: readonly string[]; readonly end: number } | undefined {
  const part = text.slice(at, at + longestRow);
  const { data, errors, meta } = Papa.parse<string[]>(part, { delimiter, newline: "\n", preview: 1, fastMode: false });
  if (errors.some((error) => error.type === "Quotes") || !data[0]) return undefined;
  return { cells: data[0], end: at + Math.max(1, meta.cursor) };
}
