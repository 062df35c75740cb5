// A text file as it streams by: gzip and bzip2 undone where the bytes begin with their mark, UTF-8 decoded strictly. Knows no lines.

import { Bzip2Fault, bunzip2 } from "../../base/bunzip2.ts";
import { ClinfuseError } from "../../base/errors.ts";
import { GzipFault, gunzip } from "../../base/gunzip.ts";
import { utf8Stream } from "../../base/utf8.ts";

/** Bytes that can be read again and again: a Blob, or an archive's entry. */
export interface Bytes {
  readonly size: number;
  stream(): ReadableStream<Uint8Array>;
}

export interface TextFile {
  /** For error messages. */
  readonly name: string;
  readonly data: Bytes;
}

export interface TextPiece {
  readonly text: string;
  /** Bytes of the file read so far, as it lies on disk. */
  readonly bytes: number;
}

/** Tables and JSON shrink to a twentieth or so; what grows more than this, and is large, was made to fill a memory. */
const bomb = { ratio: 300, bytes: 20_000_000 } as const;

/** Tells whether a packed size that unpacks to this one is an attack rather than a file. */
export const isBomb = (packed: number, unpacked: number): boolean => unpacked > bomb.bytes && unpacked > bomb.ratio * packed;

export function bombFault(file: string, packed: number, unpacked: number): ClinfuseError {
  const what = `${packed} packed bytes unpack to ${unpacked} and more, over ${bomb.ratio} times as many: no graph packs so well`;
  return new ClinfuseError("file-too-large", `${file}: ${what}`, { file, what, got: unpacked, expected: bomb.ratio * packed });
}

/** Throws `file-malformed` for a damaged archive or bytes that are no UTF-8, with the byte; `file-too-large` for a bomb; and what reading the file throws. */
export async function* textPieces(file: TextFile): AsyncGenerator<TextPiece, void> {
  const reader = countingReader(file.data.stream().getReader());
  const decoder = utf8Stream(file.name);
  let unpacked = 0;
  try {
    for await (const chunk of plainBytes(file.name, reader)) {
      unpacked += chunk.length;
      if (isBomb(reader.bytes, unpacked)) throw bombFault(file.name, reader.bytes, unpacked);
      const text = decoder.decode(chunk);
      if (text !== "") yield { text, bytes: reader.bytes };
    }
    yield { text: decoder.end(), bytes: reader.bytes };
  } finally {
    await reader.cancel().catch(() => undefined); // the loop was left, or the stream has failed already
  }
}

/** A reader that counts, and whose first bytes can be looked at without taking them. */
interface CountingReader {
  readonly bytes: number;
  first(count: number): Promise<Uint8Array>;
  read(): Promise<ReadableStreamReadResult<Uint8Array>>;
  cancel(): Promise<void>;
}

function countingReader(source: ReadableStreamDefaultReader<Uint8Array>): CountingReader {
  const ahead: Uint8Array[] = [];
  let bytes = 0;
  const next = async (): Promise<Uint8Array | undefined> => {
    const { value } = await source.read();
    bytes += value?.length ?? 0;
    return value;
  };
  return {
    get bytes() {
      return bytes;
    },
    async first(count) {
      while (ahead.reduce((sum, chunk) => sum + chunk.length, 0) < count) {
        const chunk = await next();
        if (!chunk) break;
        ahead.push(chunk);
      }
      return Uint8Array.from(ahead.flatMap((chunk) => [...chunk.subarray(0, count)])).subarray(0, count);
    },
    async read() {
      const value = ahead.shift() ?? (await next());
      return value ? { done: false, value } : { done: true, value: undefined };
    },
    cancel: () => source.cancel(),
  };
}

async function* plainBytes(file: string, counted: CountingReader): AsyncGenerator<Uint8Array, void> {
  const malformed = (what: string, cause?: unknown) =>
    new ClinfuseError("file-malformed", `${file}: ${what}`, { file, what }, { cause });
  const mark = await counted.first(4);
  try {
    if (mark[0] === 0x1f && mark[1] === 0x8b) {
      const { trailing } = yield* gunzip(counted);
      if (trailing === 0) return;
      throw malformed(
        `${trailing} bytes after the end of the gzip stream are no gzip: the file is damaged or was put together wrongly`,
      );
    }
    if (mark[0] === 0x42 && mark[1] === 0x5a && mark[2] === 0x68 && (mark[3] ?? 0) >= 0x31 && (mark[3] ?? 0) <= 0x39) {
      return yield* bunzip2(counted);
    }
  } catch (error) {
    if (error instanceof GzipFault) throw malformed(`the gzip stream ${error.message}`, error);
    throw error instanceof Bzip2Fault ? malformed(`the bzip2 stream ${error.message}`, error) : error;
  }
  for (let read = await counted.read(); !read.done; read = await counted.read()) yield read.value;
}
