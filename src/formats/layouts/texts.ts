// A text and its labels in columns, as the Hugging Face hub has HoC and LitCovid. Knows no file format.

import { isVisible } from "../../tasks/words.ts";
import { malformed } from "../reading/text-file.ts";
import { labelsIn } from "./cell-labels.ts";
import { columnOf, type LabelledTable, type Layout, labelColumns, textIn, type Values } from "./layout.ts";

/** Reader of a row's text: its own column, or an article's title and abstract. */
function textOf(table: LabelledTable): ((row: Values) => string) | undefined {
  const of = (column: string | undefined) => (row: Values) => textIn(column === undefined ? "" : (row[column] ?? "")) ?? "";
  const own = columnOf(table, ["text", "sentence"]);
  if (own !== undefined) return of(own);
  const [title, abstract] = [columnOf(table, ["title"]), columnOf(table, ["abstract"])];
  if (abstract === undefined) return undefined;
  return (row) => [of(title)(row), of(abstract)(row)].filter(isVisible).join(" ");
}

/** Tells an empty list and the word "none" from a cell that says nothing, as "nan" does. */
const saysNone = (cell: unknown): boolean => Array.isArray(cell) || /^\s*(?:none|\[\s*\])\s*$/i.test(String(cell ?? ""));

export const texts: Layout = {
  columns: "text (or title and abstract) and labels",
  serves: (task) => task.shape === "sentence",
  fits: (table) => textOf(table) !== undefined && columnOf(table, labelColumns) !== undefined,
  add(rows, tables) {
    const { task } = rows;
    if (task.shape !== "sentence") throw new Error(`texts: ${task.id} labels no texts`);
    for (const table of tables) {
      const { file, split } = table;
      const column = columnOf(table, labelColumns) as string;
      const [text, classes] = [textOf(table) as (row: Values) => string, table.classes(column)];
      for (const { line, value } of table.rows) {
        const labels = labelsIn(task, value[column], classes, { file, line });
        if (!isVisible(text(value))) rows.count("empty-text", file);
        else if (labels.length === 0 && !(task.carries === "any" && saysNone(value[column]))) rows.count("no-label", file);
        else if (labels.length > 1 && task.carries === "one")
          malformed(file, line, `the text carries ${labels.length} labels, and the task gives one`);
        else rows.add(split, { kind: "sentence", text: text(value), labels });
      }
    }
  },
};
