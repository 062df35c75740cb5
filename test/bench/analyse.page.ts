// The browser's side of analyse.ts: draws a worker's map as it comes and looks at the page's own tasks meanwhile; counts frames of a map that is moved.

import { painted } from "../../src/ui/run/analyse/map-colours.ts";
import { drawMap, rgbReader } from "../../src/ui/run/analyse/map-drawing.ts";
import { fitted, zoomed } from "../../src/ui/run/analyse/map-view.ts";

interface Picture {
  readonly points: Float32Array;
  readonly step: number;
  readonly steps: number;
}

const frame = { width: 900, height: 440, ratio: 1 };
const hues: Readonly<Record<string, string>> = {
  "--sheet": "#fff",
  "--ink": "#1d2124",
  "--orange": "#e69f00",
  "--blue": "#0072b2",
};

/** Draws on a canvas of its own, half of the points as real texts. */
function drawer(rows: number): (points: Float32Array, scale?: number) => void {
  const canvas = document.body.appendChild(document.createElement("canvas"));
  const example = { kind: "sentence" as const, text: "", labels: [] };
  const half = Math.floor(rows / 2);
  const set = (name: string, n: number) => ({ name, examples: Array.from({ length: n }, () => example) });
  const classes = painted([set("real", half), set("synthetic", rows - half)], "source");
  const rgbOf = rgbReader();
  const colour = (token: string) => rgbOf(hues[token] ?? "#000");
  return (points, scale = 1) => {
    const view = zoomed(fitted(points, frame.width, frame.height), scale, { x: 450, y: 220 });
    drawMap(canvas, frame, { points, painted: classes, view, colour, ringed: new Set(), line: [] });
  };
}

/** Seconds, pictures, and the longest task in milliseconds; tasks of less than 50 are not told by the browser. */
export async function draw(rows: number): Promise<{ seconds: number; longest: number; pictures: number }> {
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ type: "longtask" });
  const show = drawer(rows);
  const worker = new Worker(new URL("./analyse.worker.ts", import.meta.url), { type: "module" });
  const start = performance.now();
  let pictures = 0;
  await new Promise<void>((done, fail) => {
    worker.onerror = ({ message }) => fail(new Error(message));
    worker.onmessage = ({ data: { points, step, steps } }: MessageEvent<Picture>) => {
      pictures++;
      show(points);
      if (step === steps) done();
    };
    worker.postMessage(rows);
  });
  worker.terminate();
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  return { seconds: (performance.now() - start) / 1000, longest, pictures };
}

/** Frames a second, and milliseconds of drawing in each, while a map of so many points is zoomed for three seconds. */
export async function frames(rows: number): Promise<{ rate: number; milliseconds: number }> {
  const show = drawer(rows);
  const points = Float32Array.from({ length: 2 * rows }, (_, i) => Math.sin(i * 12.9898) * Math.sin(i * 78.233));
  let [drawn, spent] = [0, 0];
  const start = performance.now();
  while (performance.now() - start < 3000) {
    await new Promise(requestAnimationFrame);
    const before = performance.now();
    show(points, 1 + 0.01 * (drawn % 50));
    spent += performance.now() - before;
    drawn++;
  }
  return { rate: (1000 * drawn) / (performance.now() - start), milliseconds: spent / drawn };
}
