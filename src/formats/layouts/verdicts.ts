// Claims with an explanation and a verdict in columns: PUBHEALTH as the Hugging Face hub has it. Knows no file format.

import { addVerdicts, hasVerdicts, servesTruths } from "../pubhealth.ts";
import { isNumber } from "../reading/labels.ts";
import { classNamed } from "./cell-labels.ts";
import { columnOf, type LabelledTable, type Layout, textIn, type Values } from "./layout.ts";

export const verdicts: Layout = {
  columns: "claim, explanation (or main_text) and label",
  serves: servesTruths,
  fits: ({ columns }) => hasVerdicts(columns),
  add(rows, tables) {
    addVerdicts(
      rows,
      tables.flatMap((table) => {
        const name = namer(table);
        return table.rows.map(({ line, value }) => ({
          split: table.split,
          at: { file: table.file, line },
          cell: (column: string) =>
            column === "label" ? name(value, line) : (textIn(value[columnOf(table, [column]) ?? ""]) ?? ""),
        }));
      }),
    );
  },
};

/** Reader of a row's label: the name that the file gives to its number, or what stands there. */
function namer(table: LabelledTable): (row: Values, line: number) => string {
  const [column, classes] = [columnOf(table, ["label"]) as string, table.classes("label")];
  return (row, line) => {
    const value = row[column] ?? "";
    return classes && isNumber(value) ? classNamed(Number(value), classes, { file: table.file, line }) : String(value);
  };
}
