// A file on the disk as a Blob of which only what is asked for is read, whatever its size. Knows no format.

import { closeSync, openSync, readSync, statSync } from "node:fs";

const chunkBytes = 2 ** 22;

class FileSlice extends Blob {
  readonly #path: string;
  readonly #begin: number;
  readonly #end: number;

  constructor(path: string, begin: number, end: number) {
    super();
    this.#path = path;
    this.#begin = begin;
    this.#end = Math.max(begin, end);
  }

  override get size(): number {
    return this.#end - this.#begin;
  }

  override slice(start = 0, end = this.size): Blob {
    const at = (n: number) => this.#begin + Math.min(this.size, Math.max(0, n < 0 ? this.size + n : n));
    return new FileSlice(this.#path, at(start), at(end));
  }

  #read(begin: number, end: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(end - begin);
    const descriptor = openSync(this.#path, "r");
    let done = 0;
    try {
      while (done < bytes.length) {
        const read = readSync(descriptor, bytes, done, bytes.length - done, begin + done);
        if (read === 0) break; // it was cut meanwhile
        done += read;
      }
    } finally {
      closeSync(descriptor);
    }
    return bytes.subarray(0, done);
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = this.#read(this.#begin, this.#end);
    return bytes.buffer.slice(0, bytes.length);
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(this.#read(this.#begin, this.#end));
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = this.#begin;
    return new ReadableStream({
      pull: (controller) => {
        const bytes = this.#read(at, Math.min(this.#end, at + chunkBytes));
        at += bytes.length;
        if (bytes.length > 0) controller.enqueue(bytes);
        if (bytes.length === 0 || at >= this.#end) controller.close();
      },
    });
  }
}

/** Open only while it is read: a folder may hold thousands. Throws what the disk says. */
export function fileBlob(path: string): Blob {
  return new FileSlice(path, 0, statSync(path).size);
}
