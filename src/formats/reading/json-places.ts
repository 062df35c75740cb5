// One JSON value of a file, with the line on which each of its objects begins. Knows no field.

import type { JsonObject } from "./json.ts";
import { malformed } from "./text-file.ts";

export interface PlacedJson {
  readonly value: unknown;
  /** Line of an object of the value, from 1. */
  lineOf(object: JsonObject): number;
}

const deepest = 100;
const scalar = /(?:"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
const blank = /[ \t\r\n]*/y;

/** Throws `file-malformed` with the line. Keys of prototypes are fields like any other. `firstLine`: where the text begins in its file. */
export function placedJson(text: string, file: string, firstLine = 1): PlacedJson {
  const lines = new Map<JsonObject, number>();
  let [at, line] = [0, firstLine];

  const skip = (): string | undefined => {
    blank.lastIndex = at;
    const gap = blank.exec(text)?.[0] ?? "";
    for (const c of gap) if (c === "\n") line++;
    at += gap.length;
    return text[at];
  };
  const fail = (): never =>
    malformed(
      file,
      line,
      at >= text.length
        ? "not JSON: the file ends inside of it, it is cut off"
        : `not JSON at ${JSON.stringify(text.slice(at, at + 20))}`,
    );
  const plain = (): unknown => {
    scalar.lastIndex = at;
    const found = scalar.exec(text);
    if (!found) return fail();
    at += found[0].length;
    try {
      return JSON.parse(found[0]) as unknown;
    } catch {
      return fail();
    }
  };
  const expect = (mark: string): void => {
    if (skip() !== mark) fail();
    at++;
  };
  /** Items between two marks, apart by commas. */
  const items = (close: string, item: () => void): void => {
    at++;
    if (skip() === close) at++;
    else
      for (;;) {
        item();
        const next = skip();
        at++;
        if (next === close) return;
        if (next !== ",") {
          at--;
          fail();
        }
      }
  };
  const value = (depth: number): unknown => {
    const mark = skip();
    if (depth > deepest) malformed(file, line, `JSON of more than ${deepest} levels is not read`);
    if (mark === "{") {
      const object: Record<string, unknown> = Object.create(null);
      lines.set(object, line);
      items("}", () => {
        if (skip() !== '"') fail();
        const key = plain() as string;
        expect(":");
        object[key] = value(depth + 1);
      });
      return object;
    }
    if (mark === "[") {
      const list: unknown[] = [];
      items("]", () => list.push(value(depth + 1)));
      return list;
    }
    return plain();
  };

  const read = value(0);
  if (skip() !== undefined) fail();
  return { value: read, lineOf: (object) => lines.get(object) ?? firstLine };
}
