// A quadtree over points of the plane, for the repulsion of t-SNE by Barnes and Hut (1986; van der Maaten 2014). Knows no affinity.

/** Bits of a coordinate in a Morton code: the tree is as deep. */
const bits = 16;
/** Points of a leaf, at most; points that share a code may be more. */
const leafPoints = 8;
/** Cells of n points at most: paths without a branch are no cells, so each cell parts its points. */
const cellsPerPoint = 2;
/** Numbers of a cell: x and y of its centre, its points, its side. */
const width = 4;

/** Rows of arrays that are kept from one step to the next: nothing is allocated while the number of points stays. */
export class Quadtree {
  #points = 0;
  #cells = 0;
  #codes = new Uint32Array(0);
  #sortedCodes = new Uint32Array(0);
  /** Points in the order of their codes. */
  #order = new Int32Array(0);
  #spare = new Int32Array(0);
  /** Their x and y in turn, in that order. */
  #sorted = new Float64Array(0);
  /** Cells in preorder: a walk through memory from front to back. */
  #flat = new Float64Array(0);
  /** Position in preorder of the next cell that is not below this one. */
  #skip = new Int32Array(0);
  /** Places of its points in the order, for a leaf; the first is -1 for other cells. */
  #from = new Int32Array(0);
  #to = new Int32Array(0);
  /** Numbers of one leaf's points: x, y and mass of what acts on them, and x and y of the force. */
  #acting = new Float64Array(0);

  /** Builds the tree anew. `points`: x and y in turn. */
  build(points: Float64Array): void {
    const n = points.length / 2;
    this.#reserve(n);
    const side = this.#encode(points);
    this.#sort();
    for (let at = 0; at < n; at++) {
      const i = this.#order[at] as number;
      this.#sorted[2 * at] = points[2 * i] as number;
      this.#sorted[2 * at + 1] = points[2 * i + 1] as number;
    }
    this.#cells = 0;
    if (n > 0) this.#cell(0, n, 0, side);
  }

  /**
   * Fills `force`, x and y in turn, with the repulsion on the points of one part of the leaves, not yet divided by the sum of all kernels. Returns the sum of
   * the kernels on these points. A cell counts as one point where its side is less than `theta` times its distance from every point of the leaf it acts on;
   * with 0 every point counts for itself.
   */
  repel(theta: number, force: Float64Array, part = 0, parts = 1): number {
    let sum = 0;
    const end = Math.floor(((part + 1) * this.#cells) / parts);
    for (let c = Math.floor((part * this.#cells) / parts); c < end; c++) {
      const from = this.#from[c] as number;
      if (from < 0) continue;
      const to = this.#to[c] as number;
      const acting = this.#gather(from, to, theta);
      // Each point is among those that act on it: its own kernel is 1 and its own force 0.
      for (let at = from; at < to; at++) sum += this.#act(at, acting, force) - 1;
    }
    return sum;
  }

  /** Codes of the points, whose bits of x and y take turns; returns the side of the square that holds them all. */
  #encode(points: Float64Array): number {
    let left = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    let bottom = Number.POSITIVE_INFINITY;
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < points.length; i += 2) {
      const x = points[i] as number;
      const y = points[i + 1] as number;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < bottom) bottom = y;
      if (y > top) top = y;
    }
    const side = Math.max(right - left, top - bottom, 1e-12) * (1 + 1e-9);
    const scale = 2 ** bits / side;
    for (let i = 0; i < this.#points; i++) {
      const x = ((points[2 * i] as number) - left) * scale;
      const y = ((points[2 * i + 1] as number) - bottom) * scale;
      this.#codes[i] = spread(x) | (spread(y) << 1);
    }
    return side;
  }

  /** Sorts the points by code, a byte a pass. */
  #sort(): void {
    const n = this.#points;
    const counts = new Int32Array(257);
    let [order, spare] = [this.#order, this.#spare];
    for (let i = 0; i < n; i++) order[i] = i;
    for (let shift = 0; shift < 32; shift += 8) {
      counts.fill(0);
      for (let i = 0; i < n; i++) {
        const digit = ((this.#codes[i] as number) >>> shift) & 255;
        counts[digit + 1] = (counts[digit + 1] as number) + 1;
      }
      for (let digit = 0; digit < 256; digit++) counts[digit + 1] = (counts[digit + 1] as number) + (counts[digit] as number);
      for (let at = 0; at < n; at++) {
        const i = order[at] as number;
        const digit = ((this.#codes[i] as number) >>> shift) & 255;
        const place = counts[digit] as number;
        counts[digit] = place + 1;
        spare[place] = i;
      }
      [order, spare] = [spare, order];
    }
    for (let at = 0; at < n; at++) this.#sortedCodes[at] = this.#codes[order[at] as number] as number;
  }

  /** Lists a cell of the points from `from` to `to` with all below it, and returns its position. Points share the first `2 * depth` bits. */
  #cell(from: number, to: number, depth: number, side: number): number {
    const codes = this.#sortedCodes;
    let [level, own] = [depth, side];
    // A path without a branch is one cell, as small as its end.
    const differ = ((codes[from] as number) ^ (codes[to - 1] as number)) >>> 0;
    for (; level < bits && differ >>> (32 - 2 * (level + 1)) === 0; level++) own /= 2;
    const c = this.#cells++;
    const first = width * c;
    let [x, y] = [0, 0];
    if (to - from <= leafPoints || level === bits) {
      for (let at = from; at < to; at++) {
        x += this.#sorted[2 * at] as number;
        y += this.#sorted[2 * at + 1] as number;
      }
      this.#from[c] = from;
      this.#to[c] = to;
    } else {
      this.#from[c] = -1;
      const shift = 32 - 2 * (level + 1);
      for (let start = from; start < to; ) {
        const quarter = (codes[start] as number) >>> shift;
        const end = this.#endOf(quarter, shift, start, to);
        const child = width * this.#cell(start, end, level + 1, own / 2);
        const mass = this.#flat[child + 2] as number;
        x += (this.#flat[child] as number) * mass;
        y += (this.#flat[child + 1] as number) * mass;
        start = end;
      }
    }
    this.#flat[first] = x / (to - from);
    this.#flat[first + 1] = y / (to - from);
    this.#flat[first + 2] = to - from;
    this.#flat[first + 3] = own;
    this.#skip[c] = this.#cells;
    return c;
  }

  /** The first place from `from` on whose code has another quarter, by halving. */
  #endOf(quarter: number, shift: number, from: number, to: number): number {
    let [low, high] = [from + 1, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sortedCodes[middle] as number) >>> shift === quarter) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Lists what acts on the points of a leaf: cells that are far from all of them, and points one by one. Returns how many. */
  #gather(from: number, to: number, theta: number): number {
    const [cells, skip, sorted, acting] = [this.#flat, this.#skip, this.#sorted, this.#acting];
    let left = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    let bottom = Number.POSITIVE_INFINITY;
    let top = Number.NEGATIVE_INFINITY;
    for (let at = from; at < to; at++) {
      const x = sorted[2 * at] as number;
      const y = sorted[2 * at + 1] as number;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < bottom) bottom = y;
      if (y > top) top = y;
    }
    const x = (left + right) / 2;
    const y = (bottom + top) / 2;
    const radius = Math.hypot(right - left, top - bottom) / 2;
    const sides = theta > 0 ? 1 / theta : Number.POSITIVE_INFINITY;
    const count = this.#cells;
    let length = 0;
    for (let c = 0; c < count; ) {
      const first = width * c;
      const dx = x - (cells[first] as number);
      const dy = y - (cells[first + 1] as number);
      const mass = cells[first + 2] as number;
      const reach = (cells[first + 3] as number) * sides + radius;
      const start = this.#from[c] as number;
      // Many points on one place are one, near or far.
      if (dx * dx + dy * dy > reach * reach || (theta > 0 && start >= 0 && mass > leafPoints)) {
        acting[length] = cells[first] as number;
        acting[length + 1] = cells[first + 1] as number;
        acting[length + 2] = mass;
        length += 3;
        c = skip[c] as number;
      } else if (start >= 0) {
        for (let at = start; at < (this.#to[c] as number); at++) {
          acting[length] = sorted[2 * at] as number;
          acting[length + 1] = sorted[2 * at + 1] as number;
          acting[length + 2] = 1;
          length += 3;
        }
        c++;
      } else c++;
    }
    return length;
  }

  /** Writes the force on one point, and returns the sum of the kernels on it. */
  #act(at: number, length: number, force: Float64Array): number {
    const acting = this.#acting;
    const x = this.#sorted[2 * at] as number;
    const y = this.#sorted[2 * at + 1] as number;
    let sum = 0;
    let fx = 0;
    let fy = 0;
    for (let k = 0; k < length; k += 3) {
      const dx = x - (acting[k] as number);
      const dy = y - (acting[k + 1] as number);
      const q = 1 / (1 + dx * dx + dy * dy);
      const part = (acting[k + 2] as number) * q;
      const pull = part * q;
      sum += part;
      fx += pull * dx;
      fy += pull * dy;
    }
    const i = this.#order[at] as number;
    force[2 * i] = fx;
    force[2 * i + 1] = fy;
    return sum;
  }

  #reserve(n: number): void {
    if (n === this.#points) return;
    this.#points = n;
    this.#codes = new Uint32Array(n);
    this.#sortedCodes = new Uint32Array(n);
    this.#order = new Int32Array(n);
    this.#spare = new Int32Array(n);
    this.#sorted = new Float64Array(2 * n);
    this.#flat = new Float64Array(width * cellsPerPoint * n);
    this.#skip = new Int32Array(cellsPerPoint * n);
    this.#from = new Int32Array(cellsPerPoint * n);
    this.#to = new Int32Array(cellsPerPoint * n);
    this.#acting = new Float64Array(3 * n);
  }
}

/** The bits of a whole number below 2^16, a free place after each. */
function spread(of: number): number {
  let x = of & 0xffff;
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}
