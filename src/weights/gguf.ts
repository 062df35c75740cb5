// GGUF files in: metadata and tensors as floats, one tensor at a time from a Blob. Knows no model.
//
// Format: magic, version, counts, metadata (typed key-value pairs), tensor entries, padding to the alignment, tensor bytes. Little-endian.

import { ClinfuseError } from "../base/errors.ts";
import { sizeOf } from "../graph/ops.ts";
import { type GgufType, ggufTypes, otherGgufBlocks, otherGgufTypes } from "./gguf-types.ts";

export type GgufValue = number | string | boolean | readonly GgufValue[];

export interface GgufTensor {
  readonly name: string;
  /** Row-major, as the checkpoint had it before conversion ([out, in] for linear layers): the file's own order reversed. */
  readonly shape: readonly number[];
  /** For instance `Q4_K`. */
  readonly type: string;
}

export interface Gguf {
  /** For messages. */
  readonly file: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** The whole tensor. A name that is not there throws `model-unsupported`. Reads some megabytes of the file at a time. */
  read(name: string): Promise<Float32Array<ArrayBuffer>>;
}

/** The header of a model with a vocabulary of 250,000 tokens takes some 12 MB. */
const maxHeader = 256 * 2 ** 20;
const maxEntries = 100_000;
const maxRank = 4;
const chunkBytes = 4 * 2 ** 20;

interface Entry extends GgufTensor {
  readonly layout: GgufType;
  /** From the start of the file. */
  readonly begin: number;
}

/**
 * Reads the header and checks that every tensor lies within the file and has a type that we read. Throws `model-truncated` for a file
 * shorter than its header says, `model-unsupported` for what is no GGUF of version 2 or 3 or makes no sense.
 */
export async function openGguf(source: Blob, file: string): Promise<Gguf> {
  const { metadata, entries } = await readHeader(source, file, parseHeader);
  for (const entry of entries.values()) {
    const expected = entry.begin + bytesOf(entry);
    if (source.size < expected) throw truncated(file, source.size, expected, entry.name);
  }
  return {
    file,
    metadata,
    tensors: entries,
    async read(name) {
      const entry = entries.get(name);
      if (!entry) throw unsupported(file, `it has no tensor ${JSON.stringify(name)}`, name);
      return readTensor(source, entry);
    },
  };
}

/** The metadata alone, whatever types the tensors have, for other readers of the format. Errors as `openGguf`'s. */
export async function readGgufMetadata(source: Blob, file: string): Promise<ReadonlyMap<string, GgufValue>> {
  return (await readHeader(source, file, parseMetadata)).metadata;
}

/** A tensor as the header has it, whatever its type. */
export interface GgufPlace extends GgufTensor {
  /** From the start of the file. */
  readonly begin: number;
  /** Bytes; undefined for a type that we do not know. */
  readonly bytes: number | undefined;
}

export interface GgufOutline {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly places: ReadonlyMap<string, GgufPlace>;
}

/** Outline of the header, for a check: types that we do not read and places beyond the file's end are given as they are. Other errors as `openGguf`'s. */
export async function outlineGguf(source: Blob, file: string): Promise<GgufOutline> {
  return readHeader(source, file, (cursor) => {
    const { metadata, start, raw } = parseEntries(cursor, file);
    const places = raw.map(({ name, shape, number, begin }): [string, GgufPlace] => {
      const layout = ggufTypes.get(number);
      const [elements, blockBytes] = layout ? [layout.blockSize, layout.blockBytes] : (otherGgufBlocks.get(number) ?? []);
      const type = layout?.name ?? otherGgufTypes.get(number) ?? `number ${number}`;
      const bytes = elements && blockBytes ? (sizeOf(shape) / elements) * blockBytes : undefined;
      return [name, { name, shape, type, begin: start + begin, bytes }];
    });
    return { metadata, places: new Map(places) };
  });
}

function bytesOf({ shape, layout }: Entry): number {
  return (sizeOf(shape) / layout.blockSize) * layout.blockBytes;
}

async function readTensor(source: Blob, entry: Entry): Promise<Float32Array<ArrayBuffer>> {
  const { blockSize, blockBytes, unpack } = entry.layout;
  const out = new Float32Array(sizeOf(entry.shape));
  const blocks = out.length / blockSize;
  const step = Math.max(1, Math.floor(chunkBytes / blockBytes));
  for (let block = 0; block < blocks; block += step) {
    const count = Math.min(step, blocks - block);
    const begin = entry.begin + block * blockBytes;
    const bytes = new Uint8Array(await source.slice(begin, begin + count * blockBytes).arrayBuffer());
    unpack(bytes, count, out, block * blockSize);
  }
  return out;
}

interface Header {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** Thrown by the cursor where the bytes at hand end. */
class MoreNeeded extends Error {}

/** The header's size is known only once it is parsed: more and more of the file is tried. */
async function readHeader<T>(source: Blob, file: string, parse: (cursor: Cursor, file: string) => T): Promise<T> {
  for (let size = 2 ** 20; ; size *= 4) {
    const bytes = await source.slice(0, Math.min(size, maxHeader)).arrayBuffer();
    try {
      return parse(new Cursor(bytes, source.size, file), file);
    } catch (error) {
      if (!(error instanceof MoreNeeded)) throw error;
      if (bytes.byteLength === source.size) throw truncated(file, source.size, source.size + 1, "its header");
      if (bytes.byteLength >= maxHeader) throw unsupported(file, `its header is longer than ${maxHeader} bytes`);
    }
  }
}

function parseMetadata(
  cursor: Cursor,
  file: string,
): { readonly metadata: ReadonlyMap<string, GgufValue>; readonly tensors: number } {
  const magic = cursor.ascii(4);
  if (magic !== "GGUF") throw unsupported(file, `it does not start with GGUF but with ${JSON.stringify(magic)}`);
  const version = cursor.uint32();
  if (version !== 2 && version !== 3) throw unsupported(file, `its version is ${version}; expected 2 or 3`);
  const tensors = cursor.count("tensors", maxEntries, 24);
  const pairs = cursor.count("metadata entries", maxEntries, 12);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < pairs; i++) {
    const key = cursor.string(`the name of metadata entry ${i}`);
    metadata.set(key, cursor.value(key, cursor.uint32(), 0));
  }
  return { metadata, tensors };
}

interface RawEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly number: number;
  /** From the start of the tensors' bytes. */
  readonly begin: number;
}

function parseHeader(cursor: Cursor, file: string): Header {
  const { metadata, start, raw } = parseEntries(cursor, file);
  const entries = raw.map((entry) => readableEntry(entry, file));
  return { metadata, entries: new Map(entries.map((entry) => [entry.name, { ...entry, begin: start + entry.begin }])) };
}

function parseEntries(
  cursor: Cursor,
  file: string,
): Pick<Header, "metadata"> & { readonly start: number; readonly raw: readonly RawEntry[] } {
  const { metadata, tensors } = parseMetadata(cursor, file);
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || !Number.isInteger(alignment) || alignment < 1 || alignment > 2 ** 20) {
    throw unsupported(file, `general.alignment is ${String(alignment)}`);
  }
  const raw = Array.from({ length: tensors }, (_, i) => rawEntry(cursor, file, i));
  return { metadata, raw, start: Math.ceil(cursor.position / alignment) * alignment };
}

function rawEntry(cursor: Cursor, file: string, i: number): RawEntry {
  const name = cursor.string(`the name of tensor ${i}`);
  const rank = cursor.uint32();
  if (rank < 1 || rank > maxRank) throw unsupported(file, `${name} has ${rank} axes`, name);
  const shape = Array.from({ length: rank }, () => cursor.uint64()).reverse();
  return { name, shape, number: cursor.uint32(), begin: cursor.uint64() };
}

function readableEntry({ name, shape, number, begin }: RawEntry, file: string): Entry {
  const layout = ggufTypes.get(number);
  if (!layout) {
    const type = otherGgufTypes.get(number) ?? `number ${number}`;
    const known = [...ggufTypes.values()].map((t) => t.name).join(", ");
    throw new ClinfuseError("model-unsupported", `${file}: ${name} has elements of type ${type}; we read ${known}`, {
      file,
      what: name,
      got: type,
      expected: known,
    });
  }
  if (shape.some((d) => d < 1) || !Number.isSafeInteger(sizeOf(shape)) || sizeOf(shape) > 2 ** 40) {
    throw unsupported(file, `${name} has shape [${shape}]`, name);
  }
  if ((shape.at(-1) as number) % layout.blockSize !== 0) {
    throw unsupported(file, `${name} has rows of ${shape.at(-1)}, no multiple of ${layout.name}'s ${layout.blockSize}`, name);
  }
  return { name, shape, type: layout.name, layout, begin };
}

/** Reads little-endian values from the first bytes of a file of `fileSize` bytes. */
class Cursor {
  position = 0;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(
    buffer: ArrayBuffer,
    private readonly fileSize: number,
    private readonly file: string,
  ) {
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  #take(bytes: number): number {
    const at = this.position;
    if (at + bytes > this.fileSize) throw truncated(this.file, this.fileSize, at + bytes, "its header");
    if (at + bytes > this.#view.byteLength) throw new MoreNeeded();
    this.position = at + bytes;
    return at;
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** A number of things that take at least `bytes` each. */
  count(what: string, most: number, bytes: number): number {
    const n = this.uint64();
    if (n > most) throw unsupported(this.file, `its header claims ${n} ${what}`);
    if (n * bytes > this.fileSize) throw truncated(this.file, this.fileSize, n * bytes, "its header");
    return n;
  }

  ascii(bytes: number): string {
    const at = this.#take(bytes);
    return String.fromCharCode(...this.#bytes.subarray(at, at + bytes));
  }

  string(what: string): string {
    const length = this.uint64();
    const at = this.#take(length);
    try {
      return this.#text.decode(this.#bytes.subarray(at, at + length));
    } catch {
      throw unsupported(this.file, `${what}, at byte ${at}, is not UTF-8 text`, what);
    }
  }

  /** `type` by the format's numbers. */
  value(key: string, type: number, depth: number): GgufValue {
    const read = scalars[type];
    if (read) return read.get(this.#view, this.#take(read.bytes));
    if (type === 8) return this.string(`a text of ${key}`);
    if (type !== 9 || depth > 2) throw unsupported(this.file, `a metadata value has the unknown type ${type}`);
    const element = this.uint32();
    const length = this.count("elements of an array", 2 ** 27, scalars[element]?.bytes ?? 8);
    return Array.from({ length }, () => this.value(key, element, depth + 1));
  }
}

type Scalar = { readonly bytes: number; readonly get: (view: DataView, at: number) => number | boolean };

const scalars: Readonly<Record<number, Scalar>> = {
  0: { bytes: 1, get: (v, at) => v.getUint8(at) },
  1: { bytes: 1, get: (v, at) => v.getInt8(at) },
  2: { bytes: 2, get: (v, at) => v.getUint16(at, true) },
  3: { bytes: 2, get: (v, at) => v.getInt16(at, true) },
  4: { bytes: 4, get: (v, at) => v.getUint32(at, true) },
  5: { bytes: 4, get: (v, at) => v.getInt32(at, true) },
  6: { bytes: 4, get: (v, at) => v.getFloat32(at, true) },
  7: { bytes: 1, get: (v, at) => v.getUint8(at) !== 0 },
  10: { bytes: 8, get: (v, at) => Number(v.getBigUint64(at, true)) },
  11: { bytes: 8, get: (v, at) => Number(v.getBigInt64(at, true)) },
  12: { bytes: 8, get: (v, at) => v.getFloat64(at, true) },
};

function unsupported(file: string, why: string, what = why): ClinfuseError {
  return new ClinfuseError("model-unsupported", `${file} is no GGUF file that we read: ${why}`, { file, what });
}

function truncated(file: string, got: number, expected: number, what: string): ClinfuseError {
  const sentence = `${file} has ${got} bytes, and ${what} needs at least ${expected}`;
  return new ClinfuseError("model-truncated", sentence, { file, got, expected, what });
}
