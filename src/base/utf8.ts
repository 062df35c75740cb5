// Bytes of a text file as text: strict UTF-8, whole or as a stream. Knows no format.

import { ClinfuseError } from "./errors.ts";

const remedy = "Save the file again as UTF-8 text and choose it once more. Nothing was imported.";
const unpackRemedy = "Unpack it, and choose the files that lie in it. Nothing was imported.";
const officeRemedy = "Save its table as CSV (UTF-8), or its text as plain text, and choose that. Nothing was imported.";

/**
 * Text of a whole file, without its byte order mark. Throws `file-malformed` with the file, the line and the byte offset
 * (from 0) of the first byte that is no UTF-8. UTF-16 and UTF-32 are named, with or without a byte order mark.
 */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  const stream = utf8Stream(file);
  return stream.decode(bytes) + stream.end();
}

/** As `decodeUtf8`, for what a user picked. Throws also what reading the file throws. */
export async function readUtf8(blob: Blob, file: string): Promise<string> {
  return decodeUtf8(new Uint8Array(await blob.arrayBuffer()), file);
}

/** A strict decoder of chunks in order: `decode` each, then `end`, which throws when the last character is cut off. */
export interface Utf8Stream {
  decode(chunk: Uint8Array): string;
  end(): string;
}

/** Throws as `decodeUtf8` does, at the chunk that holds the fault. */
export function utf8Stream(file: string): Utf8Stream {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let kept: Uint8Array = new Uint8Array(0); // a beginning too short to tell, or a character that the next chunk completes
  let [offset, line, begun] = [0, 1, false];
  const refuse = (what: string, at: { line: number } | undefined, cause?: unknown, how = remedy) => {
    const where = at === undefined ? file : `${file}, line ${at.line}`;
    throw new ClinfuseError("file-malformed", `${where}: ${what}`, { file, ...at, what, remedy: how }, { cause });
  };
  const take = (bytes: Uint8Array, last: boolean): string => {
    if (!begun && !last && bytes.length < looked) {
      kept = bytes;
      return "";
    }
    if (!begun) {
      const packed = packings.find((packing) => isPacked(bytes, packing));
      if (packed) refuse(`not UTF-8 text but ${packed.name}`, undefined, undefined, packed.remedy ?? unpackRemedy);
      const other = otherEncoding(bytes);
      if (other) refuse(`not UTF-8 text but ${other}`, undefined);
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
        bytes = bytes.subarray(3);
        offset = 3;
      }
      begun = true;
    }
    const end = last ? bytes.length : completeLength(bytes);
    const whole = bytes.subarray(0, end);
    try {
      const text = decoder.decode(whole);
      kept = bytes.slice(end);
      offset += end;
      line += countLineFeeds(whole);
      return text;
    } catch (error) {
      const at = firstInvalid(whole);
      return refuse(
        `not UTF-8 text (byte ${offset + at})`,
        { line: line + countLineFeeds(whole.subarray(0, at)) },
        error,
      ) as never;
    }
  };
  return {
    decode: (chunk) => take(kept.length === 0 ? chunk : joined(kept, chunk), false),
    end: () => take(kept, true),
  };
}

/** Bytes at a file's beginning that tell its encoding. */
const looked = 512;

interface Packing {
  readonly name: string;
  readonly mark: readonly number[];
  /** Byte at which the mark stands; 0 when absent. */
  readonly at?: number;
  /** First name in a zip archive. */
  readonly first?: RegExp;
  /** Unpacking it, when absent. */
  readonly remedy?: string;
}

/** Byte at which a zip archive has its first name. */
const zipName = 30;

function isPacked(bytes: Uint8Array, { at = 0, mark, first }: Packing): boolean {
  const name = () => String.fromCharCode(...bytes.subarray(zipName, 2 * zipName));
  return mark.every((byte, i) => bytes[at + i] === byte) && (first === undefined || first.test(name()));
}

const officeNames = /^(?:\[Content_Types\]\.xml|(?:xl|word|docProps|_rels)\/|mimetypeapplication\/vnd\.)/;

const packings: readonly Packing[] = [
  { name: "gzip", mark: [0x1f, 0x8b] },
  { name: "an Office file (xlsx, docx, ods)", mark: [0x50, 0x4b, 3, 4], first: officeNames, remedy: officeRemedy },
  { name: "an Office file (xls, doc)", mark: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], remedy: officeRemedy },
  { name: "a zip archive", mark: [0x50, 0x4b, 3, 4] },
  { name: "an xz archive", mark: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] },
  { name: "a Zstandard archive", mark: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: "a 7z archive", mark: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { name: "a RAR archive", mark: [0x52, 0x61, 0x72, 0x21, 0x1a, 7] },
  { name: "a tar archive", mark: [0x75, 0x73, 0x74, 0x61, 0x72], at: 257 },
];

/** The encoding of what is no UTF-8: by its first bytes, or by the zero bytes that Latin letters have in UTF-16 and UTF-32. */
function otherEncoding(bytes: Uint8Array): string | undefined {
  const starts = (...mark: number[]) => mark.every((byte, i) => bytes[i] === byte);
  if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff)) return "UTF-32";
  if (starts(0xff, 0xfe)) return "UTF-16 (little-endian)";
  if (starts(0xfe, 0xff)) return "UTF-16 (big-endian)";
  const units = Math.floor(Math.min(bytes.length, looked) / 2);
  const zeros = [0, 0];
  for (let i = 0; i < 2 * units; i++) if (bytes[i] === 0) zeros[i % 2] = (zeros[i % 2] as number) + 1;
  const [even, odd] = zeros as [number, number];
  if (units < 2 || Math.max(even, odd) <= units / 2) return undefined;
  if (even > units / 4 && odd > units / 4) return "UTF-32 (no byte order mark)";
  return `UTF-16 (${odd > even ? "little" : "big"}-endian, no byte order mark)`;
}

/** Length without a character at the end that lacks bytes which may still come. */
function completeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

const sequenceLength = (lead: number): number => (lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);

/** Index of the first byte of the first sequence that is no UTF-8 (Unicode, table 3-7). */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = validLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return at;
}

/** Bytes of the well-formed character at `at`; 0 where there is none. */
export function validLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80; // neither overlong
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf; // nor a surrogate, nor beyond U+10FFFF
  const length = sequenceLength(lead);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    if (byte < (i === 1 ? low : 0x80) || byte > (i === 1 ? high : 0xbf)) return 0;
  }
  return length;
}

function countLineFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
