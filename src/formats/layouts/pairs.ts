// Two texts and a label in columns, as the Hugging Face hub has MQP, MedNLI, MEDIQA-RQE and HealthVer. Knows no file format.

import { verdicts } from "../healthver.ts";
import { coversLabels } from "../reading/labels.ts";
import { pairKeys } from "../reading/pair-columns.ts";
import { addPair } from "../reading/pairs.ts";
import { malformed } from "../reading/text-file.ts";
import { labelIn } from "./cell-labels.ts";
import { columnOf, type LabelledTable, type Layout, labelColumns, textIn } from "./layout.ts";

/** The columns of both texts, among those that hold text in every row that has something there: MultiVerS' "evidence" holds numbers of sentences. */
function textColumns(table: LabelledTable): readonly [string, string] {
  const texts = table.columns.filter((column) => {
    const cells = table.rows.map(({ value }) => textIn(value[column] ?? ""));
    return cells.every((cell) => cell !== undefined) && (cells.length === 0 || cells.some((cell) => cell !== ""));
  });
  return namesOf(texts) ?? noText(table);
}

function namesOf(columns: readonly string[]): readonly [string, string] | undefined {
  const [claim, abstract] = ["claim", "abstract"].map((name) => columnOf({ columns }, [name]));
  return pairKeys(columns) ?? (claim !== undefined && abstract !== undefined ? [claim, abstract] : undefined);
}

/** Refuses a table by its first cell that should hold a text, or as one without any. */
function noText({ file, columns, rows }: LabelledTable): never {
  const names = namesOf(columns) as readonly [string, string];
  for (const { line, value } of rows)
    for (const name of names)
      if (textIn(value[name] ?? "") === undefined)
        malformed(file, line, `"${name}" must hold a text, got ${String(value[name])}`);
  return malformed(file, undefined, `no row has a text in "${names[0]}" and in "${names[1]}"`);
}

export const pairs: Layout = {
  columns: "two texts (text_1 and text_2, premise and hypothesis, claim and evidence, question_1 and question_2) and label",
  serves: (task) => task.shape === "pair",
  fits: (table) => namesOf(table.columns) !== undefined && columnOf(table, labelColumns) !== undefined,
  add(rows, tables) {
    for (const table of tables) {
      const { file, split } = table;
      const label = columnOf(table, labelColumns) as string;
      const [first, second] = textColumns(table);
      if (/^premise$/i.test(first) && coversLabels(rows.task, verdicts))
        malformed(
          file,
          undefined,
          `${rows.task.name} has a claim and its evidence: call "${second}" claim and "${first}" evidence`,
        );
      const classes = table.classes(label);
      for (const { line, value } of table.rows) {
        const at = { file, line };
        if (Array.isArray(value[label])) malformed(file, line, `"${label}" is a list, and a pair has one label`);
        const id = labelIn(rows.task, value[label], classes, at);
        if (id === undefined) rows.count("no-label", file);
        else addPair(rows, split, at, textIn(value[first] ?? "") as string, textIn(value[second] ?? "") as string, id);
      }
    }
  },
};
