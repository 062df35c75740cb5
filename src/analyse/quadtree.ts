// A quadtree over points of the plane, for the repulsion of t-SNE by Barnes and Hut (1986; van der Maaten 2014). Knows no affinity.

/** Places per point: a tree of n points has rarely more than 2 n cells; it grows where it must. */
const cellsPerPoint = 3;
/** Cells do not divide further: points so near each other are one for every other. */
const deepest = 48;
/** Squared distance below which a leaf is the point's own. */
const same = 1e-24;
/** Numbers of a cell: x and y of its centre, its points, its squared side (0 for a leaf). */
const width = 4;

export class Quadtree {
  #capacity = 0;
  #count = 0;
  /** Four a cell; 0 for none, since the root is nobody's child. */
  #children = new Int32Array(0);
  /** Sums of x and y, points, squared side. */
  #cells = new Float64Array(0);
  /** The first point of a leaf; -1 for other cells. */
  #point = new Int32Array(0);
  /** Cells in preorder: centres in place of sums. A walk through memory from front to back. */
  #flat = new Float64Array(0);
  /** Position in preorder of the next cell that is not below this one. */
  #skip = new Int32Array(0);
  /** Points in the order of their leaves: neighbours ask for the same cells. */
  #order = new Int32Array(0);

  /** Builds the tree anew. `points`: x and y in turn. */
  build(points: Float64Array): void {
    const n = points.length / 2;
    this.#reserve(Math.max(16, n * cellsPerPoint));
    let left = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    let bottom = Number.POSITIVE_INFINITY;
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      const x = points[2 * i] as number;
      const y = points[2 * i + 1] as number;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < bottom) bottom = y;
      if (y > top) top = y;
    }
    const side = Math.max(right - left, top - bottom, 1e-12) * (1 + 1e-9);
    this.#count = 0;
    this.#cell(side);
    for (let i = 0; i < n; i++) this.#insert(points, i, left, bottom, side);
    this.#flatten(n);
  }

  /**
   * Fills `force`, x and y in turn, with the repulsion on each point, not yet divided by the sum of all kernels, which is returned. A cell counts as one point where
   * its side is less than `theta` times its distance; with 0 every point counts for itself.
   */
  repel(points: Float64Array, theta: number, force: Float64Array): number {
    const limit = theta * theta;
    const cells = this.#flat;
    const skip = this.#skip;
    const count = this.#count;
    const n = points.length / 2;
    let sum = 0;
    for (let at = 0; at < n; at++) {
      const i = this.#order[at] as number;
      const px = points[2 * i] as number;
      const py = points[2 * i + 1] as number;
      let fx = 0;
      let fy = 0;
      let c = 0;
      while (c < count) {
        const first = width * c;
        const dx = px - (cells[first] as number);
        const dy = py - (cells[first + 1] as number);
        const square = dx * dx + dy * dy;
        const size = cells[first + 3] as number;
        if (size >= limit * square && size > 0) {
          c++;
          continue;
        }
        // A leaf of the point itself holds it and its doubles: the point is no force on itself.
        const mass = size === 0 && square < same ? (cells[first + 2] as number) - 1 : (cells[first + 2] as number);
        const q = 1 / (1 + square);
        const part = mass * q;
        sum += part;
        fx += part * q * dx;
        fy += part * q * dy;
        c = skip[c] as number;
      }
      force[2 * i] = fx;
      force[2 * i + 1] = fy;
    }
    return sum;
  }

  #insert(points: Float64Array, i: number, left: number, bottom: number, side: number): void {
    const x = points[2 * i] as number;
    const y = points[2 * i + 1] as number;
    let c = 0;
    let l = left;
    let b = bottom;
    let s = side;
    for (let depth = 0; ; depth++) {
      const first = width * c;
      const mass = this.#cells[first + 2] as number;
      this.#cells[first] = (this.#cells[first] as number) + x;
      this.#cells[first + 1] = (this.#cells[first + 1] as number) + y;
      this.#cells[first + 2] = mass + 1;
      if (mass === 0) {
        this.#point[c] = i;
        return;
      }
      const other = this.#point[c] as number;
      if (other >= 0) {
        // A leaf that holds another point: both go on, unless they lie on one place.
        const ox = points[2 * other] as number;
        const oy = points[2 * other + 1] as number;
        if ((ox === x && oy === y) || depth >= deepest) return;
        this.#point[c] = -1;
        const child = this.#child(c, ox, oy, l, b, s);
        this.#cells[width * child] = ox * mass;
        this.#cells[width * child + 1] = oy * mass;
        this.#cells[width * child + 2] = mass;
        this.#point[child] = other;
      }
      c = this.#child(c, x, y, l, b, s);
      s /= 2;
      if (x >= l + s) l += s;
      if (y >= b + s) b += s;
    }
  }

  #child(c: number, x: number, y: number, left: number, bottom: number, side: number): number {
    const half = side / 2;
    const at = 4 * c + (x >= left + half ? 1 : 0) + (y >= bottom + half ? 2 : 0);
    const known = this.#children[at] as number;
    if (known !== 0) return known;
    const made = this.#cell(half);
    this.#children[at] = made;
    return made;
  }

  #cell(side: number): number {
    if (this.#count === this.#capacity) this.#reserve(this.#capacity * 2);
    const c = this.#count++;
    this.#children.fill(0, 4 * c, 4 * c + 4);
    this.#cells.fill(0, width * c, width * c + 3);
    this.#cells[width * c + 3] = side * side;
    this.#point[c] = -1;
    return c;
  }

  /** Cells in preorder. Doubles stand beside the first point of their leaf in the order, wherever they are in the list. */
  #flatten(n: number): void {
    if (this.#flat.length < width * this.#count) {
      this.#flat = new Float64Array(width * this.#capacity);
      this.#skip = new Int32Array(this.#capacity);
    }
    if (this.#order.length !== n) this.#order = new Int32Array(n);
    const placed = new Uint8Array(n);
    let next = 0;
    let ordered = 0;
    const visit = (c: number): void => {
      const own = next++;
      const [from, to] = [width * c, width * own];
      const mass = this.#cells[from + 2] as number;
      this.#flat[to] = (this.#cells[from] as number) / mass;
      this.#flat[to + 1] = (this.#cells[from + 1] as number) / mass;
      this.#flat[to + 2] = mass;
      const point = this.#point[c] as number;
      this.#flat[to + 3] = point >= 0 ? 0 : (this.#cells[from + 3] as number);
      if (point >= 0) {
        placed[point] = 1;
        this.#order[ordered++] = point;
      } else {
        for (let k = 4 * c; k < 4 * c + 4; k++) {
          const child = this.#children[k] as number;
          if (child !== 0) visit(child);
        }
      }
      this.#skip[own] = next;
    };
    visit(0);
    for (let i = 0; i < n && ordered < n; i++) if (placed[i] === 0) this.#order[ordered++] = i;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.#capacity) return;
    const [children, cells, point] = [this.#children, this.#cells, this.#point];
    this.#children = new Int32Array(4 * capacity);
    this.#cells = new Float64Array(width * capacity);
    this.#point = new Int32Array(capacity);
    this.#children.set(children);
    this.#cells.set(cells);
    this.#point.set(point);
    this.#capacity = capacity;
  }
}
