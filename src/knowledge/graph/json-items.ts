// Elements of arrays of a JSON object, one by one as the text streams by. Knows no graph.

import { ClinfuseError } from "../../base/errors.ts";
import { type TextFile, textPieces } from "./text-pieces.ts";

export interface JsonItem {
  /** Key of the array that it is in. */
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

/**
 * Elements of the arrays of these keys of the outermost object, in the order of the file. Throws `file-malformed` with the line where the text is no
 * JSON or ends too early, and what `textPieces` throws.
 */
export async function* jsonItems(
  file: TextFile,
  arrays: readonly string[],
): AsyncGenerator<{ items: readonly JsonItem[]; bytes: number }, void> {
  const scan = scanner(file.name, new Set(arrays));
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

function scanner(file: string, arrays: ReadonlySet<string>) {
  const stack: number[] = [];
  let [inString, escaped, line, begun, ended] = [false, false, 1, false, false];
  let text = "";
  let key = ""; // the last one of the outermost object
  let string = -1; // where the open string begins
  let array: string | undefined; // the array whose elements are wanted
  let item = -1; // where the open element begins
  let itemLine = 1;
  const malformed = (what: string, at = line) =>
    new ClinfuseError("file-malformed", `${file}, line ${at}: ${what}`, { file, line: at, what });
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
    if (array !== undefined && stack.length === 2 && item < 0) [item, itemLine] = [at, line];
    stack.push(code);
    if (stack.length === 2 && code === openBracket && arrays.has(key)) array = key;
  };
  const closed = (code: number, at: number, items: JsonItem[]) => {
    const open = stack.pop();
    if (open !== (code === closeBrace ? openBrace : openBracket)) throw malformed("a bracket closes that none opened");
    if (stack.length === 1 && array !== undefined) {
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
            if (stack.length === 1) key = text.slice(string + 1, at);
            string = -1;
          }
          continue;
        }
        if (code === quote) {
          inString = true;
          string = at;
          if (array !== undefined && stack.length === 2 && item < 0) [item, itemLine] = [at, line];
        } else if (code === openBrace || code === openBracket) opened(code, at);
        else if (code === closeBrace || code === closeBracket) closed(code, at, items);
        else if (code === comma && array !== undefined && stack.length === 2) close(items, at);
        else if (code > 0x20 && code !== colon && array !== undefined && stack.length === 2 && item < 0)
          [item, itemLine] = [at, line];
      }
      return items;
    },
    end(): void {
      if (!ended) throw malformed(begun ? "it ends too early: the file was cut off" : "it holds no JSON");
    },
  };
}
