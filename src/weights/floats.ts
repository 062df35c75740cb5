// Little-endian floats of 16, 32 and 64 bits as Float32Arrays. Knows no file format.

export const floatTypes = ["F64", "F32", "F16", "BF16"] as const;
/** For messages. */
export const floatTypeWords = floatTypes.join(", ").replace(/, (?=[^,]*$)/, " and ");
export type FloatType = (typeof floatTypes)[number];

export const isFloatType = (type: string): type is FloatType => floatTypes.some((known) => known === type);

export const floatBytes: Readonly<Record<FloatType, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2 };

export function floatsOf(bytes: ArrayBuffer, type: FloatType): Float32Array<ArrayBuffer> {
  switch (type) {
    case "F64":
      return Float32Array.from(new Float64Array(bytes));
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

const bits32 = new Uint32Array(1);
const float32 = new Float32Array(bits32.buffer);

/** Nearest half of each, ties to even; beyond the largest half its infinity. */
export function toHalves(numbers: Float32Array): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    float32[0] = numbers[i] as number;
    const bits = bits32[0] as number;
    const sign = (bits >>> 16) & 0x8000;
    const exponent = (bits >>> 23) & 0xff;
    const fraction = bits & 0x7fffff;
    if (exponent === 0xff) out[i] = sign | 0x7c00 | (fraction ? 0x200 : 0);
    else if (exponent < 102) out[i] = sign;
    else {
      // Below 2^-14 a half loses a bit with each step of the exponent.
      const shift = 13 + Math.max(0, 113 - exponent);
      const whole = exponent < 113 ? fraction | 0x800000 : ((exponent - 112) << 23) | fraction;
      const rest = whole & ((1 << shift) - 1);
      const half = 1 << (shift - 1);
      const down = whole >>> shift;
      out[i] = sign | Math.min(0x7c00, down + Number(rest > half || (rest === half && (down & 1) === 1)));
    }
  }
  return out;
}
