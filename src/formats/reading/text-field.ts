// The field of a row that holds the text of its marks, decided over all rows of a file. Knows no tool.

import type { At } from "../format.ts";
import type { Collection } from "./collection.ts";
import { missesIn, type Stretch } from "./offsets.ts";
import { malformed } from "./text-file.ts";

export interface FieldsRow extends At {
  /** Fields that hold text, by name. */
  readonly texts: Readonly<Record<string, string>>;
  readonly marks: readonly Stretch[];
  /** Names that the text's field may have, the likeliest first. */
  readonly likely: readonly string[];
}

const stated = ({ marks }: FieldsRow): Stretch[] => marks.filter(({ said }) => said !== undefined);

/** Rows whose marks hold what they state in the field. */
const held = (rows: readonly FieldsRow[], key: string): number =>
  rows.filter(({ texts, marks }) => texts[key] !== undefined && missesIn(texts[key], marks) === 0).length;

/** Tells whether most marked rows have a text in the field that reaches as far as their marks. */
function reaches(rows: readonly FieldsRow[], key: string): boolean {
  const having = rows.filter(({ texts, marks }) => marks.length > 0 && texts[key] !== undefined);
  const enough = having.filter(({ texts, marks }) => marks.every(({ end }) => end <= (texts[key] as string).length));
  return enough.length * 2 > having.length;
}

const lengthOf = (rows: readonly FieldsRow[], key: string): number =>
  rows.reduce((sum, { texts }) => sum + (texts[key]?.length ?? 0), 0);

const most = (keys: readonly string[], count: (key: string) => number): string[] => {
  const counts = keys.map(count);
  return keys.filter((_, i) => counts[i] === Math.max(...counts));
};

/** Tells whether one field holds the stated marks of all rows. */
export function holdsAll(all: readonly FieldsRow[]): boolean {
  const stating = all.map((row) => ({ ...row, marks: stated(row) })).filter(({ marks }) => marks.length > 0);
  return stating.length > 0 && Object.keys(stating[0]?.texts ?? {}).some((key) => held(stating, key) === stating.length);
}

/**
 * Chooses the field of each row's text: the field in which most marks stand, then one of a likely name, then the only one that the marks fit in. Where no row has marks, the
 * longest field, with a remark. Throws `file-malformed` where nothing tells.
 */
export function fieldsOf(rows: Collection, all: readonly FieldsRow[]): (row: FieldsRow) => string {
  const marked = all.some(({ marks }) => marks.length > 0);
  const stating = all.map((row) => ({ ...row, marks: stated(row) })).filter(({ marks }) => marks.length > 0);
  const names = [...new Set(all.flatMap(({ texts }) => Object.keys(texts)))];
  const holding = new Map(names.map((key) => [key, held(stating, key)]));
  const reaching = new Set(names.filter((key) => reaches(all, key)));
  const lengths = new Map(names.map((key) => [key, lengthOf(all, key)]));
  return ({ file, line, texts, likely }) => {
    const keys = Object.keys(texts);
    const best = most(keys, (key) => holding.get(key) ?? 0);
    const left = best.length > 1 && marked ? best.filter((key) => reaching.has(key)) : best;
    const named = best.length > 1 ? likely.find((key) => best.includes(key)) : undefined;
    const longest = marked ? [] : most(best, (key) => lengths.get(key) ?? 0);
    const key = named ?? (left.length === 1 ? left[0] : longest[0]);
    if (key === undefined)
      return malformed(
        file,
        line,
        `the data has several texts (${keys.join(", ")}), and the marks do not tell which one they are of: call its field "text"`,
      );
    if (named === undefined && left.length > 1)
      rows.remark(`The text of each row is its field "${key}", the longest of ${keys.join(", ")}.`);
    return key;
  };
}
