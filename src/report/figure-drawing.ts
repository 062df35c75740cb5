// A figure as lines, circles and words at places in pixels: what both renderers draw. Knows no element and no colour.

import type { Axis, Figure, FigureInterval, FigurePoint, FigureTone, Mark, MarkKind } from "./figure.ts";

export type Drawn =
  | {
      readonly kind: "rule";
      readonly x1: number;
      readonly y1: number;
      readonly x2: number;
      readonly y2: number;
      readonly class: "grid" | "zero" | FigureTone;
    }
  | { readonly kind: "path"; readonly d: string; readonly class: FigureTone | `${FigureTone} broken` }
  | {
      readonly kind: "circle";
      readonly x: number;
      readonly y: number;
      readonly r: number;
      readonly class: `${FigureTone} ${"dot" | "ring"}`;
    }
  | {
      readonly kind: "words";
      readonly x: number;
      readonly y: number; // of the baseline
      readonly anchor: "start" | "middle" | "end";
      readonly text: string;
      readonly class: "axis" | FigureTone;
    };

type Words = Extract<Drawn, { readonly kind: "words" }>;

/** Pixels from the left and from the top. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Words that ask for a place: the left edge, the baselines in order of preference. */
interface Wanted {
  readonly text: string;
  readonly tone: FigureTone;
  readonly from: number;
  readonly lines: readonly [number, ...number[]];
}

const lineHeight = 15;
const edge = 4; // pixels of the picture that no word enters

/** Pixels that the words take at most, in the bold sans serif of 12 px that both renderers write. */
export const widthOf = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (/[^ -~]|[A-Zmw@%]/.test(letter) ? 12 : 7.4), 0);

/** Drawing of a figure in a picture of this size, back to front. No word is cut by its edges, unless it is wider than the picture. */
export function drawingOf(figure: Figure, width: number, height: number): readonly Drawn[] {
  const marks = figure.marks.filter((mark) => mark.points.length > 0);
  const upright = figure.axes.y;
  const ticks = upright.ticks ? [] : ticksOf(upright.from, upright.to, 5);
  const left = upright.ticks ? 3 * edge : Math.max(44, ...ticks.map((tick) => edge + widthOf(digits(tick)) + 8));
  const box = { left, right: width - 12, top: 34, bottom: height - 36 };
  const scale = scaleOf(box, figure.axes);
  const title = words(figure.axes.y.title, edge, 14, "start", "axis");
  return [
    title,
    ...ticks.flatMap((tick) => [
      rule(box.left, scale.y(tick), box.right, scale.y(tick), tick === 0 ? "zero" : "grid"),
      words(digits(tick), box.left - 8, scale.y(tick) + 4, "end", "axis"),
    ]),
    ...(figure.at === undefined ? [] : [rule(scale.x(figure.at), box.top, scale.x(figure.at), box.bottom, "zero")]),
    ...rowsOf(upright, box, scale),
    ...across(figure.axes.x, box, scale, width),
    words(figure.axes.x.title, box.right, height - edge, "end", "axis"),
    ...(figure.intervals ?? []).map((interval) => bar(interval, scale)),
    ...marks.flatMap((mark) => drawnMark(mark, scale, box)),
    ...placed(
      marks.flatMap((mark) => [...rings(mark, scale), ...names(mark, scale, box)]),
      title,
      box,
      width,
    ),
  ];
}

/** Scale that spreads the axes over the width and the height of the box. */
export function scaleOf(box: Box, { x, y }: Figure["axes"]): Scale {
  const share = (value: number, { from, to }: Axis) => (to > from ? (value - from) / (to - from) : 0);
  return {
    x: (value) => box.left + share(value, x) * (box.right - box.left),
    y: (value) => box.bottom - share(value, y) * (box.bottom - box.top),
  };
}

function bar({ tone, low, high, ...at }: FigureInterval, { x, y }: Scale): Drawn {
  return "x" in at ? rule(x(at.x), y(low), x(at.x), y(high), tone) : rule(x(low), y(at.y), x(high), y(at.y), tone);
}

/** Lines of a figure of rows, each with its words above it. */
function rowsOf({ ticks = [] }: Axis, box: Box, { y }: Scale): Drawn[] {
  return ticks.flatMap(({ at, text }) => [
    rule(box.left, y(at), box.right, y(at), "grid"),
    words(text, box.left, y(at) - 7, "start", "axis"),
  ]);
}

/** Numbers under the horizontal axis, the outer ones moved in where the picture would cut them. */
function across(axis: Axis, box: Box, scale: Scale, width: number): Drawn[] {
  const most = Math.max(2, Math.min(8, Math.floor(width / 80)));
  const counted = ticksOf(axis.from, axis.to, most)
    .filter((tick) => !axis.whole || Number.isInteger(tick))
    .map((at) => ({ at, text: digits(at) }));
  return (axis.ticks ?? counted).map(({ at, text }) => {
    const half = widthOf(text) / 2;
    return words(text, within(scale.x(at), half + edge, width - edge - half), box.bottom + 18, "middle", "axis");
  });
}

interface Drawing {
  readonly joined: boolean;
  /** Points that have a dot of their own. */
  readonly dots: (points: readonly FigurePoint[]) => readonly FigurePoint[];
  readonly circles?: true;
}

const drawnAs: Readonly<Record<MarkKind, Drawing>> = {
  line: { joined: true, dots: (points) => (points.length === 1 ? points : []) }, // one point alone has no line
  dots: { joined: true, dots: (points) => points },
  points: { joined: false, dots: (points) => points },
  hollow: { joined: false, dots: () => [], circles: true },
};

function drawnMark({ kind, tone, broken, points }: Mark, scale: Scale, box: Box): Drawn[] {
  const { joined, dots, circles } = drawnAs[kind];
  const dot = (p: FigurePoint, r: number, what: "dot" | "ring"): Drawn => ({
    kind: "circle",
    x: tenth(scale.x(p.x)),
    y: tenth(scale.y(p.y)),
    r,
    class: `${tone} ${what}`,
  });
  return [
    ...(joined ? [pathThrough(points, scale, box, broken ? `${tone} broken` : tone)] : []),
    ...dots(points).map((p) => dot(p, 3, "dot")),
    ...(circles ? points.map((p) => dot(p, 4, "ring")) : []),
    ...points.filter((p) => p.ring !== undefined).map((p) => dot(p, 6, "ring")),
  ];
}

const pathThrough = (
  points: readonly FigurePoint[],
  scale: Scale,
  box: Box,
  kind: FigureTone | `${FigureTone} broken`,
): Drawn => ({ kind: "path", d: pathOf(thinned(points, box.right - box.left), scale), class: kind });

/** Words of the rings: above, or else below. */
const rings = ({ tone, points }: Mark, scale: Scale): Wanted[] =>
  points.flatMap(({ x, y, ring: text }) => {
    if (text === undefined) return [];
    return [{ text, tone, from: scale.x(x) - widthOf(text) / 2, lines: [scale.y(y) - 12, scale.y(y) + 20] }];
  });

/** Name of a mark, beside its beginning or its end. */
function names({ name, nameAt, tone, points }: Mark, scale: Scale, box: Box): Wanted[] {
  const [first, last] = [points[0], points.at(-1)];
  if (name === undefined || first === undefined || last === undefined) return [];
  if (nameAt === "end") {
    const y = scale.y(last.y);
    const below = y + 16 < box.bottom ? y + 16 : y - 8 - lineHeight; // the axis has its numbers there
    return [{ text: name, tone, from: scale.x(last.x) - widthOf(name) - 6, lines: [Math.max(box.top - 6, y - 8), below] }];
  }
  return [{ text: name, tone, from: scale.x(first.x) + 6, lines: [Math.max(box.top - 6, scale.y(first.y) - 8)] }];
}

/** Words at the first of their lines that is free, else under or over the last one: none beyond the sides, none upon another while there is room. */
function placed(wanted: readonly Wanted[], title: Words, box: Box, width: number): Drawn[] {
  const taken = [{ from: title.x, to: title.x + widthOf(title.text), y: title.y }];
  return wanted.map(({ text, tone, from: asked, lines }) => {
    const wide = widthOf(text);
    const from = within(asked, box.left + 2, width - edge - wide);
    const free = (y: number) => !taken.some((t) => t.from < from + wide && from < t.to && Math.abs(t.y - y) < lineHeight);
    const last = lines.at(-1) ?? lines[0];
    const ladder = (step: number) =>
      Array.from({ length: Math.floor((box.bottom - box.top) / lineHeight) }, (_, i) => last + (i + 1) * step);
    const others = [...ladder(lineHeight), ...ladder(-lineHeight)].filter((y) => y > box.top && y < box.bottom);
    const y = [...lines, ...others].find(free) ?? last;
    taken.push({ from, to: from + wide, y });
    return words(text, from, y, "start", tone);
  });
}

/** Every n-th point and the last one, so that there are at most about `most`: more than pixels are of no use. */
export function thinned<P>(points: readonly P[], most: number): readonly P[] {
  if (points.length <= most) return points;
  const every = Math.ceil(points.length / most);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

/** Round numbers from `low` to `high`, as many as there may be but at most `most`, that people count by: in ones, twos or fives. */
export function ticksOf(low: number, high: number, most: number): readonly number[] {
  if (!(high > low)) return [low];
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  for (const every of [1, 2, 5, 10, 20].map((m) => m * power)) {
    const first = Math.ceil(low / every - 1e-9);
    const last = Math.floor(high / every + 1e-9);
    // Not by adding up: 0.1 three times is not 0.3.
    if (last - first < most)
      return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * every).toPrecision(12)));
  }
  return [low];
}

/** A polyline as the `d` of an SVG path, to a tenth of a pixel. */
export const pathOf = (points: readonly FigurePoint[], { x, y }: Scale): string =>
  points.map((p, i) => `${i === 0 ? "M" : "L"}${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`).join("");

// Not Intl.NumberFormat: making one costs the page 9 ms before it can be drawn.
const digits = (n: number): string => (Number.isInteger(n) ? String(n).replace(/\B(?=(\d{3})+$)/g, ",") : String(n));

const tenth = (pixels: number): number => Math.round(pixels * 10) / 10;

const within = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

const rule = (x1: number, y1: number, x2: number, y2: number, kind: "grid" | "zero" | FigureTone): Drawn => ({
  kind: "rule",
  x1: tenth(x1),
  y1: tenth(y1),
  x2: tenth(x2),
  y2: tenth(y2),
  class: kind,
});

const words = (text: string, x: number, y: number, anchor: Words["anchor"], tone: Words["class"]): Words => ({
  kind: "words",
  x: tenth(x),
  y: tenth(y),
  anchor,
  text,
  class: tone,
});
