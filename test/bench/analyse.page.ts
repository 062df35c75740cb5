// The browser's side of analyse.ts: draws a worker's map as it comes, and looks at the page's own tasks meanwhile.

import { painted } from "../../src/ui/run/analyse/map-colours.ts";
import { fitted, placeOf } from "../../src/ui/run/analyse/map-view.ts";

interface Picture {
  readonly points: Float32Array;
  readonly step: number;
  readonly steps: number;
}

/** Seconds, pictures, and the longest task in milliseconds; tasks of less than 50 are not told by the browser. */
export async function draw(rows: number): Promise<{ seconds: number; longest: number; pictures: number }> {
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ type: "longtask" });
  const canvas = document.body.appendChild(Object.assign(document.createElement("canvas"), { width: 900, height: 440 }));
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const { of } = painted(
    [{ name: "all", examples: Array.from({ length: rows }, () => ({ kind: "sentence" as const, text: "", labels: [] })) }],
    "source",
  );
  const worker = new Worker(new URL("./analyse.worker.ts", import.meta.url), { type: "module" });
  const start = performance.now();
  let pictures = 0;
  await new Promise<void>((done, fail) => {
    worker.onerror = ({ message }) => fail(new Error(message));
    worker.onmessage = ({ data: { points, step, steps } }: MessageEvent<Picture>) => {
      pictures++;
      const view = fitted(points, canvas.width, canvas.height);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.beginPath();
      for (let i = 0; i < of.length; i++) {
        const { x, y } = placeOf(points, i, view);
        context.rect(x - 2, y - 2, 4, 4);
      }
      context.fill();
      if (step === steps) done();
    };
    worker.postMessage(rows);
  });
  worker.terminate();
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  return { seconds: (performance.now() - start) / 1000, longest, pictures };
}
