// Whole numbers in as few bits as the greatest of them needs. Pure; knows no number's meaning.

/** Whole numbers of one width end to end, the low bits first. */
export interface PackedNumbers {
  readonly count: number;
  /** Bits of each: 0 where all are 0, at most 32. */
  readonly width: number;
  readonly words: Uint32Array;
}

/** Bits that each of these numbers takes. */
function widthOf(numbers: ArrayLike<number>): number {
  let all = 0;
  for (let i = 0; i < numbers.length; i++) all |= numbers[i] as number;
  return 32 - Math.clz32(all);
}

/** Bytes that numbers take once they are packed. */
export const packedBytes = (numbers: ArrayLike<number>): number => 4 * Math.ceil((numbers.length * widthOf(numbers)) / 32);

export function packNumbers(numbers: ArrayLike<number>): PackedNumbers {
  const width = widthOf(numbers);
  const words = new Uint32Array(Math.ceil((numbers.length * width) / 32));
  if (width === 0) return { count: numbers.length, width, words };
  for (let i = 0, word = 0, bit = 0; i < numbers.length; i++) {
    const number = numbers[i] as number;
    words[word] = (words[word] as number) | (number << bit);
    bit += width;
    if (bit < 32) continue;
    word++;
    bit -= 32;
    if (bit > 0) words[word] = number >>> (width - bit);
  }
  return { count: numbers.length, width, words };
}

export function unpackNumbers({ count, width, words }: PackedNumbers): Uint32Array {
  const numbers = new Uint32Array(count);
  if (width === 0) return numbers;
  const mask = 0xffffffff >>> (32 - width);
  for (let i = 0, word = 0, bit = 0; i < count; i++) {
    const low = (words[word] as number) >>> bit;
    bit += width;
    if (bit < 32) {
      numbers[i] = low & mask;
      continue;
    }
    word++;
    bit -= 32;
    numbers[i] = (bit === 0 ? low : low | ((words[word] as number) << (width - bit))) & mask;
  }
  return numbers;
}

/** Number i, without the others. */
export function numberAt({ width, words }: PackedNumbers, i: number): number {
  if (width === 0) return 0;
  const at = i * width;
  const [word, bit] = [Math.floor(at / 32), at % 32];
  const low = (words[word] as number) >>> bit;
  const more = bit + width > 32 ? (words[word + 1] as number) << (32 - bit) : 0;
  return ((low | more) & (0xffffffff >>> (32 - width))) >>> 0;
}
