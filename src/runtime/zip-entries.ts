// The entries of a zip file that stores them as they are, by name, as slices of it. Knows no compression and no content.
//
// Format: PKWARE's APPNOTE.TXT, 4.3; with Zip64.

import { ClinfuseError } from "../base/errors.ts";

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const all32 = 0xffffffff;
const maxDirectory = 64 * 2 ** 20;

/** Errors: `model-truncated` without a whole directory, `model-unsupported` for compressed entries and for what makes no sense. */
export async function storedEntries(source: Blob, file: string): Promise<ReadonlyMap<string, Blob>> {
  const { offset, size } = await findDirectory(source, file);
  if (size > maxDirectory || offset + size > source.size) throw truncated(file, source.size, offset + size);
  const view = await viewOf(source, offset, offset + size);
  const entries = new Map<string, Blob>();
  for (let at = 0; at + 46 <= view.byteLength && view.getUint32(at, true) === entrySignature; ) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((i) => view.getUint16(at + i, true)) as [
      number,
      number,
      number,
    ];
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameLength));
    const place = placeOf(view, at, nameLength, extraLength);
    if (view.getUint16(at + 10, true) !== 0) {
      const why = `its entry ${name} is compressed; PyTorch stores entries as they are`;
      throw new ClinfuseError("model-unsupported", `${file}: ${why}`, { file, what: name });
    }
    entries.set(name, await contentOf(source, file, place));
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}

async function viewOf(source: Blob, begin: number, end: number): Promise<DataView> {
  return new DataView(await source.slice(begin, end).arrayBuffer());
}

async function findDirectory(source: Blob, file: string): Promise<{ offset: number; size: number }> {
  const tailBegin = Math.max(0, source.size - 22 - 0xffff);
  const tail = await viewOf(source, tailBegin, source.size);
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== endSignature) at--;
  if (at < 0) throw truncated(file, source.size, source.size + 1);
  const size = tail.getUint32(at + 12, true);
  const offset = tail.getUint32(at + 16, true);
  if (offset !== all32 && size !== all32 && tail.getUint16(at + 10, true) !== 0xffff) return { offset, size };
  if (at < 20 || tail.getUint32(at - 20, true) !== locator64Signature) throw truncated(file, source.size, source.size + 1);
  const begin = Number(tail.getBigUint64(at - 20 + 8, true));
  const end64 = await viewOf(source, begin, begin + 56);
  if (end64.byteLength < 56 || end64.getUint32(0, true) !== end64Signature) throw truncated(file, source.size, begin + 56);
  return { size: Number(end64.getBigUint64(40, true)), offset: Number(end64.getBigUint64(48, true)) };
}

interface Place {
  readonly size: number;
  /** Of the entry's own header. */
  readonly header: number;
}

function placeOf(view: DataView, at: number, nameLength: number, extraLength: number): Place {
  let size = view.getUint32(at + 24, true);
  let header = view.getUint32(at + 42, true);
  const compressed = view.getUint32(at + 20, true);
  const begin = at + 46 + nameLength;
  for (let i = begin; i + 4 <= begin + extraLength; i += 4 + view.getUint16(i + 2, true)) {
    if (view.getUint16(i, true) !== 1) continue; // Zip64: of the three those that are too large, in this order
    let next = i + 4;
    const value = () => {
      next += 8;
      return Number(view.getBigUint64(next - 8, true));
    };
    if (size === all32) size = value();
    if (compressed === all32) value();
    if (header === all32) header = value();
  }
  return { size, header };
}

async function contentOf(source: Blob, file: string, { size, header }: Place): Promise<Blob> {
  const local = await viewOf(source, header, header + 30);
  if (local.byteLength < 30 || local.getUint32(0, true) !== localSignature) throw truncated(file, source.size, header + 30);
  const begin = header + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (begin + size > source.size) throw truncated(file, source.size, begin + size);
  return source.slice(begin, begin + size);
}

function truncated(file: string, got: number, expected: number): ClinfuseError {
  const sentence = `${file} has ${got} bytes and no whole directory of its entries`;
  return new ClinfuseError("model-truncated", sentence, { file, got, expected });
}
