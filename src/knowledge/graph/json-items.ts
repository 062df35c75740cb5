// Elements of arrays and values of a JSON object, one by one as the text streams by. Knows no graph.

import { ClinfuseError } from "../../base/errors.ts";
import { type TextFile, textPieces } from "./text-pieces.ts";

export interface JsonItem {
  /** Key of the array that it is in, or its own. */
  readonly array: string;
  readonly value: unknown;
  /** Line of its first character, from 1. */
  readonly line: number;
}

const longestItem = 1_000_000;
/** Characters that are gathered before they are looked at. */
const batchLength = 200_000;

const [quote, backslash, comma, colon, feed] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

export interface JsonPlaces {
  /** Keys of arrays, of which each element is given. */
  readonly arrays: readonly string[];
  /** Keys whose values are given whole. */
  readonly values?: readonly string[];
  /** The keys are those of the objects in the array of this key of the outermost object; without it, those of the outermost itself. */
  readonly within?: string;
}

/**
 * Items of these places, in the order of the file. Throws `file-malformed` with the line where the text is no
 * JSON or ends too early, and what `textPieces` throws.
 */
export async function* jsonItems(
  file: TextFile,
  places: JsonPlaces,
): AsyncGenerator<{ items: readonly JsonItem[]; bytes: number }, void> {
  const scan = scanner(file.name, places);
  let rest = "";
  let bytes = 0;
  for await (const piece of textPieces(file)) {
    rest += piece.text;
    bytes = piece.bytes;
    if (rest.length < batchLength) continue;
    yield { items: scan.take(rest), bytes };
    rest = "";
  }
  yield { items: scan.take(rest), bytes };
  scan.end();
}

function parsed(text: string, malformed: (what: string) => ClinfuseError): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw malformed(`it is no JSON: ${why.slice(0, 100)}`);
  }
}

const faultAt = (file: string, line: number, what: string): ClinfuseError =>
  new ClinfuseError("file-malformed", `${file}, line ${line}: ${what}`, { file, line, what });

/** The last keys of the outermost object and of an object that is looked into, and whether they are wanted. */
function wantedKeys({ arrays, values = [], within }: JsonPlaces) {
  const holder = within === undefined ? 1 : 3; // brackets around the keys that are looked for
  let [outermost, key] = ["", ""];
  const among = (keys: readonly string[]) =>
    (within === undefined || outermost === within) && keys.includes(key) ? key : undefined;
  return {
    holder,
    /** A string that may be a key, with so many brackets around it. */
    met(brackets: number, text: string): void {
      if (brackets === 1) outermost = text;
      if (brackets === holder) key = text;
    },
    array: (brackets: number) => (brackets === holder ? among(arrays) : undefined),
    value: (brackets: number) => (brackets === holder ? among(values) : undefined),
  };
}

function scanner(file: string, places: JsonPlaces) {
  const keys = wantedKeys(places);
  const stack: number[] = [];
  let [inString, escaped, line, begun, ended] = [false, false, 1, false, false];
  let text = "";
  let array: string | undefined; // the key whose elements or value are wanted
  let depth = 0; // brackets around each of them
  let [string, item, itemLine] = [-1, -1, 1]; // where the open string begins, and the open element with its line
  const malformed = (what: string, at = line) => faultAt(file, at, what);
  const close = (items: JsonItem[], at: number) => {
    const written = item < 0 ? "" : text.slice(item, at).trim();
    const value = written === "" ? undefined : parsed(written, (what) => malformed(what, itemLine));
    if (written !== "") items.push({ array: array as string, value, line: itemLine });
    item = -1;
  };
  const opened = (code: number, at: number) => {
    if (!begun && code !== openBrace) throw malformed("it does not begin with an object");
    if (ended) throw malformed("there is more after the end of the object");
    begun = true;
    if (array !== undefined && stack.length === depth && item < 0) [item, itemLine] = [at, line];
    if (array === undefined && code === openBracket) [array, depth] = [keys.array(stack.length), stack.length + 1];
    stack.push(code);
  };
  const closed = (code: number, at: number, items: JsonItem[]) => {
    const open = stack.pop();
    if (open !== (code === closeBrace ? openBrace : openBracket)) throw malformed("a bracket closes that none opened");
    if (array !== undefined && stack.length === depth - 1) {
      close(items, at);
      array = undefined;
    }
    if (stack.length === 0) ended = true;
  };
  return {
    take(more: string): JsonItem[] {
      const items: JsonItem[] = [];
      const kept = item >= 0 ? item : string >= 0 ? string : text.length;
      const from = text.length - kept;
      text = text.slice(kept) + more;
      if (item >= 0) item -= kept;
      if (string >= 0) string -= kept;
      if (text.length - more.length > longestItem) throw malformed(`more than ${longestItem} characters without an end`);
      for (let at = from; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code === feed) line++;
        if (inString) {
          if (escaped) escaped = false;
          else if (code === backslash) escaped = true;
          else if (code === quote) {
            inString = false;
            if (stack.length <= keys.holder) keys.met(stack.length, text.slice(string + 1, at));
            string = -1;
          }
          continue;
        }
        if (code === quote) {
          inString = true;
          string = at;
          if (array !== undefined && stack.length === depth && item < 0) [item, itemLine] = [at, line];
        } else if (code === openBrace || code === openBracket) opened(code, at);
        else if (code === closeBrace || code === closeBracket) closed(code, at, items);
        else if (code === comma && array !== undefined && stack.length === depth) {
          close(items, at);
          if (depth === keys.holder) array = undefined; // a value, not an element
        } else if (code === colon && array === undefined) [array, depth] = [keys.value(stack.length), stack.length];
        else if (code > 0x20 && code !== colon && array !== undefined && stack.length === depth && item < 0)
          [item, itemLine] = [at, line];
      }
      return items;
    },
    end(): void {
      if (!ended) throw malformed(begun ? "it ends too early: the file was cut off" : "it holds no JSON");
    },
  };
}
