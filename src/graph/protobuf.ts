// Writes protobuf messages: varints, fixed 32-bit floats and length-delimited fields. Knows no schema.

/** One message under construction; fields go out in the order of the calls. */
export class Message {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** An integer field (varint); negative numbers take ten bytes, as int64. */
  integer(field: number, value: number | bigint): this {
    return this.#varint(BigInt(field) << 3n).#varint(BigInt.asUintN(64, BigInt(value)));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#varint((BigInt(field) << 3n) | 5n).#raw(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#varint((BigInt(field) << 3n) | 2n)
      .#varint(BigInt(value.length))
      .#raw(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    this.#varint((BigInt(field) << 3n) | 2n).#varint(BigInt(value.#bytes));
    for (const chunk of value.#chunks) this.#raw(chunk);
    return this;
  }

  /** The message's bytes, one piece after the other; `bytes` fields are the caller's own arrays. */
  parts(): readonly Uint8Array[] {
    return this.#chunks;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const result = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      result.set(chunk, offset);
      offset += chunk.length;
    }
    return result;
  }

  #raw(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    return this;
  }

  #varint(value: bigint): this {
    const bytes: number[] = [];
    let rest = value;
    do {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      bytes.push(rest > 0n ? low | 0x80 : low);
    } while (rest > 0n);
    return this.#raw(Uint8Array.from(bytes));
  }
}
