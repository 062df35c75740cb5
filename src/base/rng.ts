// Seeded random numbers with named streams: the same path gives the same stream, whatever else ran before.

export interface Rng {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [0, n). */
  int(n: number): number;
  pick<T>(xs: readonly T[]): T;
  /** n distinct elements (fewer when xs is shorter), in random order. */
  sample<T>(xs: readonly T[], n: number): T[];
  /** An independent stream: depends on this stream's path and on `path`, never on how much was drawn. */
  fork(...path: (string | number)[]): Rng;
}

/** xoshiro128** (Blackman & Vigna 2018), its state filled from the path by splitmix32 over FNV-1a. */
export function rng(...path: (string | number)[]): Rng {
  let hash = 0x811c9dc5;
  // The kind and a separator go in as well, so that ["a", "b"] is not ["ab"] and 1 is not "1".
  for (const part of path) {
    for (const character of `${typeof part === "number" ? "#" : "$"}${part}\u0000`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193) >>> 0;
    }
  }
  const splitmix = () => {
    hash = (hash + 0x9e3779b9) >>> 0;
    let z = hash;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let d = splitmix() | 1; // the all-zero state is the one fixed point
  const rotl = (x: number, k: number) => ((x << k) | (x >>> (32 - k))) >>> 0;

  const uint32 = () => {
    const result = Math.imul(rotl(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const t = (b << 9) >>> 0;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl(d >>> 0, 11);
    return result;
  };

  const self: Rng = {
    next: () => uint32() / 4294967296,
    int: (n) => Math.floor(self.next() * n),
    pick: (xs) => {
      if (xs.length === 0) throw new Error("pick: expected at least one element, got none");
      return xs[self.int(xs.length)] as (typeof xs)[number];
    },
    sample: (xs, n) => {
      const pool = [...xs];
      const count = Math.min(n, pool.length);
      for (let i = 0; i < count; i++) {
        const j = i + self.int(pool.length - i);
        const x = pool[i] as (typeof pool)[number];
        pool[i] = pool[j] as (typeof pool)[number];
        pool[j] = x;
      }
      return pool.slice(0, count);
    },
    fork: (...more) => rng(...path, "/", ...more),
  };
  return self;
}

/** A 31-bit seed for engines that take an integer. */
export function seedOf(stream: Rng): number {
  return stream.int(0x7fffffff);
}

/** A draw with mean 0 and deviation 1, from two of `random`, uniform in [0, 1): Box and Muller's transform, one of its two values. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A draw of Gamma(shape, 1) (Marsaglia & Tsang 2000), from as many of `random`, uniform in [0, 1), as it takes. `shape` > 0. */
function gamma(shape: number, random: () => number): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/**
 * A draw of Beta(a, b), a and b > 0: the share of one Gamma draw in two. Both draws of small a and b may be too small for a number: the share then lies
 * at an end, at 1 with probability a / (a + b).
 */
export function beta(a: number, b: number, random: () => number): number {
  const [x, y] = [gamma(a, random), gamma(b, random)];
  if (x + y === 0) return random() < a / (a + b) ? 1 : 0;
  return x / (x + y);
}
