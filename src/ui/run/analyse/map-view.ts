// Geometry of a map on a canvas: where its points lie, which is under the pointer, which a lasso holds. Pure.

/** Pixels of a point: scale and shift. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Room around the points, in pixels. */
const margin = 16;

/** The view in which all points fit; of no points, the plain one. */
export function fitted(points: Float32Array, width: number, height: number): View {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i] as number);
    right = Math.max(right, points[i] as number);
    top = Math.min(top, points[i + 1] as number);
    bottom = Math.max(bottom, points[i + 1] as number);
  }
  if (left === Infinity) return { scale: 1, x: width / 2, y: height / 2 };
  const scale = Math.min(
    (width - 2 * margin) / Math.max(right - left, 1e-9),
    (height - 2 * margin) / Math.max(bottom - top, 1e-9),
  );
  return { scale, x: width / 2 - (scale * (left + right)) / 2, y: height / 2 - (scale * (top + bottom)) / 2 };
}

export const placeOf = (points: Float32Array, i: number, { scale, x, y }: View): Place => ({
  x: scale * (points[2 * i] as number) + x,
  y: scale * (points[2 * i + 1] as number) + y,
});

/** The view with another scale, the place under the pointer unmoved. */
export const zoomed = ({ scale, x, y }: View, factor: number, at: Place): View => ({
  scale: scale * factor,
  x: at.x + (x - at.x) * factor,
  y: at.y + (y - at.y) * factor,
});

export const moved = ({ scale, x, y }: View, by: Place): View => ({ scale, x: x + by.x, y: y + by.y });

/** The point nearest to a place, at most so many pixels away; -1 for none. */
export function pointAt(points: Float32Array, view: View, at: Place, within = 12): number {
  let [best, square] = [-1, within * within];
  for (let i = 0; 2 * i < points.length; i++) {
    const { x, y } = placeOf(points, i, view);
    const distance = (x - at.x) ** 2 + (y - at.y) ** 2;
    if (distance < square) [best, square] = [i, distance];
  }
  return best;
}

/** Points inside a closed line, by the crossing rule. */
export function inside(points: Float32Array, view: View, line: readonly Place[]): number[] {
  const held: number[] = [];
  for (let i = 0; 2 * i < points.length; i++) {
    const { x, y } = placeOf(points, i, view);
    let odd = false;
    for (const [k, a] of line.entries()) {
      const b = line[(k + 1) % line.length] as Place;
      if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd;
    }
    if (odd) held.push(i);
  }
  return held;
}
