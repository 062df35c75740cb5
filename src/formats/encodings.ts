// Files that are no UTF-8, made UTF-8: UTF-16 by its mark, XML by what it declares, other texts as Windows-1252 byte by byte. Knows no format.

import { readUtf8, validLength } from "../base/utf8.ts";
import type { Tree } from "./format.ts";
import { malformed, mostBytes } from "./reading/text-file.ts";

export interface Recoded {
  readonly file: Blob;
  readonly remark: string;
}

/**
 * Files whose readers refuse other bytes. JSON is UTF-8 by its standard; label.txt stands beside JSON. Parquet and
 * archives are no text.
 */
const strict = /\.(?:jsonl?|ndjson|parquet|zip|gz)$|(?:^|\/)label\.txt$/i;
/** XML is UTF-8 where it declares nothing else. */
const xml = /\.(?:xml|xmi)$/i;

/** Beginning of a file, for telling its format: UTF-16 by its mark, else UTF-8. */
export const headText = async (file: Blob, bytes: number): Promise<string> =>
  decodedHead(new Uint8Array(await file.slice(0, bytes).arrayBuffer()));

/** As `headText`, of the bytes themselves. */
export const decodedHead = (head: Uint8Array): string => new TextDecoder(wide(head) ?? "utf-8").decode(head);

/** The tree with such files made UTF-8, and a remark for each. */
export async function readable(tree: Tree): Promise<{ readonly tree: Tree; readonly remarks: readonly string[] }> {
  const files = new Map(tree);
  const remarks: string[] = [];
  for (const [path, file] of tree) {
    const made = await recoded(file, path);
    if (!made) continue;
    files.set(path, made.file);
    remarks.push(made.remark);
  }
  return { tree: files, remarks };
}

/** Text of one file, and a remark where it was no UTF-8. Throws as `readUtf8` does. */
export async function readableText(file: Blob, path: string): Promise<{ readonly text: string; readonly remark?: string }> {
  const made = await recoded(file, path);
  return { text: await readUtf8(made?.file ?? file, path), ...(made ? { remark: made.remark } : {}) };
}

/**
 * The file as UTF-8; undefined where it is that already, and where it is no text in an encoding that can be told: the
 * strict reader then refuses it with the line. Published copies of corpora mix the two encodings, so characters that are
 * UTF-8 stay as they are, and single bytes between them are Windows-1252. Throws `file-malformed` for XML whose declared
 * encoding is not known, or does not have its bytes.
 */
export async function recoded(file: Blob, path: string): Promise<Recoded | undefined> {
  if (strict.test(path) || file.size > mostBytes) return undefined;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const encoding = wide(bytes);
  if (encoding) {
    const text = decoded(bytes, encoding);
    if (text === undefined || text.includes("\0")) return undefined;
    if (xml.test(path) && !/^utf-16(?:le|be)?$/i.test(declaredIn(text))) return undefined;
    return { file: new Blob([text]), remark: `${path} is UTF-16 and was read so.` };
  }
  const isUtf8 = decoded(bytes, "utf-8") !== undefined;
  if (xml.test(path)) return asDeclared(file, bytes, path, isUtf8);
  if (isUtf8) return undefined;
  const found = byBytes(bytes);
  return found && { file: new Blob([found.text]), remark: singleBytes(path, found.lines) };
}

function singleBytes(path: string, lines: readonly number[]): string {
  const [are, were, s] = lines.length === 1 ? ["is", "was", ""] : ["are", "were", "s"];
  const more = lines.length > 3 ? ` and ${lines.length - 3} more` : "";
  return `${lines.length} line${s} of ${path} ${are} no UTF-8 and ${were} read as Windows-1252 (line${s} ${lines.slice(0, 3).join(", ")}${more}).`;
}

const declaration = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]*)["']/;
const declarationBytes = 256;
const declaredIn = (beginning: string): string => declaration.exec(beginning)?.[1]?.trim() ?? "";
/** Names of encodings that UTF-8 holds. */
const partOfUtf8: readonly string[] = ["utf-8", "utf8", "us-ascii", "ascii"];

/** XML in the encoding that it declares. A declaration that was copied on is passed over where all bytes are UTF-8. */
function asDeclared(file: Blob, bytes: Uint8Array, path: string, isUtf8: boolean): Recoded | undefined {
  const name = declaredIn(String.fromCharCode(...bytes.subarray(0, declarationBytes)));
  if (name === "" || partOfUtf8.includes(name.toLowerCase()) || bytes.every((byte) => byte < 0x80)) return undefined;
  if (isUtf8) return { file, remark: `${path} declares the encoding ${name}, its bytes are UTF-8, and it was read so.` };
  const text = inEncoding(bytes, name, path);
  return { file: new Blob([text]), remark: `${path} was read in the encoding that it declares, ${name}.` };
}

function inEncoding(bytes: Uint8Array, name: string, path: string): string {
  let encoding: string;
  try {
    encoding = new TextDecoder(name).encoding;
  } catch {
    return malformed(path, 1, `it declares the encoding ${name}, which is not known: save it as UTF-8`);
  }
  const text = encoding === "windows-1252" ? singly(bytes) : decoded(bytes, encoding);
  if (text !== undefined) return text;
  const line = linesOf(bytes).findIndex((of) => (encoding === "windows-1252" ? singly(of) : decoded(of, encoding)) === undefined);
  return malformed(path, line < 0 ? undefined : line + 1, `its bytes are no ${name}, the encoding that it declares`);
}

function singly(bytes: Uint8Array): string | undefined {
  const characters = Array.from(bytes, singleByte);
  return characters.includes(undefined) ? undefined : characters.join("");
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let from = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return [...lines, bytes.subarray(from)];
}

/** UTF-16 by the byte order mark. That of UTF-32 begins alike. */
function wide(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe && !(bytes[2] === 0 && bytes[3] === 0)) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : undefined;
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Control characters of binary files; tab, line feed, form feed, carriage return and the old end of a file occur in texts. */
const isControl = (byte: number): boolean => byte < 0x20 && ![0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1a].includes(byte);

/** Characters of Windows-1252 from 0x80 to 0x9F, a blank where it has none. Some versions of Node decode them as Latin-1. */
const assigned = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/** Undefined for a byte without a character. */
function singleByte(byte: number): string | undefined {
  if (byte < 0x80 || byte > 0x9f) return String.fromCharCode(byte);
  const character = assigned.charAt(byte - 0x80);
  return character === " " ? undefined : character;
}

/** The text, and the lines with bytes that are no UTF-8. Undefined for binary content and for UTF-8 that was cut off. */
function byBytes(bytes: Uint8Array): { readonly text: string; readonly lines: readonly number[] } | undefined {
  const whole = new TextDecoder("utf-8", { ignoreBOM: true });
  const parts: string[] = [];
  const lines: number[] = [];
  let [from, line, multibyte] = [0, 1, false];
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number;
    if (isControl(byte)) return undefined;
    if (byte === 0x0a) line++;
    const length = validLength(bytes, at);
    if (length > 0) {
      multibyte ||= length > 1;
      at += length;
      continue;
    }
    const character = singleByte(byte);
    if (character === undefined || (multibyte && byte >= 0xc2 && isTail(bytes, at))) return undefined;
    parts.push(whole.decode(bytes.subarray(from, at)), character);
    if (lines.at(-1) !== line) lines.push(line);
    at++;
    from = at;
  }
  parts.push(whole.decode(bytes.subarray(from)));
  return { text: parts.join(""), lines };
}

/** Tells whether the file ends within the character that begins here. */
const isTail = (bytes: Uint8Array, at: number): boolean =>
  bytes.length - at < 4 && bytes.subarray(at + 1).every((byte) => byte >= 0x80 && byte <= 0xbf);
