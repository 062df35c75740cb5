// Strings of the JSON in a text, read as loosely as models write them: over several lines, with trailing commas or other quotes.

/** Numbers and literals are null: no field of ours holds one. */
type Value = string | null | Value[] | ReadonlyMap<string, Value>;

interface Read<T> {
  readonly value: T;
  /** Offset at which the text goes on. */
  readonly end: number;
}

/** The end of each quote's string; curly ones end as they begin or in a straight one. */
const closers: Readonly<Record<string, string>> = { '"': '"”', "'": "'", "“": '”"“', "‘": "’'", "`": "`'" };

const objectStart = /\{\s*["'“”‘`]?[\p{L}_][\p{L}\p{N}_ -]*["'“”’`]?\s*:/u;

/** Tells whether the text holds the beginning of a JSON object. */
export function looksLikeJson(text: string): boolean {
  return objectStart.test(text) || /^\s*(?:\{\s*["'“]|\[\s*["'“{])/.test(text);
}

/** The strings under `field` of each object in the text, in order; of a list of bare strings, those. Other fields are passed over. */
export const jsonFields = (text: string, field: string): string[] =>
  [...valuesIn(text)].flatMap((value) => fieldsOf(value, field));

/** The items of the JSON lists in a text: strings; of an object among them its first string; of an object without lists its strings. */
export const jsonItems = (text: string): string[] => [...valuesIn(text)].flatMap((value) => itemsOf(value, false));

/** The objects and lists in a text, outermost alone, in order. */
function* valuesIn(text: string): Generator<Value> {
  for (let at = 0; at < text.length; ) {
    const next = text.slice(at).search(/[{[]/);
    if (next < 0) return;
    const read = readValue(text, at + next);
    if (read) yield read.value;
    at = read ? read.end : at + next + 1;
  }
}

function itemsOf(value: Value, listed: boolean): string[] {
  if (value === null) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap((item) => itemsOf(item, true));
  const values = [...value.values()];
  const nested = values.filter((one) => one !== null && typeof one !== "string");
  if (nested.length > 0) return nested.flatMap((one) => itemsOf(one, false));
  const strings = values.filter((one) => typeof one === "string");
  return listed ? strings.slice(0, 1) : strings;
}

function fieldsOf(value: Value, field: string): string[] {
  if (value === null || typeof value === "string") return [];
  if (Array.isArray(value)) return value.flatMap((item) => (typeof item === "string" ? [item] : fieldsOf(item, field)));
  const [own] = [...value].filter(([key]) => key.trim().toLowerCase() === field).map(([, of]) => of);
  if (typeof own === "string") return [own];
  return Array.isArray(own) && typeof own[0] === "string" ? [own[0]] : [];
}

function skipSpace(text: string, at: number): number {
  let i = at;
  while (/\s/.test(text[i] ?? "")) i++;
  return i;
}

function readValue(text: string, from: number): Read<Value> | undefined {
  const at = skipSpace(text, from);
  const first = text[at] ?? "";
  if (first === "{") return readObject(text, at);
  if (first === "[") return readList(text, at);
  if (first in closers) return readString(text, at, false);
  const bare = readBare(text, at, /[,}\]\n]/);
  return bare && { value: null, end: bare.end };
}

/** A number, a literal or a word without quotes. */
function readBare(text: string, at: number, until: RegExp): Read<string> | undefined {
  const length = text.slice(at).search(until);
  if (length <= 0) return undefined;
  return { value: text.slice(at, at + length).trim(), end: at + length };
}

function readObject(text: string, from: number): Read<Value> | undefined {
  const fields = new Map<string, Value>();
  for (let at = skipSpace(text, from + 1); ; ) {
    if (at >= text.length) return fields.size > 0 ? { value: fields, end: at } : undefined; // the brace is missing, its strings are whole
    if (text[at] === "}") return { value: fields, end: at + 1 };
    const key = (text[at] ?? "") in closers ? readString(text, at, true) : readBare(text, at, /[:,{}"\n]/);
    if (!key) return undefined;
    const colon = skipSpace(text, key.end);
    if (text[colon] !== ":") return undefined;
    const value = readValue(text, colon + 1);
    if (!value) return undefined;
    if (!fields.has(key.value)) fields.set(key.value, value.value);
    at = skipSpace(text, value.end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
}

function readList(text: string, from: number): Read<Value> | undefined {
  const items: Value[] = [];
  for (let at = skipSpace(text, from + 1); at < text.length; ) {
    if (text[at] === "]") return { value: items, end: at + 1 };
    if (!/["'“‘{[]/.test(text[at] ?? "")) return undefined; // "[asthma]" is a mark, not a list
    const item = readValue(text, at);
    if (!item) return undefined;
    items.push(item.value);
    at = skipSpace(text, item.end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return items.length > 0 ? { value: items, end: text.length } : undefined;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: " ", f: " " };

/** A quote inside the string that was not escaped does not end it: after the last one comes a comma, a bracket or, for a key, a colon. */
function readString(text: string, from: number, key: boolean): Read<string> | undefined {
  const ends = closers[text[from] as string] as string;
  let value = "";
  for (let i = from + 1; i < text.length; i++) {
    const character = text[i] as string;
    if (character === "\\") {
      const hex = /^u([0-9a-f]{4})/i.exec(text.slice(i + 1, i + 6));
      const escaped = text[i + 1] ?? "";
      value += hex ? String.fromCharCode(Number.parseInt(hex[1] as string, 16)) : (escapes[escaped] ?? escaped);
      i += hex ? 5 : 1;
    } else if (ends.includes(character) && isEnd(text, i + 1, key)) return { value, end: i + 1 };
    else value += character;
  }
  return undefined;
}

function isEnd(text: string, at: number, key: boolean): boolean {
  const next = skipSpace(text, at);
  const sign = text[next] ?? "";
  if (key) return sign === ":";
  if (sign === "" || sign === "}" || sign === "]") return true;
  return sign === "," && /^\s*(?:$|["'“‘`{}\]]|[\p{L}_]+\s*:)/u.test(text.slice(next + 1, next + 80));
}
