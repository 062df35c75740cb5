// Gzip undone as it streams by (RFC 1951, RFC 1952), over all members of a file: DecompressionStream stops after the first. Knows no file.

export interface Gunzipped {
  /** Bytes after the last member that are neither a member nor padding by zeros. */
  readonly trailing: number;
}

/** A fault of the stream, in words that follow "the gzip stream". */
export class GzipFault extends Error {
  override readonly name = "GzipFault";
}

/** Yields the plain bytes in pieces. Throws `GzipFault` where the stream is cut off, damaged or no gzip; and what the source throws. */
export async function* gunzip(
  source: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">,
): AsyncGenerator<Uint8Array<ArrayBuffer>, Gunzipped> {
  const input = new Input();
  const unpacking = members(input);
  for (;;) {
    const step = unpacking.next();
    if (step.done) return { trailing: step.value + (await drained(source)) };
    if (step.value !== needsInput) {
      yield step.value;
      continue;
    }
    const { done, value } = await source.read();
    if (done) input.ended = true;
    else input.append(value);
  }
}

async function drained(source: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">): Promise<number> {
  let bytes = 0;
  for (let read = await source.read(); !read.done; read = await source.read()) bytes += read.value.length;
  return bytes;
}

const needsInput = Symbol("more input");

/** Bytes or a request for more input; returns what its name says. */
type Unpacking<T> = Generator<Uint8Array<ArrayBuffer> | typeof needsInput, T, void>;

/** Bits of the input, the lowest of each byte first. So many bytes ahead hold any code with its extra bits, and any header field. */
const ahead = 16;

class Input {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #bits = 0;
  #count = 0;
  ended = false;

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  append(chunk: Uint8Array): void {
    const both = new Uint8Array(this.left + chunk.length);
    both.set(this.#bytes.subarray(this.#at));
    both.set(chunk, this.left);
    this.#bytes = both;
    this.#at = 0;
  }

  /** Up to 16 bits without taking them; zeros beyond the end. */
  peek(count: number): number {
    while (this.#count < count) {
      this.#bits |= (this.#bytes[this.#at] ?? 0) << this.#count;
      this.#at++;
      this.#count += 8;
    }
    return this.#bits & ((1 << count) - 1);
  }

  drop(count: number): void {
    this.#bits >>>= count;
    this.#count -= count;
    if (this.#at - (this.#count >> 3) > this.#bytes.length) throw new GzipFault("ends too early: the file was cut off");
  }

  take(count: number): number {
    const value = this.peek(count);
    this.drop(count);
    return value;
  }

  /** Drops the rest of the byte, and gives back whole bytes that were looked at. */
  alignToByte(): void {
    this.#at -= this.#count >> 3;
    this.#bits = 0;
    this.#count = 0;
  }

  /** Up to `count` whole bytes; only when aligned. */
  bytes(count: number): Uint8Array {
    const part = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += part.length;
    return part;
  }
}

function* wanted(input: Input): Unpacking<void> {
  while (input.left < ahead && !input.ended) yield needsInput;
}

function* byte(input: Input): Unpacking<number> {
  yield* wanted(input);
  return input.take(8);
}

function* little(input: Input, bytes: number): Unpacking<number> {
  let value = 0;
  for (let i = 0; i < bytes; i++) value += (yield* byte(input)) * 2 ** (8 * i);
  return value;
}

/** Members one after another. Returns the number of bytes that are left and belong to none. */
function* members(input: Input): Unpacking<number> {
  for (let first = true; ; first = false) {
    input.alignToByte();
    yield* wanted(input);
    if (!first) {
      let zeros = 0;
      while (input.left > 0 && input.peek(8) === 0) {
        input.drop(8);
        zeros++;
        input.alignToByte();
        yield* wanted(input);
      }
      if (input.left === 0) return 0;
      if (input.peek(16) !== magic) {
        input.alignToByte();
        return input.left;
      }
      if (zeros > 0) input.alignToByte();
    }
    yield* header(input);
    const output = new Output();
    yield* deflated(input, output);
    yield output.rest();
    input.alignToByte();
    const [crc, length] = [yield* little(input, 4), yield* little(input, 4)];
    if (crc !== output.crc || length !== output.length % 2 ** 32) throw new GzipFault("is damaged: its checksum differs");
  }
}

/** 1f 8b */
const magic = 0x8b1f;

function* header(input: Input): Unpacking<void> {
  if ((yield* little(input, 2)) !== magic) throw new GzipFault("is none: it does not begin with 1f 8b");
  if ((yield* byte(input)) !== 8) throw new GzipFault("is compressed by another method than deflate");
  const flags = yield* byte(input);
  if (flags > 0x1f) throw new GzipFault("has flags that no version of gzip writes");
  yield* little(input, 6); // time, level, system
  if (flags & 4) {
    for (let left = yield* little(input, 2); left > 0; left--) yield* byte(input);
  }
  for (const flag of [8, 16]) if (flags & flag) while ((yield* byte(input)) !== 0); // name, comment
  if (flags & 2) yield* little(input, 2);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** Farthest that a copy reaches back. */
const window = 32_768;

/** Unpacked bytes: handed out in pieces, the last 32 KiB kept for copies. */
class Output {
  readonly buffer = new Uint8Array(4 * window);
  at = 0;
  length = 0;
  #begun = 0; // of the bytes that were not handed out
  #crc = 0xffffffff;

  get crc(): number {
    return (this.#crc ^ 0xffffffff) >>> 0;
  }

  /** Tells whether a copy of the longest kind may not fit any more. */
  get full(): boolean {
    return this.at > this.buffer.length - 300;
  }

  /** The bytes not handed out yet; room is made for more. */
  rest(): Uint8Array<ArrayBuffer> {
    const piece = this.buffer.slice(this.#begun, this.at);
    let crc = this.#crc;
    for (const value of piece) crc = (crcTable[(crc ^ value) & 0xff] as number) ^ (crc >>> 8);
    this.#crc = crc;
    this.length += piece.length;
    const from = Math.max(0, this.at - window);
    this.buffer.copyWithin(0, from, this.at);
    this.at -= from;
    this.#begun = this.at;
    return piece;
  }

  copy(distance: number, length: number): void {
    if (distance > this.at) throw new GzipFault("is damaged: it copies from before its beginning");
    for (let i = 0; i < length; i++, this.at++) this.buffer[this.at] = this.buffer[this.at - distance] as number;
  }
}

function* deflated(input: Input, output: Output): Unpacking<void> {
  for (let last = false; !last; ) {
    yield* wanted(input);
    last = input.take(1) === 1;
    const kind = input.take(2);
    if (kind === 0) yield* stored(input, output);
    else if (kind === 1) yield* coded(input, output, fixedLiterals, fixedDistances);
    else if (kind === 2) yield* coded(input, output, ...(yield* ownCodes(input)));
    else throw new GzipFault("is damaged: a block of no known kind");
  }
}

function* stored(input: Input, output: Output): Unpacking<void> {
  input.alignToByte();
  const [length, check] = [yield* little(input, 2), yield* little(input, 2)];
  if ((length ^ check) !== 0xffff) throw new GzipFault("is damaged: a block's length differs from its check");
  input.alignToByte();
  for (let left = length; left > 0; ) {
    yield* wanted(input);
    if (input.left === 0) throw new GzipFault("ends too early: the file was cut off");
    if (output.full) yield output.rest();
    const part = input.bytes(Math.min(left, output.buffer.length - output.at));
    output.buffer.set(part, output.at);
    output.at += part.length;
    left -= part.length;
  }
}

/** Codes by their bits, reversed as they lie in the stream: value * 16 + length; 0 for none. */
interface Codes {
  readonly table: Uint16Array;
  readonly bits: number;
}

/** Canonical Huffman codes from their lengths (RFC 1951, 3.2.2). */
function codesOf(lengths: readonly number[]): Codes {
  const bits = Math.max(1, ...lengths);
  const table = new Uint16Array(1 << bits);
  let code = 0;
  for (let length = 1; length <= bits; length++) {
    lengths.forEach((of, value) => {
      if (of !== length) return;
      if (code >= 1 << length) throw new GzipFault("is damaged: more codes than their lengths allow");
      let reversed = 0;
      for (let k = 0; k < length; k++) reversed |= ((code >> k) & 1) << (length - 1 - k);
      for (let at = reversed; at < table.length; at += 1 << length) table[at] = value * 16 + length;
      code++;
    });
    code <<= 1;
  }
  return { table, bits };
}

function decode(input: Input, { table, bits }: Codes): number {
  const found = table[input.peek(bits)] as number;
  if (found === 0)
    throw new GzipFault(
      input.left <= 0 && input.ended ? "ends too early: the file was cut off" : "is damaged: a code of no meaning",
    );
  input.drop(found & 15);
  return found >> 4;
}

const repeat = (value: number, times: number): number[] => Array.from({ length: times }, () => value);

const fixedLiterals = codesOf([...repeat(8, 144), ...repeat(9, 112), ...repeat(7, 24), ...repeat(8, 8)]);
const fixedDistances = codesOf(repeat(5, 30));

/** Lengths and distances from which each code counts on, with so many extra bits (RFC 1951, 3.2.5). */
const lengthFrom = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const lengthBits = [...repeat(0, 8), ...[1, 2, 3, 4, 5].flatMap((n) => repeat(n, 4)), 0];
const distanceBits = [...repeat(0, 4), ...Array.from({ length: 26 }, (_, i) => 1 + (i >> 1))];
const distanceFrom = distanceBits.map((_, i) => 1 + distanceBits.slice(0, i).reduce((sum, n) => sum + 2 ** n, 0));

function* coded(input: Input, output: Output, literals: Codes, distances: Codes): Unpacking<void> {
  for (;;) {
    if (input.left < ahead && !input.ended) yield* wanted(input);
    if (output.full) yield output.rest();
    const symbol = decode(input, literals);
    if (symbol < 256) output.buffer[output.at++] = symbol;
    else if (symbol === 256) return;
    else {
      const from = lengthFrom[symbol - 257];
      if (from === undefined) throw new GzipFault("is damaged: a length of no meaning");
      const length = from + input.take(lengthBits[symbol - 257] as number);
      const far = decode(input, distances);
      if (far > 29) throw new GzipFault("is damaged: a distance of no meaning");
      output.copy((distanceFrom[far] as number) + input.take(distanceBits[far] as number), length);
    }
  }
}

const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The codes that a block brings along (RFC 1951, 3.2.7). */
function* ownCodes(input: Input): Unpacking<[literals: Codes, distances: Codes]> {
  const [literals, distances, count] = [257 + input.take(5), 1 + input.take(5), 4 + input.take(4)];
  const short = repeat(0, 19);
  for (const place of lengthOrder.slice(0, count)) {
    yield* wanted(input);
    short[place] = input.take(3);
  }
  const codes = codesOf(short);
  const lengths: number[] = [];
  while (lengths.length < literals + distances) {
    yield* wanted(input);
    const symbol = decode(input, codes);
    if (symbol < 16) lengths.push(symbol);
    else if (symbol === 16) lengths.push(...repeat(lengths.at(-1) ?? 0, 3 + input.take(2)));
    else lengths.push(...repeat(0, symbol === 17 ? 3 + input.take(3) : 11 + input.take(7)));
  }
  return [codesOf(lengths.slice(0, literals)), codesOf(lengths.slice(literals, literals + distances))];
}
