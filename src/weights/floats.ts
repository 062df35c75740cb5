// Little-endian floats of 16 and 32 bits as Float32Arrays. Knows no file format.

export type FloatType = "F32" | "F16" | "BF16";

export function floatsOf(bytes: ArrayBuffer, type: FloatType): Float32Array<ArrayBuffer> {
  switch (type) {
    case "F32":
      return new Float32Array(bytes);
    case "BF16":
      return new Float32Array(Uint32Array.from(new Uint16Array(bytes), (half) => half << 16).buffer);
    case "F16":
      return Float32Array.from(new Uint16Array(bytes), fromHalf);
    default:
      return type satisfies never;
  }
}

/** IEEE 754 binary16. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
