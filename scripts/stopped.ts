// Ctrl-C, and a stop by the system, as an ordered end: what is open is closed, and the last line says it. Knows no work.

import process from "node:process";
import { orAbort } from "../src/base/async.ts";
import { ClinfuseError } from "../src/base/errors.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs the work and gives it a signal that a stop aborts; what it opens it closes. `words` follow "stopped: ". A stop makes work end with `aborted` at
 * once where it waits by `orStop`. Npm sends a terminal's Ctrl-C a second time, so that later stops are passed over.
 */
export async function stoppable<T>(
  words: string,
  work: (orStop: <R>(waiting: Promise<R>) => Promise<R>) => Promise<T>,
): Promise<T> {
  const control = new AbortController();
  const stop = (name: NodeJS.Signals) => control.abort(name);
  for (const name of signals) process.on(name, stop);
  const orStop = <R>(waiting: Promise<R>) =>
    orAbort(waiting, control.signal).catch((error: unknown) => {
      if (!control.signal.aborted) throw error;
      throw new ClinfuseError("aborted", `stopped: ${words}`, { what: String(control.signal.reason) });
    });
  try {
    return await work(orStop);
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}
