// Points of a map as pixels: each mark is a small stamp of coverage that is blended into the picture. Thousands of paths on a canvas cost a hundred
// times as much. Knows no canvas.

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Pixels as a canvas has them in 32 bits: alpha, blue, green, red from the highest byte on (every browser's order). They are opaque. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

const marks = {
  square: (x: number, y: number, radius: number) => Math.max(Math.abs(x), Math.abs(y)) <= radius,
  disc: (x: number, y: number, radius: number) => x * x + y * y <= radius * radius,
  ring: (x: number, y: number, radius: number) => Math.abs(Math.hypot(x, y) - radius) <= 1,
} as const satisfies Record<string, (x: number, y: number, radius: number) => boolean>;

export type Mark = keyof typeof marks;

/** Mark of one colour, ready to be blended: new = old * keep / 256 + added. Red and blue share a number, since their bytes never meet. */
export interface Ink {
  /** Pixels in a row and in a column. */
  readonly side: number;
  readonly keep: Uint16Array;
  readonly redBlue: Uint32Array;
  readonly green: Uint32Array;
}

/** Samples of a pixel along each axis, by which its coverage is counted. */
const samples = 4;

/** `radius` in pixels: half a square's side, a disc's radius, a ring's middle. `opacity` 0 to 1. */
export function inkOf(mark: Mark, radius: number, colour: Rgb, opacity: number): Ink {
  const side = 2 * Math.ceil(radius + (mark === "ring" ? 1 : 0));
  const n = side * side;
  const ink = { side, keep: new Uint16Array(n), redBlue: new Uint32Array(n), green: new Uint32Array(n) };
  for (let i = 0; i < n; i++) {
    const weight = Math.round(256 * opacity * coverage(mark, radius, (i % side) - side / 2, Math.floor(i / side) - side / 2));
    ink.keep[i] = 256 - weight;
    ink.redBlue[i] = (((packed(colour) & 0xff00ff) * weight) >>> 8) & 0xff00ff;
    ink.green[i] = (((packed(colour) & 0x00ff00) * weight) >>> 8) & 0x00ff00;
  }
  return ink;
}

/** Share of the pixel that begins there which the mark covers; its centre is the origin. */
function coverage(mark: Mark, radius: number, left: number, top: number): number {
  let covered = 0;
  for (let i = 0; i < samples * samples; i++) {
    const [x, y] = [left + ((i % samples) + 0.5) / samples, top + (Math.floor(i / samples) + 0.5) / samples];
    if (marks[mark](x, y, radius)) covered++;
  }
  return covered / (samples * samples);
}

/** The colour as an opaque pixel. */
export const packed = ([red, green, blue]: Rgb): number => (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;

/** Blends the mark with its centre at the corner of pixels that is nearest. What lies outside of the picture is left out. */
export function dab({ width, height, pixels }: Picture, { side, keep, redBlue, green }: Ink, x: number, y: number): void {
  const left = Math.round(x) - side / 2;
  const top = Math.round(y) - side / 2;
  const first = Math.max(0, -left);
  const last = Math.min(side, width - left);
  const bottom = Math.min(side, height - top);
  for (let row = Math.max(0, -top); row < bottom; row++) {
    let at = (top + row) * width + left + first;
    for (let i = row * side + first; i < row * side + last; i++, at++) {
      const kept = keep[i] as number;
      if (kept === 256) continue;
      const old = pixels[at] as number;
      const both = ((Math.imul(old & 0xff00ff, kept) >>> 8) & 0xff00ff) + (redBlue[i] as number);
      const middle = ((Math.imul(old & 0x00ff00, kept) >>> 8) & 0x00ff00) + (green[i] as number);
      pixels[at] = 0xff000000 | both | middle;
    }
  }
}
