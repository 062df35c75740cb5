// Threads that help with a map, in a real browser: the same map to the bit.

import { expect, it } from "vitest";

it("a thread does a step as the leader would, and a map drawn with threads is the map drawn alone", {
  timeout: 120_000,
}, async () => {
  const worker = new Worker(new URL("./leading.worker.ts", import.meta.url), { type: "module" });
  const { isThreaded, alone, together, thread } = await new Promise<{
    readonly isThreaded: boolean;
    readonly alone: Float64Array;
    readonly together: Float64Array;
    readonly thread: { readonly equal: boolean; readonly sum: number; readonly expected: number };
  }>((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", reject);
    worker.postMessage(undefined);
  });
  worker.terminate();
  expect(isThreaded).toBe(navigator.hardwareConcurrency > 1);
  expect(thread.equal).toBe(true);
  expect(thread.sum).toBe(thread.expected);
  expect(together).toEqual(alone);
});
