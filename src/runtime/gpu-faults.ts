// Errors of a GPU device that no call is told of: what was queued meanwhile is worth nothing. Knows no model.

import { ClinfuseError } from "../base/errors.ts";

/** Gives the first such error since the last asking. `memory`: those of memory that ran out alone, where others use the device too. */
export function gpuFaults(device: GPUDevice, which: "all" | "memory" = "all"): () => ClinfuseError | undefined {
  let fault: ClinfuseError | undefined;
  device.addEventListener("uncapturederror", ({ error }) => {
    const isMemory = error instanceof GPUOutOfMemoryError;
    if (which === "memory" && !isMemory) return;
    const { message } = error;
    fault ??= new ClinfuseError(isMemory ? "out-of-memory" : "engine-failed", `the GPU refuses: ${message}`, {
      what: message.slice(0, 300),
    });
  });
  return () => [fault, (fault = undefined)][0];
}

/** The result of a task, unless an error that it was not told of makes that worth nothing. No such error outlives the task. */
export async function unlessFault<T>(fault: () => ClinfuseError | undefined, task: () => Promise<T>): Promise<T> {
  let unheard: ClinfuseError | undefined;
  let result: T;
  try {
    result = await task();
  } finally {
    unheard = fault();
  }
  if (unheard) throw unheard;
  return result;
}
