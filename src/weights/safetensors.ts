// Safetensors files in and out: float weights by name. Knows no model.
//
// Format: header size (uint64, little-endian), header (JSON: name -> dtype, shape, byte range), bytes.

import { ClinfuseError } from "../base/errors.ts";
import { sizeOf } from "../graph/ops.ts";
import { bareName } from "./bare-name.ts";
import { floatsOf, floatTypeWords, isFloatType, toHalves } from "./floats.ts";
import type { LazyWeight, Weight, Weights } from "./weight.ts";

/** The reference implementation's own limit for the header, in bytes. */
const maxHeader = 100_000_000;

/** Bytes per element; `undefined` below means a type that the format does not have. */
const elementBytes: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
};

const integers = new Set(["BOOL", "U8", "I8", "I16", "U16", "I32", "U32", "I64", "U64"]);

/** A tensor as the header has it. */
export interface SafetensorsEntry {
  /** Without a wrapper's prefix. */
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A file whose tensors are read one by one, as they are asked for. */
export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** Integer tensors (position ids) are no weights and are left out. */
  readonly tensors: readonly LazyWeight[];
}

/**
 * Reads the header; each tensor of floats (F64, F32, F16, BF16) reads as float32. Throws `model-truncated` for a file shorter than its header
 * says, `model-unsupported` for another element type or what is no safetensors file. `file` is for messages.
 */
export async function openSafetensors(source: Blob, file: string): Promise<SafetensorsFile> {
  const { entries, start, metadata } = await readHeader(source, file);
  const tensors = entries
    .filter(({ dtype }) => !integers.has(dtype))
    .map((entry) => ({
      name: entry.name,
      shape: entry.shape,
      read: async () =>
        toFloat32(
          await source.slice(start + entry.begin, start + entry.end).arrayBuffer(),
          entry,
          file,
        ) as Float32Array<ArrayBuffer>,
    }));
  return { metadata, tensors };
}

/** Entries of the header, for a check: `begin` and `end` from the start of the file. Errors as `openSafetensors`'s. */
export async function outlineSafetensors(source: Blob, file: string): Promise<readonly SafetensorsEntry[]> {
  const { entries, start } = await readHeader(source, file);
  return entries.map((entry) => ({ ...entry, begin: start + entry.begin, end: start + entry.end }));
}

/** Every tensor of `openSafetensors`. */
export async function readSafetensors(source: Blob, file: string): Promise<Weights> {
  const weights = new Map<string, Weight>();
  const { tensors } = await openSafetensors(source, file);
  for (const { name, shape, read } of tensors) weights.set(name, { shape, data: await read() });
  return weights;
}

/** Float32 tensors under their names, in the map's order; `metadata` goes to the header's own field. */
export function writeSafetensors(weights: Weights, metadata: Readonly<Record<string, string>> = {}): Blob {
  const parts = [...weights.values()].map(({ data }) => data as Float32Array<ArrayBuffer>);
  const named = [...weights].map(([name, { shape }]) => ({ name, shape }));
  return new Blob([headerOf(named, metadata), ...parts]);
}

/** The same file as a stream: each tensor is read when its turn comes, so that never more than one is held. */
export function streamSafetensors(
  tensors: readonly LazyWeight[],
  metadata: Readonly<Record<string, string>>,
): ReadableStream<Uint8Array> {
  let next = -1;
  return new ReadableStream(
    {
      async pull(controller) {
        const tensor = tensors[next];
        if (next++ < 0) controller.enqueue(headerOf(tensors, metadata));
        else if (!tensor) controller.close();
        else {
          const { buffer, byteOffset, byteLength } = await tensor.read();
          controller.enqueue(new Uint8Array(buffer, byteOffset, byteLength));
        }
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * The file with each tensor in half precision, rounded to the nearest; one with a value beyond the largest half stays in float32. One tensor at a
 * time is read. Errors as `openSafetensors`'s.
 */
export async function halvedSafetensors(source: Blob, file: string): Promise<Blob> {
  const { tensors, metadata } = await openSafetensors(source, file);
  const named: { name: string; shape: readonly number[]; dtype: "F16" | "F32" }[] = [];
  const parts: Blob[] = [];
  for (const { name, shape, read } of tensors) {
    const data = await read();
    const dtype = data.every((x) => Math.abs(x) <= largestHalf) ? "F16" : "F32";
    parts.push(new Blob([dtype === "F16" ? toHalves(data) : data]));
    named.push({ name, shape, dtype });
  }
  return new Blob([headerOf(named, metadata), ...parts]);
}

const largestHalf = 65_504;

/** Header size and header; the tensors' bytes follow in their order, from a multiple of 8. */
function headerOf(
  tensors: readonly (Pick<LazyWeight, "name" | "shape"> & { readonly dtype?: "F16" | "F32" })[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, shape, dtype = "F32" } of tensors) {
    const begin = end;
    end += (dtype === "F16" ? 2 : 4) * sizeOf(shape);
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20, 8); // padded with spaces
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(json, 8);
  return bytes;
}

interface Header {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Offset of the tensors' bytes. */
  readonly start: number;
}

async function readHeader(source: Blob, file: string): Promise<Header> {
  const unsupported = (why: string): never => {
    throw new ClinfuseError("model-unsupported", `${file} is no safetensors file that we read: ${why}`, { file, what: why });
  };
  if (source.size < 8) throw truncated(file, source.size, 8);
  const size = Number(new DataView(await source.slice(0, 8).arrayBuffer()).getBigUint64(0, true));
  if (size > maxHeader || size < 2) return unsupported(`its header claims ${size} bytes`);
  const start = 8 + size;
  if (source.size < start) throw truncated(file, source.size, start);
  let header: unknown;
  try {
    header = JSON.parse(await source.slice(8, start).text());
  } catch {
    return unsupported("its header is not JSON");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) return unsupported("its header is not an object");
  const entries = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => readEntry(name, value) ?? unsupported(`the header's entry ${JSON.stringify(name)} makes no sense`));
  for (const entry of entries) {
    const bytes = elementBytes[entry.dtype];
    if (bytes === undefined) unsupported(`${entry.name} has the unknown type ${JSON.stringify(entry.dtype)}`);
    else if (entry.end - entry.begin !== sizeOf(entry.shape) * bytes) {
      unsupported(`${entry.name} has shape [${entry.shape}] and ${entry.end - entry.begin} bytes`);
    }
    if (source.size < start + entry.end) throw truncated(file, source.size, start + entry.end);
  }
  return { entries, start, metadata: metadataOf((header as Record<string, unknown>).__metadata__) };
}

/** The format has strings alone there; what is none is left out. */
function metadataOf(value: unknown): Readonly<Record<string, string>> {
  const entries = value !== null && typeof value === "object" ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function readEntry(name: string, value: unknown): SafetensorsEntry | undefined {
  const { dtype, shape, data_offsets: range } = (value ?? {}) as Partial<Record<string, unknown>>;
  const count = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (typeof dtype !== "string" || !Array.isArray(shape) || !shape.every(count)) return undefined;
  if (!Array.isArray(range) || range.length !== 2 || !range.every(count)) return undefined;
  const [begin, end] = range as [number, number];
  return begin <= end ? { name: bareName(name), dtype, shape, begin, end } : undefined;
}

function truncated(file: string, got: number, expected: number): ClinfuseError {
  return new ClinfuseError("model-truncated", `${file} has ${got} bytes, its header says at least ${expected}`, {
    file,
    got,
    expected: floatTypeWords,
  });
}

function toFloat32(bytes: ArrayBuffer, { name, dtype }: SafetensorsEntry, file: string): Float32Array {
  if (isFloatType(dtype)) return floatsOf(bytes, dtype);
  throw new ClinfuseError(
    "model-unsupported",
    `${file}: ${name} has elements of type ${dtype}; expected one of ${floatTypeWords}`,
    {
      file,
      what: name,
      got: dtype,
      expected: floatTypeWords,
    },
  );
}
