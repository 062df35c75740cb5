// PUBHEALTH's tsv: claim, explanation and label among nine columns, some rows of which are broken. Knows no disk.

import Papa from "papaparse";
import type { Task } from "../tasks/task.ts";
import type { At, Format, Split } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { coversLabels, labelNamed } from "./reading/labels.ts";
import { addPair } from "./reading/pairs.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { columnsIn, delimiterOf, headerOf, type TableRow } from "./reading/table.ts";
import { malformed, readText } from "./reading/text-file.ts";

export const truths = { false: "Refute", unproven: "Unproven", true: "Support", mixture: "Mixture" };
const needed = ["claim", "explanation", "label"] as const;

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
          ["tsv", "csv", "txt"].includes(extensionOf(path)) && columnsIn(headerOf(head, delimiterOf(path, head)), needed),
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
      const fromEnd = needed.map((name) => {
        const place = header.findIndex((cell) => cell.toLowerCase() === name);
        return place < 0 ? malformed(file, 1, `the header lacks "${name}"; it has ${header.join(", ")}`) : place - header.length;
      });
      for (const { cells, line } of looseRows(text, delimiter, [width, width + 1], () => rows.count("broken-row", file))) {
        const [claim, explanation, label] = fromEnd.map((place) => cells.at(place) as string) as [string, string, string];
        addVerdict(rows, split, { file, line }, claim, explanation, label);
      }
    }
    rows.remark("The evidence is the column explanation.");
    return rows.finish();
  },
};

/** Adds a claim with its evidence. What carries no label of the corpus is left out and counted. */
export function addVerdict(rows: Collection, split: Split, at: At, claim: string, evidence: string, label: string): void {
  const id = labelNamed(rows.task, truths, label);
  if (label.trim() === "" || label.trim().toLowerCase() === "nan") rows.count("no-label", at.file);
  else if (id === undefined) rows.count("stray-label", JSON.stringify(label.length > 40 ? `${label.slice(0, 40)}…` : label));
  else addPair(rows, split, at, claim, evidence, id);
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
