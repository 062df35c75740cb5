// Bzip2 undone as it streams by, over all streams of a file. Knows no file.

/** A fault of the stream, in words that follow "the bzip2 stream". */
export class Bzip2Fault extends Error {
  override readonly name = "Bzip2Fault";
}

const blockMark = 0x314159265359;
const endMark = 0x177245385090;
/** Codes of a symbol in a row before another table takes over. */
const groupLength = 50;
const longestCode = 20;

/**
 * Yields the plain bytes in pieces. Throws `Bzip2Fault` where the stream is cut off, damaged or no bzip2; and what the source throws.
 * A block of at most 900,000 bytes is in memory at once.
 */
export async function* bunzip2(
  source: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const bits = new Bits(source);
  for (let first = true; first || !(await bits.atEnd()); first = false) {
    await bits.fill(4);
    if (bits.take(24) !== 0x425a68)
      throw new Bzip2Fault(first ? "is none: it does not begin with BZh" : "has bytes after its end");
    const level = bits.take(8) - 0x30;
    if (level < 1 || level > 9) throw new Bzip2Fault("is damaged: a block size of no meaning");
    let streamCrc = 0;
    for (;;) {
      await bits.fill(mostOfBlock(level));
      const mark = bits.take(24) * 2 ** 24 + bits.take(24);
      if (mark !== blockMark && mark !== endMark) throw bits.fault("a block begins with no mark of one");
      const crc = ((bits.take(16) << 16) | bits.take(16)) >>> 0;
      if (mark === endMark) {
        if (crc !== streamCrc) throw bits.fault("its checksum differs");
        break;
      }
      const piece = readBlock(bits, level * 100_000);
      if (crcOf(piece) !== crc) throw bits.fault("the checksum of a block differs");
      streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0;
      yield piece;
    }
    bits.alignToByte();
  }
}

/** Bytes ahead in which any block of this level ends: 20 bits a symbol at the most, and its tables. */
const mostOfBlock = (level: number): number => Math.ceil((level * 100_000 * longestCode) / 8) + 40_000;

/** Bits of the input, the highest of each byte first. */
class Bits {
  #bytes = new Uint8Array(0);
  #at = 0;
  #buffer = 0;
  #count = 0;
  #ended = false;
  readonly #source: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">;

  constructor(source: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">) {
    this.#source = source;
  }

  /** Reads on until so many bytes lie ahead, or the source ends. */
  async fill(wanted: number): Promise<void> {
    const parts: Uint8Array[] = [this.#bytes.subarray(this.#at)];
    let length = this.#bytes.length - this.#at;
    while (length < wanted && !this.#ended) {
      const { value, done } = await this.#source.read();
      if (done) this.#ended = true;
      else {
        parts.push(value);
        length += value.length;
      }
    }
    if (parts.length === 1) return;
    const all = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    this.#bytes = all;
    this.#at = 0;
  }

  /** Up to 24 bits. */
  take(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#bytes.length) throw new Bzip2Fault("ends too early: the file was cut off");
      this.#buffer = ((this.#buffer << 8) | (this.#bytes[this.#at++] as number)) >>> 0;
      this.#count += 8;
    }
    this.#count -= count;
    const value = this.#buffer >>> this.#count;
    this.#buffer &= (1 << this.#count) - 1;
    return value;
  }

  alignToByte(): void {
    this.#count = 0;
    this.#buffer = 0;
  }

  async atEnd(): Promise<boolean> {
    await this.fill(1);
    return this.#at >= this.#bytes.length;
  }

  fault(what: string): Bzip2Fault {
    return new Bzip2Fault(`is damaged: ${what}`);
  }
}

/** Canonical Huffman codes: the first code and the first place of each length. */
interface Codes {
  readonly lowest: number;
  readonly limit: Int32Array; // the last code of each length, -1 for none
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

function codesOf(lengths: Uint8Array, bits: Bits): Codes {
  const [limit, base] = [new Int32Array(longestCode + 1).fill(-1), new Int32Array(longestCode + 1)];
  const symbols = new Uint16Array(lengths.length);
  const [lowest, highest] = [Math.min(...lengths), Math.max(...lengths)];
  let [code, at] = [0, 0];
  for (let length = lowest; length <= highest; length++) {
    base[length] = at - code;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      symbols[at++] = symbol;
      code++;
    }
    if (code > 1 << length) throw bits.fault("more codes than their lengths allow");
    limit[length] = code - 1;
    code <<= 1;
  }
  return { lowest, limit, base, symbols };
}

function decode(bits: Bits, { lowest, limit, base, symbols }: Codes): number {
  let code = bits.take(lowest);
  for (let length = lowest; length <= longestCode; length++) {
    const place = code + (base[length] as number);
    if (code <= (limit[length] as number) && place < symbols.length) return symbols[place] as number;
    if (length < longestCode) code = (code << 1) | bits.take(1);
  }
  throw bits.fault("a code of no meaning");
}

function readBlock(bits: Bits, blockSize: number): Uint8Array<ArrayBuffer> {
  if (bits.take(1) === 1) throw bits.fault("a block is randomised, which no bzip2 writes since 1.0");
  const origin = bits.take(24);
  const used = usedBytes(bits);
  const symbolCount = used.length + 2;
  const groups = bits.take(3);
  if (groups < 2 || groups > 6) throw bits.fault("a number of code tables of no meaning");
  const selectors = readSelectors(bits, groups);
  const tables = Array.from({ length: groups }, () => readLengths(bits, symbolCount)).map((of) => codesOf(of, bits));
  const [block, counts] = [new Uint32Array(blockSize), new Uint32Array(256)];
  const length = readSymbols(bits, { used, selectors, tables, end: symbolCount - 1 }, block, counts);
  if (length === 0 || origin >= length) throw bits.fault("a block's origin lies outside of it");
  return unrun(unsorted(block, counts, length), length, block[origin] as number);
}

function usedBytes(bits: Bits): Uint8Array {
  const rows = bits.take(16);
  const used: number[] = [];
  for (let row = 0; row < 16; row++) {
    if ((rows & (0x8000 >> row)) === 0) continue;
    const columns = bits.take(16);
    for (let column = 0; column < 16; column++) if (columns & (0x8000 >> column)) used.push(16 * row + column);
  }
  if (used.length === 0) throw bits.fault("a block of no bytes");
  return Uint8Array.from(used);
}

function readSelectors(bits: Bits, groups: number): Uint8Array {
  const selectors = new Uint8Array(bits.take(15));
  const order = Array.from({ length: groups }, (_, i) => i);
  for (let i = 0; i < selectors.length; i++) {
    let back = 0;
    while (bits.take(1) === 1) if (++back >= groups) throw bits.fault("a code table that is not there");
    const [table] = order.splice(back, 1) as [number];
    order.unshift(table);
    selectors[i] = table;
  }
  return selectors;
}

function readLengths(bits: Bits, count: number): Uint8Array {
  const lengths = new Uint8Array(count);
  let length = bits.take(5);
  for (let symbol = 0; symbol < count; symbol++) {
    while (bits.take(1) === 1) length += bits.take(1) === 0 ? 1 : -1;
    if (length < 1 || length > longestCode) throw bits.fault("a code length of no meaning");
    lengths[symbol] = length;
  }
  return lengths;
}

interface Coding {
  readonly used: Uint8Array;
  readonly selectors: Uint8Array;
  readonly tables: readonly Codes[];
  readonly end: number;
}

/** Undoes the codes, the runs and the move to front. Returns the block's length. */
function readSymbols(bits: Bits, { used, selectors, tables, end }: Coding, block: Uint32Array, counts: Uint32Array): number {
  const front = used.slice();
  let [length, run, place, group, left] = [0, 0, 1, 0, 0];
  let table = tables[0] as Codes;
  for (;;) {
    if (left === 0) {
      if (group >= selectors.length) throw bits.fault("more symbols than code tables");
      table = tables[selectors[group++] as number] as Codes;
      left = groupLength;
    }
    left--;
    const symbol = decode(bits, table);
    if (symbol < 2) {
      run += place << symbol;
      place <<= 1;
      if (run > block.length) throw bits.fault("a run that is longer than a block");
      continue;
    }
    if (run > 0) {
      const byte = front[0] as number;
      if (length + run > block.length) throw bits.fault("a block that is longer than its size");
      block.fill(byte, length, length + run);
      counts[byte] = (counts[byte] as number) + run;
      length += run;
    }
    [run, place] = [0, 1];
    if (symbol === end) return length;
    if (length >= block.length) throw bits.fault("a block that is longer than its size");
    const back = symbol - 1;
    const byte = front[back] as number;
    front.copyWithin(1, 0, back);
    front[0] = byte;
    block[length++] = byte;
    counts[byte] = (counts[byte] as number) + 1;
  }
}

/** Undoes the sorting (Burrows and Wheeler): each entry's high bits become the place of the byte that follows it. */
function unsorted(block: Uint32Array, counts: Uint32Array, length: number): Uint32Array {
  const starts = new Uint32Array(256);
  for (let byte = 1; byte < 256; byte++) starts[byte] = (starts[byte - 1] as number) + (counts[byte - 1] as number);
  for (let i = 0; i < length; i++) {
    const byte = (block[i] as number) & 0xff;
    const at = starts[byte] as number;
    starts[byte] = at + 1;
    block[at] = (block[at] as number) | (i << 8);
  }
  return block;
}

/** Bytes in their order. Four equal ones are followed by the number of more. */
function unrun(block: Uint32Array, length: number, first: number): Uint8Array<ArrayBuffer> {
  let out = new Uint8Array(2 * length + 256);
  let [at, same, before] = [0, 0, -1];
  let next = first >>> 8;
  for (let i = 0; i < length; i++) {
    const entry = block[next] as number;
    const byte = entry & 0xff;
    next = entry >>> 8;
    if (at + 256 > out.length) {
      const more = new Uint8Array(2 * out.length);
      more.set(out);
      out = more;
    }
    if (same === 4) {
      out.fill(before, at, at + byte);
      at += byte;
      same = 0;
      before = -1;
      continue;
    }
    same = byte === before ? same + 1 : 1;
    before = byte;
    out[at++] = byte;
  }
  return out.slice(0, at);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = ((crc << 8) ^ (crcTable[(crc >>> 24) ^ byte] as number)) >>> 0;
  return ~crc >>> 0;
}
