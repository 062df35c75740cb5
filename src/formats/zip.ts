// Zip archives over Blobs: read lazily by their directory, Zip64 too; written without compression and without a copy, below 4 GiB. Knows no content.

import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import {
  directoryMark,
  endBytes,
  endMark,
  findZipDirectory,
  localMark,
  most32,
  type ZipFile,
  zipContent,
  zipFileAt,
} from "../base/zip-directory.ts";

export interface ZipEntry {
  /** Folders and name joined by "/". */
  readonly path: string;
  readonly bytes: number;
  /** Bytes that it takes in the archive, as the directory states them. */
  readonly packed: number;
  /**
   * The content; the stream fails with `file-malformed` when its length or checksum is not what the directory says. Who has a better hash of it
   * asks for the length alone.
   */
  stream(checks?: "checksum" | "length"): ReadableStream<Uint8Array>;
}

export interface ZipLimits {
  readonly entries: number;
  /** Bytes of all contents together, as the directory states them. */
  readonly bytes: number;
}

/**
 * The files of an archive in its own order, folders left out. Throws `file-malformed` for what is no zip, is cut off, encrypted or compressed in
 * another way than deflate, and for names that leave the folder; `file-too-large` beyond the limits.
 */
export async function readZip(zip: Blob, name: string, limits: ZipLimits): Promise<readonly ZipEntry[]> {
  const malformed = (what: string) => new ClinfuseError("file-malformed", `${name}: ${what}`, { file: name, what });
  const found = await findZipDirectory(zip);
  if (!found) throw malformed("it is no zip archive, or its end is missing, or its directory lies outside of it");
  if (found.entries > limits.entries) throw tooLarge(name, `${found.entries} files`, `${limits.entries} files`);
  if (found.size > limits.entries * mostOfEntry) throw malformed("its directory is larger than its files can need");
  const directory = new DataView(await zip.slice(found.start, found.start + found.size).arrayBuffer());
  const entries: ZipEntry[] = [];
  let [offset, total] = [0, 0];
  for (let i = 0; i < found.entries; i++) {
    const file = zipFileAt(directory, offset);
    if (!file) throw malformed("its directory is cut off or damaged");
    const wrong = refusal(file);
    if (wrong !== undefined) throw malformed(wrong);
    offset = file.next;
    total += file.bytes;
    if (total > limits.bytes) throw tooLarge(name, `${total} bytes and more`, `${limits.bytes} bytes`);
    if (!file.path.endsWith("/")) entries.push(zipEntry(zip, name, file));
  }
  return entries;
}

/** Bytes of a file's entry in the directory: three fields of at most 65,535 bytes, and what stands before them. */
const mostOfEntry = 3 * 0xffff + 46;

/** A sentence for what we do not read. */
function refusal({ path, method, encrypted, bytes, packed }: ZipFile): string | undefined {
  if (/^\/|^[a-z]:/i.test(path) || path.split("/").includes("..")) return `the name ${JSON.stringify(path)} leaves the folder`;
  if (encrypted) return `${path} is encrypted`;
  if (method !== 0 && method !== 8) return `${path} is compressed by method ${method}; only deflate is read`;
  if (method === 0 && bytes !== packed) return `${path} states two sizes`;
  return undefined;
}

function zipEntry(zip: Blob, archive: string, file: ZipFile): ZipEntry {
  const { path, bytes, packed: stated, method } = file;
  const malformed = (what: string) =>
    new ClinfuseError("file-malformed", `${archive}: ${path} ${what}`, { file: archive, what: path });
  const content = async (): Promise<ReadableStream<Uint8Array>> => {
    const packed = await zipContent(zip, file);
    if (packed === "misplaced") throw malformed("is not where the directory says");
    if (packed === "cut off") throw malformed("is cut off");
    const raw = packed.stream();
    return method === 8 ? raw.pipeThrough(new DecompressionStream("deflate-raw")) : raw;
  };
  return {
    path,
    bytes,
    packed: stated,
    stream: (checks = "checksum") => exactly(content, checks === "length" ? { bytes } : file, malformed),
  };
}

/** Fails as soon as there is more than was stated, so that no small archive becomes a large file; at the end when there is less or something else. */
function exactly(
  open: () => Promise<ReadableStream<Uint8Array>>,
  { bytes, checksum }: Pick<ZipFile, "bytes"> & Partial<Pick<ZipFile, "checksum">>,
  malformed: (what: string) => ClinfuseError,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let [done, crc] = [0, most32];
  return new ReadableStream({
    async pull(controller) {
      reader ??= (await open()).getReader();
      const { value, done: end } = await reader.read().catch((error: unknown) => {
        throw error instanceof ClinfuseError ? error : malformed("is damaged");
      });
      done += value?.length ?? 0;
      if (done > bytes || (end && done < bytes)) throw malformed(`has ${done > bytes ? "more" : "fewer"} bytes than it states`);
      if (!end) {
        crc = crcOver(crc, value);
        controller.enqueue(value);
      } else if (checksum === undefined || (crc ^ most32) >>> 0 === checksum) controller.close();
      else throw malformed("is damaged: its checksum differs");
    },
    cancel: (reason) => reader?.cancel(reason),
  });
}

function tooLarge(file: string, got: string, expected: string): ClinfuseError {
  return new ClinfuseError("file-too-large", `${file} holds ${got}; at most ${expected} are read`, { file, got, expected });
}

export interface ZipContent {
  readonly path: string;
  readonly content: Blob;
}

/**
 * An archive of these files, stored as they are. The contents are read once, for their checksums, and then referred to and not copied, so that
 * files on the disk stay there. Throws `file-too-large` for 4 GiB and more, which would need zip64, and `aborted`.
 */
export async function writeZip(
  name: string,
  files: readonly ZipContent[],
  signal: AbortSignal,
  onBytes: (done: number, total: number) => void = () => undefined,
): Promise<Blob> {
  const total = files.reduce((sum, { content }) => sum + content.size, 0);
  const headers = files.reduce((sum, { path }) => sum + 2 * new TextEncoder().encode(path).length + 30 + 46, 0);
  if (total + headers + endBytes >= most32) throw tooLarge(name, `${total} bytes`, "4 GiB, the most that a plain zip takes,");
  const [parts, directory]: [BlobPart[], Uint8Array<ArrayBuffer>[]] = [[], []];
  let [offset, before] = [0, 0];
  for (const { path, content } of files) {
    const checksum = await crc32(content, signal, (done) => onBytes(before + done, total));
    before += content.size;
    const encoded = new TextEncoder().encode(path);
    const common = [20, 0x0800, 0, 0, 0x21]; // version, names in UTF-8, stored, midnight of 1980-01-01
    const sizes = { checksum, bytes: content.size };
    const header = record(localMark, common, sizes, [encoded.length, 0], [], encoded);
    parts.push(header, content);
    directory.push(record(directoryMark, [20, ...common], sizes, [encoded.length, 0, 0, 0, 0], [0, offset], encoded));
    offset += header.length + content.size;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = new DataView(new ArrayBuffer(endBytes));
  end.setUint32(0, endMark, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/** mark, 16-bit fields, checksum and both sizes, 16-bit fields, 32-bit fields, name. */
function record(
  mark: number,
  first: readonly number[],
  { checksum, bytes }: { readonly checksum: number; readonly bytes: number },
  second: readonly number[],
  third: readonly number[],
  name: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(4 + 2 * first.length + 12 + 2 * second.length + 4 * third.length + name.length);
  const data = new DataView(out.buffer);
  let at = 0;
  const put = (value: number, width: 2 | 4) => {
    if (width === 2) data.setUint16(at, value, true);
    else data.setUint32(at, value, true);
    at += width;
  };
  put(mark, 4);
  for (const value of first) put(value, 2);
  for (const value of [checksum, bytes, bytes]) put(value, 4);
  for (const value of second) put(value, 2);
  for (const value of third) put(value, 4);
  out.set(name, at);
  return out;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** A checksum that is under way, over some bytes more. It begins with `most32`, and ends by being turned over. */
function crcOver(crc: number, bytes: Uint8Array): number {
  let next = crc;
  for (let i = 0; i < bytes.length; i++) next = (crcTable[(next ^ (bytes[i] as number)) & 0xff] as number) ^ (next >>> 8);
  return next;
}

async function crc32(blob: Blob, signal: AbortSignal, onBytes: (done: number) => void): Promise<number> {
  const reader = blob.stream().getReader();
  let [crc, done] = [most32, 0];
  for (;;) {
    throwIfAborted(signal);
    const { value, done: end } = await reader.read();
    if (end) return (crc ^ most32) >>> 0;
    crc = crcOver(crc, value);
    onBytes((done += value.length));
  }
}
