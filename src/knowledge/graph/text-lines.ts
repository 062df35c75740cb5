// The lines of a text file as it streams by, gzip undone where the bytes begin with its mark. Knows no columns.

import { ClinfuseError } from "../../base/errors.ts";

export interface TextFile {
  /** For error messages. */
  readonly name: string;
  readonly data: Blob;
}

/** Lines of one piece of the stream: a batch, so that millions of lines cost no promise each. */
export interface LineBatch {
  readonly lines: readonly string[];
  /** Number of the first of them, from 1. */
  readonly first: number;
  /** Bytes of the file read so far, as it lies on disk. */
  readonly bytes: number;
}

/** A file that is no text has no line ends: refuse it before it fills the memory. Characters. */
const longestLine = 1_000_000;

/** Characters that are gathered before a batch is handed on: decompression gives small pieces. */
const batchLength = 200_000;

/** Throws `file-malformed` for bytes that are no UTF-8, a broken gzip or an endless line, with file and line; and what reading the file throws. */
export async function* textLines(file: TextFile): AsyncGenerator<LineBatch, void> {
  let bytes = 0;
  let line = 1;
  const malformed = (what: string, cause?: unknown, at = line) =>
    new ClinfuseError("file-malformed", `${file.name}, line ${at}: ${what}`, { file: file.name, line: at, what }, { cause });

  const counted = file.data.stream().pipeThrough(
    new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        bytes += chunk.length;
        controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
      },
    }),
  );
  const mark = new Uint8Array(await file.data.slice(0, 2).arrayBuffer());
  const packed = mark[0] === 0x1f && mark[1] === 0x8b;
  const plain = packed ? counted.pipeThrough(new DecompressionStream("gzip")) : counted;
  const reader = plain.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true }); // it drops a byte order mark by itself
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        // What is wrong with the bytes is a TypeError in browsers and a zlib Error in Node; a disk that fails is a DOMException.
        throw packed && !(error instanceof DOMException) ? malformed("the gzip stream is broken", error) : error;
      });
      let text: string;
      try {
        text = decoder.decode(value, { stream: !done });
      } catch (error) {
        throw malformed("not UTF-8 text", error);
      }
      rest += text;
      if (rest.length < batchLength && !done) continue;
      const lines = rest.split("\n");
      rest = lines.pop() as string;
      if (rest.length > longestLine)
        throw malformed(`more than ${longestLine} characters without a line end`, undefined, line + lines.length);
      if (done && rest !== "") lines.push(rest);
      if (lines.length > 0) yield { lines: lines.map((l) => (l.endsWith("\r") ? l.slice(0, -1) : l)), first: line, bytes };
      line += lines.length;
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // the loop was left, or the stream has failed already
  }
}
