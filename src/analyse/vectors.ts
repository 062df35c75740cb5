// Sentence embeddings as one block of numbers, and products of its rows. Knows no text and no model.

/** `rows` vectors of `columns` numbers each, row after row. */
export interface Vectors {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Copies of vectors of one length. Throws RangeError for vectors of several lengths. */
export function vectorsOf(list: readonly ArrayLike<number>[], columns = list[0]?.length ?? 0): Vectors {
  const data = new Float32Array(list.length * columns);
  for (const [i, vector] of list.entries()) {
    if (vector.length !== columns)
      throw new RangeError(`vectorsOf: expected ${columns} numbers in row ${i}, got ${vector.length}`);
    data.set(vector, i * columns);
  }
  return { rows: list.length, columns, data };
}

export const rowOf = ({ columns, data }: Vectors, i: number): Float32Array => data.subarray(i * columns, (i + 1) * columns);

/** Copies of the rows at these positions. */
export function rowsAt(vectors: Vectors, positions: readonly number[]): Vectors {
  const { columns } = vectors;
  const data = new Float32Array(positions.length * columns);
  for (const [at, i] of positions.entries()) data.set(rowOf(vectors, i), at * columns);
  return { rows: positions.length, columns, data };
}

/** The same rows with length 1; a row of zeros stays. */
export function unitRows({ rows, columns, data }: Vectors): Vectors {
  const unit = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    let square = 0;
    for (let at = i * columns; at < (i + 1) * columns; at++) square += (data[at] as number) ** 2;
    const length = Math.sqrt(square) || 1;
    for (let at = i * columns; at < (i + 1) * columns; at++) unit[at] = (data[at] as number) / length;
  }
  return { rows, columns, data: unit };
}

/** Product of row `i` of one block and row `j` of another, whose columns are as many. */
export function product(a: Vectors, i: number, b: Vectors, j: number): number {
  const { columns } = a;
  const [x, y] = [a.data, b.data];
  const [from, to] = [i * columns, j * columns];
  // Four sums at once: additions that wait for each other are what such a loop costs.
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = columns - (columns % 4);
  for (let k = 0; k < whole; k += 4) {
    s0 += (x[from + k] as number) * (y[to + k] as number);
    s1 += (x[from + k + 1] as number) * (y[to + k + 1] as number);
    s2 += (x[from + k + 2] as number) * (y[to + k + 2] as number);
    s3 += (x[from + k + 3] as number) * (y[to + k + 3] as number);
  }
  for (let k = whole; k < columns; k++) s0 += (x[from + k] as number) * (y[to + k] as number);
  return s0 + s1 + s2 + s3;
}

/**
 * Products of rows `i` and `i + 1` of one block with rows `j` and `j + 1` of another, into four numbers: (i, j), (i, j + 1), (i + 1, j),
 * (i + 1, j + 1). Each number is read for two of them. Sums run in the order of `product`, so that the products are the same to the last bit.
 */
export function fourProducts(a: Vectors, i: number, b: Vectors, j: number, into: Float64Array): void {
  const { columns } = a;
  const [x, y] = [a.data, b.data];
  const [i0, i1, j0, j1] = [i * columns, (i + 1) * columns, j * columns, (j + 1) * columns];
  let [a0, a1, a2, a3] = [0, 0, 0, 0];
  let [b0, b1, b2, b3] = [0, 0, 0, 0];
  let [c0, c1, c2, c3] = [0, 0, 0, 0];
  let [d0, d1, d2, d3] = [0, 0, 0, 0];
  const whole = columns - (columns % 4);
  for (let k = 0; k < whole; k += 4) {
    const p0 = x[i0 + k] as number;
    const q0 = x[i1 + k] as number;
    const r0 = y[j0 + k] as number;
    const s0 = y[j1 + k] as number;
    a0 += p0 * r0;
    b0 += p0 * s0;
    c0 += q0 * r0;
    d0 += q0 * s0;
    const p1 = x[i0 + k + 1] as number;
    const q1 = x[i1 + k + 1] as number;
    const r1 = y[j0 + k + 1] as number;
    const s1 = y[j1 + k + 1] as number;
    a1 += p1 * r1;
    b1 += p1 * s1;
    c1 += q1 * r1;
    d1 += q1 * s1;
    const p2 = x[i0 + k + 2] as number;
    const q2 = x[i1 + k + 2] as number;
    const r2 = y[j0 + k + 2] as number;
    const s2 = y[j1 + k + 2] as number;
    a2 += p2 * r2;
    b2 += p2 * s2;
    c2 += q2 * r2;
    d2 += q2 * s2;
    const p3 = x[i0 + k + 3] as number;
    const q3 = x[i1 + k + 3] as number;
    const r3 = y[j0 + k + 3] as number;
    const s3 = y[j1 + k + 3] as number;
    a3 += p3 * r3;
    b3 += p3 * s3;
    c3 += q3 * r3;
    d3 += q3 * s3;
  }
  for (let k = whole; k < columns; k++) {
    const p = x[i0 + k] as number;
    const q = x[i1 + k] as number;
    const r = y[j0 + k] as number;
    const s = y[j1 + k] as number;
    a0 += p * r;
    b0 += p * s;
    c0 += q * r;
    d0 += q * s;
  }
  into[0] = a0 + a1 + a2 + a3;
  into[1] = b0 + b1 + b2 + b3;
  into[2] = c0 + c1 + c2 + c3;
  into[3] = d0 + d1 + d2 + d3;
}

/** Sums over the rows of each column by each column up to it, `columns` a row: the lower triangle of a Gram matrix. */
export function columnProducts(rows: number, columns: number, value: (row: number, column: number) => number): Float64Array {
  const sums = new Float64Array(columns * columns);
  // Four rows at once: each sum is read and written a fourth as often. Missing rows are zeros.
  const four = new Float64Array(4 * columns);
  for (let from = 0; from < rows; from += 4) {
    four.fill(0);
    for (let r = 0; r < 4 && from + r < rows; r++) {
      for (let j = 0; j < columns; j++) four[4 * j + r] = value(from + r, j);
    }
    for (let j = 0; j < columns; j++) addProducts(sums, four, j, columns);
  }
  return sums;
}

/** Adds column j of four rows by each column up to it. */
function addProducts(sums: Float64Array, four: Float64Array, j: number, columns: number): void {
  const a = four[4 * j] as number;
  const b = four[4 * j + 1] as number;
  const c = four[4 * j + 2] as number;
  const d = four[4 * j + 3] as number;
  for (let k = 0; k <= j; k++) {
    const at = 4 * k;
    const first = a * (four[at] as number) + b * (four[at + 1] as number);
    const second = c * (four[at + 2] as number) + d * (four[at + 3] as number);
    sums[j * columns + k] = (sums[j * columns + k] as number) + (first + second);
  }
}
