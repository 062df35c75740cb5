// A set of pairs of whole numbers, some bytes each: a Set of V8's ends at 16 million. Knows no graph.

export interface PairSet {
  /** False where the pair was there. Numbers below 2^26. */
  add(a: number, b: number): boolean;
}

export function pairSet(): PairSet {
  let slots = new Float64Array(1 << 12); // pair + 1; 0 for an empty slot
  let count = 0;
  const put = (into: Float64Array, value: number): boolean => {
    const mask = into.length - 1;
    const low = value % 2 ** 32;
    let slot = (Math.imul(low ^ Math.floor(value / 2 ** 20), 0x9e3779b1) >>> 8) & mask;
    for (;;) {
      const there = into[slot];
      if (there === value) return false;
      if (there === 0) {
        into[slot] = value;
        return true;
      }
      slot = (slot + 1) & mask;
    }
  };
  return {
    add(a, b) {
      if (!put(slots, a * 2 ** 26 + b + 1)) return false;
      count++;
      if (count * 2 > slots.length) {
        const more = new Float64Array(2 * slots.length);
        for (const value of slots) if (value !== 0) put(more, value);
        slots = more;
      }
      return true;
    },
  };
}
