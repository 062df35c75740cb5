import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Example } from "../../../src/tasks/example.ts";
import { painted } from "../../../src/ui/run/analyse/map-colours.ts";
import { fitted, inside, moved, placeOf, pointAt, zoomed } from "../../../src/ui/run/analyse/map-view.ts";
import { originWords } from "../../../src/ui/run/analyse/origin-words.ts";

const points = Float32Array.from([0, 0, 10, 0, 10, 5, 0, 5]);

describe("the view of a map", () => {
  it("fits all points into the picture, also where they lie on one place", () => {
    for (const set of [points, Float32Array.from([3, 3, 3, 3]), Float32Array.from([1, 2])]) {
      const view = fitted(set, 400, 300);
      for (let i = 0; 2 * i < set.length; i++) {
        const { x, y } = placeOf(set, i, view);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(400);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(300);
      }
    }
    expect(fitted(new Float32Array(0), 400, 300)).toEqual({ scale: 1, x: 200, y: 150 });
  });

  it("zooms around the pointer and moves with it", () => {
    const view = fitted(points, 400, 300);
    const at = placeOf(points, 2, view);
    const near = placeOf(points, 2, zoomed(view, 3, at));
    expect(near.x).toBeCloseTo(at.x, 6);
    expect(near.y).toBeCloseTo(at.y, 6);
    expect(placeOf(points, 0, moved(view, { x: 7, y: -2 })).x).toBeCloseTo(placeOf(points, 0, view).x + 7, 6);
  });

  it("finds the point under the pointer and the points in a lasso", () => {
    const view = fitted(points, 400, 300);
    const at = placeOf(points, 3, view);
    expect(pointAt(points, view, { x: at.x + 3, y: at.y - 3 })).toBe(3);
    expect(pointAt(points, view, { x: 200, y: 150 })).toBe(-1);
    const left = [
      { x: 0, y: 0 },
      { x: 200, y: 0 },
      { x: 200, y: 300 },
      { x: 0, y: 300 },
    ];
    expect(inside(points, view, left)).toEqual([0, 3]);
  });
});

describe("the colours of a map", () => {
  const examples = (labels: readonly string[]): Example[] =>
    labels.map((label) => ({ kind: "pair", first: "a", second: "b", label }));

  it("are a class a source or a label, in the order of first meeting", () => {
    const sets = [
      { name: "real", examples: examples(["entail", "neutral"]) },
      { name: "synthetic", examples: examples(["neutral"]) },
    ];
    expect([...painted(sets, "source").of]).toEqual([0, 0, 1]);
    const byLabel = painted(sets, "label");
    expect([...byLabel.of]).toEqual([0, 1, 1]);
    expect(byLabel.classes.map(({ name, count }) => [name, count])).toEqual([
      ["entail", 1],
      ["neutral", 2],
    ]);
  });

  it("are a class a topic, the most drawn first and the real texts before them", () => {
    const topic = (name: string) => ({
      kind: "prompted" as const,
      turns: [],
      topic: { source: "kg" as const, entities: [{ name, type: "Disease" }] },
    });
    const names = ["gout", "asthma", "asthma", "gout", "asthma", "measles"];
    const origins = [...names.map(topic), { kind: "prompted" as const, turns: [] }];
    const sets = [
      { name: "real", examples: examples(["a"]) },
      { name: "synthetic", examples: examples(["b", "b", "b", "b", "b", "b", "b"]), origins },
    ];
    const { of, classes } = painted(sets, "topic");
    expect(classes.map(({ name, count }) => [name, count])).toEqual([
      ["real", 1],
      ["asthma", 3],
      ["gout", 2],
      ["measles", 1],
      ["no topic", 1],
    ]);
    expect([...of]).toEqual([0, 2, 1, 1, 2, 1, 3, 4]);
  });

  it("share the last one where there are more labels than colours", () => {
    const { of, classes } = painted([{ name: "real", examples: examples([..."abcdefghij"]) }], "label");
    expect(classes).toHaveLength(7);
    expect(classes.at(-1)).toMatchObject({ name: "4 others", count: 4 });
    expect(Math.max(...of)).toBe(6);
    expect(new Set(classes.map(({ hue }) => hue)).size).toBe(7);
  });
});

describe("where a text of a map came from", () => {
  it("is its set, with topic and style, or the real rows", () => {
    const topic = { source: "kg" as const, entities: [{ name: "gout", type: "Disease" }] };
    expect(originWords("real", undefined)).toBe("real");
    expect(originWords("synthetic", { kind: "prompted", turns: [], topic, style: "case report" })).toBe(
      "synthetic, topic gout, style case report",
    );
    expect(originWords("synthetic", { kind: "prompted", turns: [] })).toBe("synthetic");
    expect(originWords("synthetic", { kind: "derived", from: [0, 4], by: "x" })).toBe("synthetic, from real rows 1, 5");
  });
});

it("each class has a colour of its own, in the light and in the dark", () => {
  const css = readFileSync(new URL("../../../src/ui/tokens.css", import.meta.url), "utf8");
  const valuesOf = (part: string) => [...part.matchAll(/(--[a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]);
  const [bright = "", dark = ""] = css.split("prefers-color-scheme: dark");
  const light = Object.fromEntries(valuesOf(bright));
  const examples = Array.from({ length: 9 }, (_, i): Example => ({ kind: "sentence", text: `${i}`, labels: [`label ${i}`] }));
  for (const scheme of [light, { ...light, ...Object.fromEntries(valuesOf(dark)) }])
    for (const count of [7, 9]) {
      const { classes } = painted([{ name: "Real", examples: examples.slice(0, count) }], "label");
      const colours = classes.map(({ hue }) => scheme[hue]);
      expect(colours).toHaveLength(7);
      expect(new Set(colours).size).toBe(7);
      expect(colours).not.toContain(undefined);
    }
});
