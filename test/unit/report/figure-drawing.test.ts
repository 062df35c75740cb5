// Drawings of a figure: scales, ticks, paths, and words that neither an edge cuts nor other words cover.

import { describe, expect, it } from "vitest";
import type { Axis, Figure, Mark } from "../../../src/report/figure.ts";
import { type Drawn, drawingOf, pathOf, scaleOf, thinned, ticksOf, widthOf } from "../../../src/report/figure-drawing.ts";

describe("thinned", () => {
  const points = Array.from({ length: 1001 }, (_, i) => ({ x: i, y: 0 }));

  it("keeps the first and the last, and no more than asked for and one", () => {
    const some = thinned(points, 100);
    expect(some.length).toBeLessThanOrEqual(101);
    expect(some[0]?.x).toBe(0);
    expect(some.at(-1)?.x).toBe(1000);
  });

  it("keeps few as they are", () => expect(thinned(points, 2000)).toBe(points));
});

describe("ticksOf", () => {
  it.each([
    [0, 1, 5, [0, 0.5, 1]],
    [0, 0.62, 5, [0, 0.2, 0.4, 0.6]],
    [0, 3.7, 5, [0, 1, 2, 3]],
    [1, 120, 8, [20, 40, 60, 80, 100, 120]],
    [1, 2, 8, [1, 1.2, 1.4, 1.6, 1.8, 2]],
    [0, 0.3, 4, [0, 0.1, 0.2, 0.3]],
    [1, 8, 4, [2, 4, 6, 8]],
    [1, 9, 2, [5]],
    [0, 0, 5, [0]],
  ])("from %d to %d, at most %d: %j", (low, high, most, ticks) => {
    expect(ticksOf(low, high, most)).toEqual(ticks);
  });
});

const axis = (from: number, to: number, title = ""): Axis => ({ title, from, to });

describe("scaleOf and pathOf", () => {
  const box = { left: 40, right: 240, top: 10, bottom: 110 };
  const scale = (steps: number, highest: number) => scaleOf(box, { x: axis(1, steps), y: axis(0, highest) });

  it("put the first step at the left, the last at the right, zero at the bottom", () => {
    const { x, y } = scale(5, 2);
    expect([x(1), x(3), x(5), y(0), y(1), y(2)]).toEqual([40, 140, 240, 110, 60, 10]);
  });

  it("draw a single step, and values that are all zero, within the box", () => {
    const { x, y } = scale(1, 0);
    expect([x(1), y(0)]).toEqual([40, 110]);
  });

  it("give a path through every point", () => {
    const at = (x: number, y: number) => ({ x, y });
    expect(pathOf([at(1, 0), at(3, 1), at(5, 2)], scale(5, 2))).toBe("M40.0 110.0L140.0 60.0L240.0 10.0");
    expect(pathOf([], scale(5, 2))).toBe("");
  });
});

function figure(
  marks: readonly Mark[],
  y = axis(0, 1, "validation F1"),
  x: Axis = { ...axis(1, 40, "step"), whole: true },
): Figure {
  return { title: "", label: "", axes: { x, y }, marks, table: { title: "", columns: [], rows: [] } };
}

type Words = Extract<Drawn, { kind: "words" }>;

const wordsOf = (drawn: readonly Drawn[]) => drawn.filter((d): d is Words => d.kind === "words");

/** The pixels that words may take: an em of 12 up from the baseline, a fourth of it down. */
function areaOf({ x, y, anchor, text }: Words) {
  const wide = widthOf(text);
  const left = x - { start: 0, middle: wide / 2, end: wide }[anchor];
  return { text, left, right: left + wide, top: y - 10, bottom: y + 3 };
}

describe("drawingOf", () => {
  it("draws axes, paths, dots, rings and intervals where the values are", () => {
    // Box of a picture of 156 by 170: 44 to 144, 34 to 134.
    const dots: Mark = {
      kind: "dots",
      tone: "few",
      points: [
        { x: 0, y: 0 },
        { x: 1, y: 0.5, ring: "kept" },
      ],
    };
    const asked = {
      ...figure([dots], axis(0, 1, "F1"), axis(0, 2, "step")),
      intervals: [{ tone: "few", x: 1, low: 0.25, high: 0.75 }] as const,
    };
    const drawn = drawingOf(asked, 156, 170);
    expect(drawn.filter((d) => d.kind !== "words")).toEqual([
      { kind: "rule", x1: 44, y1: 134, x2: 144, y2: 134, class: "zero" },
      { kind: "rule", x1: 44, y1: 84, x2: 144, y2: 84, class: "grid" },
      { kind: "rule", x1: 44, y1: 34, x2: 144, y2: 34, class: "grid" },
      { kind: "rule", x1: 94, y1: 109, x2: 94, y2: 59, class: "few" },
      { kind: "path", d: "M44.0 134.0L94.0 84.0", class: "few" },
      { kind: "circle", x: 44, y: 134, r: 3, class: "few dot" },
      { kind: "circle", x: 94, y: 84, r: 3, class: "few dot" },
      { kind: "circle", x: 94, y: 84, r: 6, class: "few ring" },
    ]);
    expect(wordsOf(drawn).map((d) => d.text)).toEqual(["F1", "0", "0.5", "1", "0", "2", "step", "kept"]);
  });

  it("draws rows with their words above, lying bars, points that nothing joins, hollow ones, and an upright line", () => {
    // Box of a picture of 124 by 170: 12 to 112, 34 to 134.
    const ticks = [1, 2].map((at) => ({ at, text: `m${at}` }));
    const at = (x: number, y: number) => ({ x, y });
    const marks: Mark[] = [
      { kind: "points", tone: "third", points: [at(0.5, 1), at(0.2, 2)] },
      { kind: "hollow", tone: "plain", points: [at(1, 2)] },
    ];
    const asked = {
      ...figure(marks, { ...axis(0, 2), ticks }, { ...axis(0, 1), ticks: [{ at: 0.5, text: "half" }] }),
      intervals: [{ tone: "third", y: 1, low: 0.25, high: 0.75 }] as const,
      at: 0.3,
    };
    const drawn = drawingOf(asked, 124, 170);
    const isUpright = (d: Drawn): boolean => d.kind === "rule" && d.x1 === d.x2;
    expect(drawn.findIndex(isUpright)).toBeLessThan(drawn.findIndex((d) => d.kind === "words" && d.text === "m1"));
    expect(drawn.filter((d) => d.kind !== "words")).toEqual([
      { kind: "rule", x1: 42, y1: 34, x2: 42, y2: 134, class: "zero" }, // behind the rows' words
      { kind: "rule", x1: 12, y1: 84, x2: 112, y2: 84, class: "grid" },
      { kind: "rule", x1: 12, y1: 34, x2: 112, y2: 34, class: "grid" },
      { kind: "rule", x1: 37, y1: 84, x2: 87, y2: 84, class: "third" },
      { kind: "circle", x: 62, y: 84, r: 3, class: "third dot" },
      { kind: "circle", x: 32, y: 34, r: 3, class: "third dot" },
      { kind: "circle", x: 112, y: 34, r: 4, class: "plain ring" },
    ]);
    expect(wordsOf(drawn).filter(({ text }) => text !== "")).toMatchObject([
      { text: "m1", x: 12, y: 77 },
      { text: "m2", x: 12, y: 27 },
      { text: "half", x: 62, y: 152, anchor: "middle" },
    ]);
  });

  it("draws a line of one point as a dot", () => {
    const drawn = drawingOf(figure([{ kind: "line", tone: "few", points: [{ x: 1, y: 1 }] }]), 400, 200);
    expect(drawn.filter((d) => d.kind === "circle")).toMatchObject([{ x: 44, y: 34, class: "few dot" }]);
  });

  const named = (tone: "few" | "synthetic", x: number, y: number): Mark => ({
    kind: "line",
    tone,
    name: tone === "few" ? "Stage I, few-shot" : "Stage II, synthetic",
    points: [
      { x, y },
      { x: x + 1, y: y / 2 },
    ],
  });
  const ending = (tone: "few" | "synthetic"): Mark => ({
    ...named(tone, 1, 0.9),
    nameAt: "end",
    points: [
      { x: 1, y: 0.9 },
      { x: 40, y: 0 },
    ],
  });
  const rung = (x: number, y: number): Mark => ({ kind: "dots", tone: "few", points: [{ x, y, ring: "kept" }] });
  const figures: Readonly<Record<string, Figure>> = {
    "a line that begins at the end": figure([named("few", 1, 1), named("synthetic", 39, 0.5)]),
    "two that begin together at the top": figure([named("few", 1, 1), named("synthetic", 2, 1)]),
    "two that begin together at the end": figure([named("few", 39, 0.9), named("synthetic", 39, 0.95)]),
    "one that begins at the bottom": figure([named("few", 1, 0), named("synthetic", 20, 0)]),
    "two that end together at the bottom": figure([ending("few"), ending("synthetic")], undefined, axis(0, 40, "words")),
    "rings in the corners": figure([rung(1, 1), rung(40, 1), rung(1, 0), rung(40, 0)]),
    "rings side by side": figure([rung(20, 0.5), rung(21, 0.5), rung(20, 0.52)]),
    "a ring under the title": figure([rung(2, 1)], axis(0, 1, "validation Accuracy, of the relation")),
    "long numbers on both axes": figure([named("few", 1, 0.00004)], axis(0, 0.00007, "loss"), axis(0, 1_000_000, "step")),
    "great numbers": figure([named("few", 1, 1)], axis(0, 12_345_678, "loss"), axis(1, 123_456, "step")),
  };

  for (const width of [320, 342, 390, 720, 1280])
    it.each(Object.entries(figures))(`writes no word over an edge or over another in ${width} px: %s`, (_, asked) => {
      for (const height of [176, 248]) {
        const areas = wordsOf(drawingOf(asked, width, height)).map(areaOf);
        expect(areas.filter((a) => a.left < 0 || a.right > width || a.top < 0 || a.bottom > height)).toEqual([]);
        const over = areas.flatMap((a, i) =>
          areas
            .slice(i + 1)
            .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
            .map((b) => [a, b]),
        );
        expect(over).toEqual([]);
      }
    });
});
