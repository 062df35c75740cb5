// Text as JSON, with the line of a fault. Knows no field.

import { ClinfuseError, type ErrorCode } from "./errors.ts";

/** Throws `code` with the file and, where it can be told, the line. A byte order mark is passed over. */
export function readJsonText(text: string, file: string, code: ErrorCode = "file-malformed"): unknown {
  const own = text.replace(/^\uFEFF/, "");
  const fault = faultIn(own);
  if (!fault) return JSON.parse(own);
  const line = faultLine(own);
  throw new ClinfuseError(code, `${file} is not JSON: line ${line}: ${fault}`, { file, line, what: `line ${line}: ${fault}` });
}

function faultIn(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Tells whether a text is the beginning of JSON: all that is wrong with it is that it ends. */
function onlyEnds(text: string): boolean {
  const fault = faultIn(text);
  const place = /position (\d+)/.exec(fault ?? "")?.[1];
  if (fault === undefined || /end of JSON input/.test(fault)) return true;
  return !/^Unterminated string/.test(fault) && place !== undefined && Number(place) >= text.length; // no text goes on over a line's end
}

/** The first line with which the text is the beginning of JSON no longer; the last one where it is cut off. */
function faultLine(text: string): number {
  const lines = text.trimEnd().split("\n");
  let [good, bad] = [0, lines.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (onlyEnds(lines.slice(0, middle).join("\n"))) good = middle;
    else bad = middle;
  }
  return Math.max(bad, 1);
}
