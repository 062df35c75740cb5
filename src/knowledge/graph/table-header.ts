// The header of a graph's file: its separator and its columns. Knows no rows.

import { ClinfuseError } from "../../base/errors.ts";
import { type GraphColumn, type Separator, separators } from "../graph-files.ts";

export interface TableHeader {
  readonly separator: Separator;
  readonly names: readonly string[];
  /** Place of each field that is there. */
  readonly at: Readonly<Record<string, number>>;
  readonly width: number;
}

/** Throws `file-malformed` for a header that lacks a needed column or has one twice, naming what is expected. */
export function readHeader(
  file: string,
  line: number,
  text: string,
  columns: Readonly<Record<string, GraphColumn>>,
): TableHeader {
  const signs = Object.keys(separators) as Separator[];
  const read = signs.map((separator) => headerBy(separator, text, columns));
  const found = read.find(({ missing }) => missing.length === 0);
  // For the error: the header as the sign reads it that finds most of the columns, tabs first.
  const likely = read.reduce((best, one) => (one.missing.length < best.missing.length ? one : best));
  const { header, missing, twice } = found ?? likely;
  const fail = (what: string, expected: string) =>
    new ClinfuseError("file-malformed", `${file}, line ${line}: ${what}`, {
      file,
      line,
      what,
      got: header.names.join(", ").slice(0, 80),
      expected,
    });
  if (missing.length > 0) {
    const needed = Object.values(columns).filter((c) => c.needed);
    const expected = needed.map((c) => c.names[0]).join(", ");
    const lacks = missing.map((names) => names.join(" or ")).join("; ");
    const got = header.names.join(", ").slice(0, 80);
    const how = "separated by tabs, commas or semicolons";
    throw fail(`the header must name the columns ${expected}, ${how}; it lacks ${lacks}; got "${got}"`, expected);
  }
  if (twice !== undefined) throw fail(`the header names the column "${twice}" twice`, twice);
  return header;
}

/** Tells whether a header names every column that is needed. */
export function namesColumns(text: string, columns: Readonly<Record<string, GraphColumn>>): boolean {
  const signs = Object.keys(separators) as Separator[];
  return signs.some((separator) => headerBy(separator, text, columns).missing.length === 0);
}

function headerBy(separator: Separator, text: string, columns: Readonly<Record<string, GraphColumn>>) {
  const names = text.split(separator).map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .trim()
      .toLowerCase(),
  );
  const at: Record<string, number> = {};
  const missing: (readonly string[])[] = [];
  let twice: string | undefined;
  const taken = new Set<number>();
  for (const [field, { names: known, needed }] of Object.entries(columns)) {
    const place = firstOf(names, known, taken);
    if (place === undefined) {
      if (needed) missing.push(known);
      continue;
    }
    if (names.indexOf(names[place] as string, place + 1) >= 0) twice = names[place];
    taken.add(place);
    at[field] = place;
  }
  // "source, target" is how graph libraries name an edge's ends; with "head" the source is where the edge is from.
  if (
    "head" in columns &&
    at.head === undefined &&
    at.tail !== undefined &&
    names[at.tail] === "target" &&
    at.source !== undefined
  ) {
    at.head = at.source;
    delete at.source;
    missing.splice(missing.indexOf(columns.head?.names ?? []), 1);
  }
  return { header: { separator, names, at, width: names.length }, missing, twice };
}

function firstOf(names: readonly string[], known: readonly string[], taken: ReadonlySet<number>): number | undefined {
  for (const name of known) {
    const place = names.indexOf(name);
    if (place >= 0 && !taken.has(place)) return place;
  }
  return undefined;
}
