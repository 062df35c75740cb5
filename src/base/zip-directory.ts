// The directory of a zip archive, read from a Blob and believed in nothing. Knows no content, and no limit but its own size.
//
// Format: PKWARE's APPNOTE.TXT, 4.3; with Zip64. In base, for rooms that may not see each other read archives: imports, and PyTorch's checkpoints.

export const endMark = 0x06054b50;
export const directoryMark = 0x02014b50;
export const localMark = 0x04034b50;
export const endBytes = 22;
export const most32 = 0xffffffff;
const end64Mark = 0x06064b50;
const locator64Mark = 0x07064b50;
const headBytes = { entry: 46, local: 30, locator64: 20, end64: 56 } as const;

export interface ZipDirectory {
  readonly entries: number;
  readonly start: number;
  readonly size: number;
}

/** Undefined without an end record, and for a directory that lies outside of the archive. Its entries may still be anything. */
export async function findZipDirectory(zip: Blob): Promise<ZipDirectory | undefined> {
  // The end record lies at the end, before a comment of at most 65,535 bytes.
  const tailStart = Math.max(0, zip.size - endBytes - 0xffff);
  const tail = await viewOf(zip, tailStart, zip.size);
  let at = tail.byteLength - endBytes;
  while (at >= 0 && tail.getUint32(at, true) !== endMark) at--;
  if (at < 0) return undefined;
  const [entries, size, start] = [tail.getUint16(at + 10, true), tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
  const wide = entries === 0xffff || size === most32 || start === most32;
  const found = wide ? await directory64(zip, tail, at) : { entries, size, start };
  return found && found.start + found.size <= tailStart + at ? found : undefined;
}

async function directory64(zip: Blob, tail: DataView, end: number): Promise<ZipDirectory | undefined> {
  const locator = end - headBytes.locator64;
  if (locator < 0 || tail.getUint32(locator, true) !== locator64Mark) return undefined;
  const at = Number(tail.getBigUint64(locator + 8, true));
  const record = await viewOf(zip, at, at + headBytes.end64);
  if (record.byteLength < headBytes.end64 || record.getUint32(0, true) !== end64Mark) return undefined;
  const [entries, size, start] = [32, 40, 48].map((offset) => Number(record.getBigUint64(offset, true)));
  return { entries, size, start } as ZipDirectory;
}

export interface ZipFile {
  /** Folders and name joined by "/"; any string at all. */
  readonly path: string;
  readonly bytes: number;
  readonly packed: number;
  /** CRC-32 of the content. */
  readonly checksum: number;
  /** 0: stored as it is; 8: deflate. */
  readonly method: number;
  readonly encrypted: boolean;
  /** Offset of its own header. */
  readonly local: number;
  /** Offset of the directory's next entry. */
  readonly next: number;
}

/** The entry of a directory that begins there; undefined where it is cut off or damaged. */
export function zipFileAt(directory: DataView, at: number): ZipFile | undefined {
  const name = at + headBytes.entry;
  if (name > directory.byteLength || directory.getUint32(at, true) !== directoryMark) return undefined;
  const length = (offset: number) => directory.getUint16(at + offset, true);
  const extra = name + length(28);
  const comment = extra + length(30);
  const next = comment + length(32);
  if (next > directory.byteLength) return undefined;
  const sizes = sizesOf(directory, at, extra, comment);
  return (
    sizes && {
      ...sizes,
      path: new TextDecoder()
        .decode(new Uint8Array(directory.buffer, directory.byteOffset + name, extra - name))
        .replaceAll("\\", "/"), // as Windows writes some
      checksum: directory.getUint32(at + 16, true),
      method: length(10),
      encrypted: (length(8) & 1) === 1,
      next,
    }
  );
}

type Sizes = Pick<ZipFile, "bytes" | "packed" | "local">;

/** Sizes and offset of an entry. Numbers too large for 32 bits stand in a field of their own, one after the other. */
function sizesOf(directory: DataView, at: number, extra: number, end: number): Sizes | undefined {
  const plain = [24, 20, 42].map((offset) => directory.getUint32(at + offset, true)); // bytes, packed, local
  const missing = plain.filter((n) => n === most32).length;
  const wide = missing > 0 ? wideNumbers(directory, extra, end, missing) : [];
  if (!wide) return undefined;
  const [bytes, packed, local] = plain.map((n) => (n === most32 ? (wide.shift() as number) : n)) as [number, number, number];
  return { bytes, packed, local };
}

function wideNumbers(directory: DataView, from: number, end: number, count: number): number[] | undefined {
  for (let at = from; at + 4 <= end; at += 4 + directory.getUint16(at + 2, true)) {
    if (directory.getUint16(at, true) !== 1) continue;
    if (at + 4 + 8 * count > end) return undefined;
    return Array.from({ length: count }, (_, i) => Number(directory.getBigUint64(at + 4 + 8 * i, true)));
  }
  return undefined;
}

/** The packed content, a slice of the archive; or what is wrong with it. */
export async function zipContent(zip: Blob, { local, packed }: ZipFile): Promise<Blob | "misplaced" | "cut off"> {
  const header = await viewOf(zip, local, local + headBytes.local);
  if (header.byteLength < headBytes.local || header.getUint32(0, true) !== localMark) return "misplaced";
  const start = local + headBytes.local + header.getUint16(26, true) + header.getUint16(28, true);
  return start + packed > zip.size ? "cut off" : zip.slice(start, start + packed);
}

async function viewOf(zip: Blob, start: number, end: number): Promise<DataView> {
  return new DataView(await zip.slice(start, end).arrayBuffer());
}
