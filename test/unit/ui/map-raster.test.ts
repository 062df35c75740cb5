import { describe, expect, it } from "vitest";
import { dab, inkOf, type Picture, packed, type Rgb } from "../../../src/ui/run/analyse/map-raster.ts";

const white: Rgb = [255, 255, 255];
const blue: Rgb = [0, 114, 178];
const blank = (width: number, height: number): Picture => ({
  width,
  height,
  pixels: new Uint32Array(width * height).fill(packed(white)),
});
const at = ({ width, pixels }: Picture, x: number, y: number): number[] => {
  const value = pixels[y * width + x] as number;
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255];
};
const touched = ({ width, pixels }: Picture): [number, number][] =>
  [...pixels].flatMap((value, i): [number, number][] => (value === packed(white) ? [] : [[i % width, Math.floor(i / width)]]));

describe("marks of a map", () => {
  it("cover a square's pixels wholly and no other", () => {
    const picture = blank(8, 6);
    dab(picture, inkOf("square", 1, blue, 1), 4, 3);
    expect(touched(picture)).toEqual([
      [3, 2],
      [4, 2],
      [3, 3],
      [4, 3],
    ]);
    expect(at(picture, 3, 2)).toEqual(blue);
  });

  it("cover a disc's area, its edge in part", () => {
    const picture = blank(40, 40);
    dab(picture, inkOf("disc", 9, [0, 0, 0], 1), 20, 20);
    const covered = [...picture.pixels].reduce((sum, value) => sum + (255 - (value & 255)) / 255, 0);
    expect(covered / (Math.PI * 81)).toBeCloseTo(1, 1);
    expect(at(picture, 20, 20)).toEqual([0, 0, 0]);
    expect(at(picture, 11, 11)).toEqual(white);
  });

  it("leave the middle of a ring free", () => {
    const picture = blank(40, 40);
    dab(picture, inkOf("ring", 8, blue, 1), 20, 20);
    expect(at(picture, 20, 20)).toEqual(white);
    expect(at(picture, 28, 20)[0]).toBeLessThan(40);
  });

  it("blend over what is there by their opacity, in each channel", () => {
    const picture = blank(4, 4);
    const [over, under] = [inkOf("square", 1, [200, 100, 0], 0.7), inkOf("square", 1, [0, 50, 250], 0.5)];
    dab(picture, under, 2, 2);
    dab(picture, over, 2, 2);
    const expected = [200, 100, 0].map((c, k) => 0.7 * c + 0.3 * (0.5 * ([0, 50, 250][k] as number) + 0.5 * 255));
    for (const [k, value] of at(picture, 2, 2).entries())
      expect(Math.abs(value - (expected[k] as number))).toBeLessThanOrEqual(3);
    expect([...picture.pixels].every((value) => value >>> 24 === 255)).toBe(true);
  });

  it("are cut at every edge, and never run on at the other side", () => {
    for (const [x, y] of [
      [0, 0],
      [6, 0],
      [0, 5],
      [6, 5],
      [-1, 2],
      [7, 2],
      [3, -1],
      [3, 6],
      [-50, 2],
      [3, 90],
    ] as const) {
      const picture = blank(6, 5);
      dab(picture, inkOf("square", 2, blue, 1), x, y);
      for (const [px, py] of touched(picture)) {
        expect(Math.abs(px + 0.5 - x)).toBeLessThanOrEqual(2);
        expect(Math.abs(py + 0.5 - y)).toBeLessThanOrEqual(2);
      }
    }
  });
});
