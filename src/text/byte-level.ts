// Byte-level pieces: each byte of UTF-8 as one printable character, as GPT-2's vocabulary writes them. Knows no vocabulary.

/** Character -> byte. Printable bytes stand for themselves; the others follow from U+0100, in their order. */
function byteTable(): ReadonlyMap<string, number> {
  const table = new Map<string, number>();
  const printable = (b: number) => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b !== 0xad);
  let next = 0x100;
  for (let b = 0; b < 256; b++) table.set(String.fromCodePoint(printable(b) ? b : next++), b);
  return table;
}

let table: ReadonlyMap<string, number> | undefined;

/** The bytes of a piece. A character that stands for no byte gives its own UTF-8: added tokens are written as plain text. */
export function bytesOfPiece(piece: string): number[] {
  table ??= byteTable();
  const bytes: number[] = [];
  for (const character of piece) {
    const byte = table.get(character);
    if (byte === undefined) bytes.push(...new TextEncoder().encode(character));
    else bytes.push(byte);
  }
  return bytes;
}

/** Text of pieces in a row. Bytes at the end that begin a character and do not finish it are left out. */
export function textOfPieces(pieces: Iterable<string>): string {
  const bytes: number[] = [];
  for (const piece of pieces) bytes.push(...bytesOfPiece(piece));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes), { stream: true });
}
