// The browser's side of kg.ts: a worker for each order, as the app has one.

import type { Figures, Order } from "./kg.worker.ts";

export async function measure(order: Order): Promise<Record<string, Figures>> {
  const worker = new Worker(new URL("./kg.worker.ts", import.meta.url), { type: "module" });
  try {
    return await new Promise((done, fail) => {
      worker.onerror = ({ message }) => fail(new Error(message));
      worker.onmessage = ({ data }: MessageEvent<{ figures?: Record<string, Figures>; failed?: string }>) =>
        data.figures ? done(data.figures) : fail(new Error(data.failed));
      worker.postMessage(order);
    });
  } finally {
    worker.terminate();
  }
}
