// A quadtree over points of the plane, for the repulsion of t-SNE by Barnes and Hut (1986; van der Maaten 2014). Knows no affinity.

/** Places per point: a tree of n points has rarely more than 2 n cells; it grows where it must. */
const cellsPerPoint = 3;
/** Cells do not divide further: points so near each other are one for every other. */
const deepest = 48;

export class Quadtree {
  #capacity = 0;
  #count = 0;
  #children = new Int32Array(0); // four a cell; 0 for none, since the root is nobody's child
  #mass = new Float64Array(0);
  #x = new Float64Array(0); // sums, then centres
  #y = new Float64Array(0);
  #size = new Float64Array(0); // squared side of the cell
  #point = new Int32Array(0); // the first point of a leaf
  readonly #stack = new Int32Array(4 * deepest + 8);

  /** Builds the tree anew. `points`: x and y in turn. */
  build(points: Float64Array): void {
    const n = points.length / 2;
    this.#reserve(Math.max(16, n * cellsPerPoint));
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      const [x, y] = [points[2 * i] as number, points[2 * i + 1] as number];
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < bottom) bottom = y;
      if (y > top) top = y;
    }
    const side = Math.max(right - left, top - bottom, 1e-12) * (1 + 1e-9);
    this.#count = 0;
    this.#cell(side);
    for (let i = 0; i < n; i++) this.#insert(points, i, left, bottom, side);
    for (let c = 0; c < this.#count; c++) {
      const mass = this.#mass[c] as number;
      this.#x[c] = (this.#x[c] as number) / mass;
      this.#y[c] = (this.#y[c] as number) / mass;
    }
  }

  /**
   * Adds to `force` at 2 i the repulsion on point i, not yet divided by the sum of all, and returns point i's part of that sum. A cell counts as one point where its
   * side is less than `theta` times its distance; with 0 every point counts for itself.
   */
  repel(points: Float64Array, i: number, theta: number, force: Float64Array): number {
    const [px, py, limit] = [points[2 * i] as number, points[2 * i + 1] as number, theta * theta];
    const [xs, ys, masses, sizes, children, stack] = [this.#x, this.#y, this.#mass, this.#size, this.#children, this.#stack];
    let [fx, fy, sum] = [0, 0, 0];
    let depth = 0;
    stack[depth++] = 0;
    while (depth > 0) {
      const c = stack[--depth] as number;
      const first = 4 * c;
      const dx = px - (xs[c] as number);
      const dy = py - (ys[c] as number);
      const square = dx * dx + dy * dy;
      const leaf = (this.#point[c] as number) >= 0;
      if (leaf || (sizes[c] as number) < limit * square) {
        // A leaf of the point itself holds it and its doubles: the point is no force on itself.
        const mass = (masses[c] as number) - (leaf && square < 1e-24 ? 1 : 0);
        const q = 1 / (1 + square);
        const part = mass * q;
        sum += part;
        fx += part * q * dx;
        fy += part * q * dy;
        continue;
      }
      for (let k = first; k < first + 4; k++) {
        const child = children[k] as number;
        if (child !== 0) stack[depth++] = child;
      }
    }
    force[2 * i] = (force[2 * i] as number) + fx;
    force[2 * i + 1] = (force[2 * i + 1] as number) + fy;
    return sum;
  }

  #insert(points: Float64Array, i: number, left: number, bottom: number, side: number): void {
    const [x, y] = [points[2 * i] as number, points[2 * i + 1] as number];
    let [c, l, b, s] = [0, left, bottom, side];
    for (let depth = 0; ; depth++) {
      const empty = this.#mass[c] === 0;
      this.#mass[c] = (this.#mass[c] as number) + 1;
      this.#x[c] = (this.#x[c] as number) + x;
      this.#y[c] = (this.#y[c] as number) + y;
      if (empty) {
        this.#point[c] = i;
        return;
      }
      const other = this.#point[c] as number;
      if (other >= 0) {
        // A leaf that holds another point: both go on, unless they lie on one place.
        const [ox, oy] = [points[2 * other] as number, points[2 * other + 1] as number];
        if ((ox === x && oy === y) || depth >= deepest) return;
        const mass = (this.#mass[c] as number) - 1;
        this.#point[c] = -1;
        const child = this.#child(c, ox, oy, l, b, s);
        this.#mass[child] = mass;
        this.#x[child] = ox * mass;
        this.#y[child] = oy * mass;
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
    this.#mass[c] = 0;
    this.#x[c] = 0;
    this.#y[c] = 0;
    this.#size[c] = side * side;
    this.#point[c] = -1;
    return c;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.#capacity) return;
    const [children, mass, x, y, size, point] = [this.#children, this.#mass, this.#x, this.#y, this.#size, this.#point];
    this.#children = new Int32Array(4 * capacity);
    this.#mass = new Float64Array(capacity);
    this.#x = new Float64Array(capacity);
    this.#y = new Float64Array(capacity);
    this.#size = new Float64Array(capacity);
    this.#point = new Int32Array(capacity);
    this.#children.set(children);
    this.#mass.set(mass);
    this.#x.set(x);
    this.#y.set(y);
    this.#size.set(size);
    this.#point.set(point);
    this.#capacity = capacity;
  }
}
