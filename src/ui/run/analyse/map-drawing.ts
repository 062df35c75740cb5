// A map on a canvas: points, rings around the chosen ones, the lasso's line. Knows no component.

import type { Painted } from "./map-colours.ts";
import { dab, type Ink, inkOf, packed, type Rgb } from "./map-raster.ts";
import { type Place, placeOf, type View } from "./map-view.ts";

/** Size in CSS pixels, and device pixels in each of them. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

export interface DrawnMap {
  readonly points: Float32Array;
  readonly painted: Painted;
  readonly view: View;
  /** Colour of a token of ui/tokens.css. */
  colour(token: string): Rgb;
  /** Points with a ring around them; -1 is none. */
  readonly ringed: ReadonlySet<number>;
  readonly line: readonly Place[];
}

/** Reads a colour in whatever notation CSS has it, by painting it. */
export function rgbReader(): (css: string) => Rgb {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map<string, Rgb>();
  return (css) => {
    const found = known.get(css);
    if (found || !context) return found ?? [0, 0, 0];
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    known.set(css, [red, green, blue]);
    return [red, green, blue];
  };
}

/** Few points are larger, and less transparent. In CSS pixels. */
const looks = (n: number): { readonly radius: number; readonly opacity: number } => ({
  radius: n > 4000 ? 2 : n > 1000 ? 3 : 4,
  opacity: n > 1000 ? 0.7 : 0.85,
});

/** Draws all of it anew. Milliseconds for 20,000 points. */
export function drawMap(canvas: HTMLCanvasElement, { width, height, ratio }: Frame, map: DrawnMap): void {
  const context = canvas.getContext("2d");
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (!context || columns === 0 || rows === 0) return;
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const image = context.createImageData(columns, rows);
  const picture = { width: columns, height: rows, pixels: new Uint32Array(image.data.buffer) };
  picture.pixels.fill(packed(map.colour("--sheet")));
  const { points, painted, view, ringed } = map;
  const { radius, opacity } = looks(points.length / 2);
  // Real and synthetic differ in shape too: squares by their first class, discs by the others.
  const inks = painted.classes.map(
    ({ hue }, c): Ink => inkOf(c === 0 ? "square" : "disc", ratio * radius * (c === 0 ? 0.9 : 1), map.colour(hue), opacity),
  );
  const put = (i: number, ink: Ink) => {
    const { x, y } = placeOf(points, i, view);
    dab(picture, ink, ratio * x, ratio * y);
  };
  for (let i = 0; 2 * i < points.length; i++) {
    const ink = inks[painted.of[i] as number];
    if (ink) put(i, ink);
  }
  const ring = inkOf("ring", ratio * (radius + 3), map.colour("--ink"), 1);
  for (const i of ringed) if (i >= 0 && 2 * i < points.length) put(i, ring);
  context.putImageData(image, 0, 0);
  if (map.line.length > 1) drawLine(context, ratio, map);
}

function drawLine(context: CanvasRenderingContext2D, ratio: number, { line, colour }: DrawnMap): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.strokeStyle = `rgb(${colour("--ink").join(" ")})`;
  context.lineWidth = 2;
  context.setLineDash([4, 4]);
  context.beginPath();
  for (const { x, y } of line) context.lineTo(x, y);
  context.closePath();
  context.stroke();
}
