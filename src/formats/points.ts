// Offsets of a text in code points, as Python and most formats count them. Knows no format.

/** Offsets of a text in code points. */
export function pointsOf(text: string): (unit: number) => number {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return (unit) => unit;
  const points = new Uint32Array(text.length + 1);
  for (let unit = 0, point = 0; unit < text.length; point++) {
    const width = (text.codePointAt(unit) as number) > 0xffff ? 2 : 1;
    points.fill(point, unit, unit + width);
    unit += width;
    points[unit] = point + 1;
  }
  return (unit) => points[unit] as number;
}
