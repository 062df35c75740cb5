// A layout as a port: columns of a table that make examples of a task, whether the table is Parquet, JSON or text. Knows no file format.

import type { Task } from "../../tasks/task.ts";
import type { Split } from "../format.ts";
import type { Collection } from "../reading/collection.ts";

/** A row; Parquet's whole numbers are of the type bigint. */
export type Values = Readonly<Record<string, unknown>>;

export interface LabelledTable {
  readonly file: string;
  readonly split: Split;
  /** Names of the columns in their order. */
  readonly columns: readonly string[];
  /** Lines count from 1; of Parquet they are rows. */
  readonly rows: readonly { readonly line: number; readonly value: Values }[];
  /** Names of a column's classes in the order of their numbers; undefined where the file does not say. */
  classes(column: string): readonly string[] | undefined;
}

export interface Layout {
  /** Columns that it needs, for users. */
  readonly columns: string;
  serves(task: Task): boolean;
  fits(table: LabelledTable): boolean;
  /** Adds the examples of tables that fit. Throws for the first row that cannot be read, with file and line. */
  add(rows: Collection, tables: readonly LabelledTable[]): void;
}

/** The first of the names that the table has a column for, in whatever case. */
export const columnOf = ({ columns }: Pick<LabelledTable, "columns">, names: readonly string[]): string | undefined =>
  names.flatMap((name) => columns.find((column) => column.toLowerCase() === name) ?? [])[0];

/** Columns that may hold the label of a row, the likeliest first. */
export const labelColumns = ["label", "labels", "gold_label", "verdict", "value", "class"] as const;

/** A cell's text: as it stands, or a list of sentences joined by blanks; undefined for other cells. */
export function textIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const isText = Array.isArray(value) && value.every((part) => typeof part === "string");
  return isText ? value.join(" ") : undefined;
}

/** Objects of a list; also where the table holds a list for each field of them. Undefined for a list of something else. */
export function objectsIn(value: unknown): readonly Values[] | undefined {
  if (Array.isArray(value)) {
    const objects = value.filter((one): one is Values => one !== null && typeof one === "object");
    return objects.length === value.length ? objects : undefined;
  }
  if (value === null || typeof value !== "object") return [];
  const fields = Object.entries(value as Values).filter((field): field is [string, unknown[]] => Array.isArray(field[1]));
  const length = Math.max(0, ...fields.map(([, list]) => list.length));
  return Array.from({ length }, (_, i) => Object.fromEntries(fields.map(([name, list]) => [name, list[i]])));
}

/** A whole number, also of Parquet; undefined for another value. */
export function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}
