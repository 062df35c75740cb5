// PUBHEALTH's tsv: claim, explanation and label among nine columns, some rows of which are broken. Knows no disk.

import type { Task } from "../tasks/task.ts";
import { isVisible } from "../tasks/words.ts";
import type { At, Format, Split } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { coversLabels, isNumber, labelNamed } from "./reading/labels.ts";
import { addPair } from "./reading/pairs.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { columnsIn, delimiterOf, headerOf, looseRows } from "./reading/table.ts";
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
    const found: Claim[] = [];
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const text = await readText(tree, file);
      const delimiter = delimiterOf(file, text);
      const header = headerOf(text, delimiter);
      const width = header.filter((name) => name !== "").length;
      const widths = [width, width + 1];
      if (!hasVerdicts(header)) {
        const missing = needed.find((name) => !columnsIn(header, [name])) ?? evidence[0];
        malformed(file, 1, `the header lacks "${missing}"; it has ${header.join(", ")}`);
      }
      const fromEnd = (name: string): number | undefined => {
        const place = header.findIndex((cell) => cell.toLowerCase() === name);
        return place < 0 ? undefined : place - header.length;
      };
      for (const { cells, line } of looseRows(text, delimiter, widths).slice(1)) {
        const cell = (name: string): string => cells.at(fromEnd(name) ?? cells.length) ?? "";
        if (widths.includes(cells.length)) found.push({ split, at: { file, line }, cell });
        else rows.count("broken-row", file);
      }
    }
    addVerdicts(rows, found);
    return rows.finish();
  },
};

/** A row of the corpus. */
export interface Claim {
  readonly split: Split;
  readonly at: At;
  /** A column's text, none where the file lacks the column. */
  cell(column: string): string;
}

/**
 * Adds claims with their evidence: the explanation, or the article where a row has none. What carries no label of the corpus is left out and counted.
 * Throws `file-malformed` for labels that are numbers which nothing names.
 */
export function addVerdicts(rows: Collection, claims: readonly Claim[]): void {
  const nameOf = truthNames(rows, claims);
  for (const claim of claims) addVerdict(rows, claim, nameOf(claim.cell("label").trim()));
}

/** Labels by number in health_fact, the copy on the Hugging Face hub, which alone says -1 for none. Other copies number them otherwise. */
const healthFact = ["false", "mixture", "true", "unproven"] as const;

/** Names of the labels of these rows, which are names themselves, or all of them numbers. */
function truthNames(rows: Collection, claims: readonly Claim[]): (label: string) => string {
  const stated = claims.map((claim) => ({ claim, label: claim.cell("label").trim() })).filter(({ label }) => label !== "");
  const [first] = stated;
  if (first === undefined || !stated.every(({ label }) => isNumber(label))) return (label) => label;
  if (!stated.some(({ label }) => Number(label) === -1))
    return malformed(
      first.claim.at.file,
      first.claim.at.line,
      `the label is the number ${first.label}, and copies of PUBHEALTH number them differently: write them by name (${healthFact.join(", ")})`,
    );
  rows.remark(
    `The labels are numbers, and -1 is among them, as in health_fact: they were read as ${healthFact.map((name, i) => `${i} ${name}`).join(", ")}.`,
  );
  return (label) => (Number(label) === -1 ? "" : (healthFact[Number(label)] ?? label));
}

function addVerdict(rows: Collection, { split, at, cell }: Claim, label: string): void {
  const claim = cell("claim");
  const id = labelNamed(rows.task, truths, label);
  const isThere = (text: string): boolean => isVisible(text) && text.trim().toLowerCase() !== "nan";
  const from = evidence.find((column) => isThere(cell(column)));
  if (label === "" || label.toLowerCase() === "nan") rows.count("no-label", at.file);
  else if (id === undefined) rows.count("stray-label", JSON.stringify(label.length > 40 ? `${label.slice(0, 40)}…` : label));
  else {
    if (from === "explanation") rows.remark("The evidence is the column explanation.");
    else if (from === "main_text" && isVisible(claim)) rows.count("article", at.file);
    addPair(rows, split, at, claim, from === undefined ? "" : cell(from), id);
  }
}
