// The first row in the beginning of a JSON file. Knows no field.

/** Its line, without the opening brace; the whole beginning where the file is indented; empty where no object begins. */
export function firstRow(head: string): string {
  const line = /^\uFEFF?\s*\[?\s*\{([^\n]*)/.exec(head)?.[1];
  return line?.trim() === "" ? head : (line ?? "");
}
