// Draws maps as the analyse worker does, by itself and with threads, and has one step done by a thread alone.

import { aloneRepulsion, sharedMap } from "../../src/analyse/repulsion.ts";
import { tsne } from "../../src/analyse/tsne.ts";
import { rng } from "../../src/base/rng.ts";
import { mapThreads } from "../../src/workers/map-threads.ts";

const [rows, columns] = [1000, 8];

function drawn(threads?: ReturnType<typeof mapThreads>): Float64Array {
  const stream = rng("map threads", 1);
  const data = Float32Array.from({ length: rows * columns }, (_, i) => (i % columns) + 3 * (i % 7) + stream.next());
  const map = tsne({ rows, columns, data }, { iterations: [60, 60] }, threads?.repulsion);
  for (;;) {
    const next = map.next();
    if (next.done) return next.value;
  }
}

/** A step whose 64 parts are offered, and that this thread waits for without claiming any. */
async function doneByThread(): Promise<{ readonly equal: boolean; readonly sum: number; readonly expected: number }> {
  const map = sharedMap(rows);
  const worker = new Worker(new URL("../../src/workers/map.worker.ts", import.meta.url), { type: "module" });
  worker.postMessage(map);
  const stream = rng("map threads", 2);
  map.points.set(Float64Array.from({ length: 2 * rows }, () => stream.next() * 40));
  map.theta[0] = 0.5;
  Atomics.store(map.turns, 1, 0);
  Atomics.store(map.turns, 0, 1 << 7);
  for (const until = performance.now() + 60_000; Atomics.load(map.turns, 1) < 64 && performance.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, 10));
  worker.terminate();
  const force = new Float64Array(2 * rows);
  const expected = aloneRepulsion().repel(map.points, 0.5, force);
  return { equal: force.every((x, i) => x === map.force[i]), sum: map.sums.reduce((a, b) => a + b, 0), expected };
}

self.addEventListener("message", async () => {
  const threads = mapThreads(rows);
  await new Promise((resolve) => setTimeout(resolve, 500)); // long enough for a thread to be up, most often
  const together = drawn(threads);
  threads?.close();
  self.postMessage({ isThreaded: threads !== undefined, alone: drawn(), together, thread: await doneByThread() });
});
