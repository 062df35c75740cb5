// A text file as it streams by: gzip undone where the bytes begin with its mark, UTF-8 decoded strictly. Knows no lines.

import { ClinfuseError } from "../../base/errors.ts";
import { GzipFault, gunzip } from "../../base/gunzip.ts";
import { utf8Stream } from "../../base/utf8.ts";

export interface TextFile {
  /** For error messages. */
  readonly name: string;
  readonly data: Blob;
}

export interface TextPiece {
  readonly text: string;
  /** Bytes of the file read so far, as it lies on disk. */
  readonly bytes: number;
}

/** Throws `file-malformed` for a damaged gzip or bytes that are no UTF-8, with the byte; and what reading the file throws. */
export async function* textPieces(file: TextFile): AsyncGenerator<TextPiece, void> {
  let bytes = 0;
  const counted = file.data.stream().pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        controller.enqueue(chunk);
      },
    }),
  );
  const reader = counted.getReader();
  const decoder = utf8Stream(file.name);
  try {
    const mark = new Uint8Array(await file.data.slice(0, 2).arrayBuffer());
    const packed = mark[0] === 0x1f && mark[1] === 0x8b;
    for await (const chunk of packed ? unpacked(file.name, reader) : chunks(reader)) {
      const text = decoder.decode(chunk);
      if (text !== "") yield { text, bytes };
    }
    yield { text: decoder.end(), bytes };
  } finally {
    await reader.cancel().catch(() => undefined); // the loop was left, or the stream has failed already
  }
}

async function* chunks(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

async function* unpacked(file: string, reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  const malformed = (what: string, cause?: unknown) =>
    new ClinfuseError("file-malformed", `${file}: ${what}`, { file, what }, { cause });
  try {
    const { trailing } = yield* gunzip(reader);
    if (trailing > 0)
      throw malformed(
        `${trailing} bytes after the end of the gzip stream are no gzip: the file is damaged or was put together wrongly`,
      );
  } catch (error) {
    throw error instanceof GzipFault ? malformed(`the gzip stream ${error.message}`, error) : error;
  }
}
