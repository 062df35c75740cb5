// Objects of a JSON file with their lines: one a line, or items of one list. Knows no field.

import { malformed } from "./text-file.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonRow {
  readonly value: JsonObject;
  readonly line: number;
}

/** Throws `file-malformed` with the line of the row that is no object. */
export function jsonRows(text: string, file: string): JsonRow[] {
  if (text.trimStart().startsWith("[")) return itemsOf(text, file);
  return text
    .split("\n")
    .flatMap((content, i) => (content.trim() === "" ? [] : [{ value: objectIn(content, file, i + 1), line: i + 1 }]));
}

function objectIn(text: string, file: string, line: number): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return malformed(file, line, `not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return malformed(file, line, "not a JSON object");
  return value as JsonObject;
}

/** Items of a list, cut where they begin and end, so that each one has its line. */
function itemsOf(text: string, file: string): JsonRow[] {
  const rows: JsonRow[] = [];
  let [depth, line, from, fromLine] = [0, 1, -1, 1];
  let [inText, mayBegin] = [false, true]; // at the list's own depth
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === "\n") line++;
    if (inText) {
      if (c === "\\") i++;
      else if (c === '"') inText = false;
    } else if (c === '"') {
      if (depth === 1) malformed(file, line, "the list holds a text, expected objects");
      inText = true;
    } else if (c === "{" || c === "[") {
      if (depth === 1) {
        if (!mayBegin) malformed(file, line, "not JSON: a comma is missing between two items of the list");
        [from, fromLine, mayBegin] = [i, line, false];
      }
      depth++;
    } else if (c === "}" || c === "]") {
      depth--;
      if (depth === 1) rows.push({ value: objectIn(text.slice(from, i + 1), file, fromLine), line: fromLine });
      if (depth === 0) {
        if (c !== "]" || text.slice(i + 1).trim() !== "") malformed(file, line, "something follows the list");
        return rows;
      }
    } else if (depth === 1 && c === "," && !mayBegin) mayBegin = true;
    else if (depth === 1 && !/\s/.test(c)) malformed(file, line, `not JSON: ${JSON.stringify(c)} between two items of the list`);
  }
  return malformed(file, depth > 1 ? fromLine : line, "the file ends inside of its list: it is cut off");
}
