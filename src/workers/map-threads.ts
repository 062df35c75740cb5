// Starts the threads that help the analyse worker with a map.

import { sharedMap, sharedRepulsion } from "../analyse/repulsion.ts";
import type { MapThreads } from "../procedures/analyse.ts";

/** Points below which a map is drawn before a thread is up. */
const fewestPoints = 1000;
/** Threads beside the worker's own: more would wait for what one alone does, the attraction. */
const mostThreads = 3;

export function mapThreads(points: number): MapThreads | undefined {
  const threads = Math.min(mostThreads, navigator.hardwareConcurrency - 1);
  if (!self.crossOriginIsolated || points < fewestPoints || threads < 1) return undefined;
  const map = sharedMap(points);
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./map.worker.ts", import.meta.url), { type: "module", name: "map" });
    worker.postMessage(map);
    return worker;
  });
  return {
    repulsion: sharedRepulsion(map),
    close: () => {
      for (const worker of workers) worker.terminate();
    },
  };
}
