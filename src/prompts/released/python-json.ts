// JSON as Python's json.dumps writes it: a space after each comma and colon, and ASCII alone. Pure.

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [field: string]: Plain };

export function pythonJson(value: Plain): string {
  if (typeof value === "string") return ascii(JSON.stringify(value));
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([field, inner]) => `${pythonJson(field)}: ${pythonJson(inner)}`)
    .join(", ")}}`;
}

/** Each UTF-16 code unit beyond ASCII as \uXXXX. */
const ascii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
