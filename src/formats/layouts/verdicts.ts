// Claims with an explanation and a verdict in columns: PUBHEALTH as the Hugging Face hub has it. Knows no file format.

import { addVerdicts, hasVerdicts, servesTruths } from "../pubhealth.ts";
import { malformed } from "../reading/text-file.ts";
import { columnOf, isNumber, type LabelledTable, type Layout, textIn, type Values } from "./layout.ts";

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
    if (!classes || !isNumber(value)) return String(value);
    const missing = () => malformed(table.file, line, `the label ${String(value)} has no name among ${classes.join(", ")}`);
    return Number(value) === -1 ? "" : (classes[Number(value)] ?? missing());
  };
}
