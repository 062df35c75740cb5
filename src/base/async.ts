// Small tools over promises and async generators. Knows no domain.

import { ClinfuseError } from "./errors.ts";

/** Runs one task at a time, in the order of asking. */
export interface Mutex {
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function mutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const result = last.then(task, task);
      last = result.catch(() => undefined);
      return result;
    },
  };
}

/** Asks at the first call and remembers the answer. A refusal is not remembered: the next call asks again. */
export function remembered<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    const asked = answer ?? ask();
    answer = asked;
    asked.catch(() => {
      if (answer === asked) answer = undefined;
    });
    return asked;
  };
}

/** Waits for `work`, then cleans up. Where both fail, the error of the work is the one thrown: the other may be its consequence. */
export async function cleanAfter<T>(work: Promise<T>, clean: () => Promise<void>): Promise<T> {
  let result: T;
  try {
    result = await work;
  } catch (error) {
    await clean().catch(() => undefined);
    throw error;
  }
  await clean();
  return result;
}

/** Streams `work`, then cleans up, also when the reader left. Errors as `cleanAfter`. */
export async function* cleanAfterStream<E, R>(work: AsyncGenerator<E, R>, clean: () => Promise<void>): AsyncGenerator<E, R> {
  let failed = false;
  try {
    return yield* work;
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    const cleaned = clean();
    await (failed ? cleaned.catch(() => undefined) : cleaned);
  }
}

/** Cleans up after a failure, which is the one to be told: a failure of the cleaning may be its consequence. */
export function cleanUp(clean: () => void): void {
  try {
    clean();
  } catch {
    // the failure before says why
  }
}

/** The result of a stream; `hear` hears its events. */
export async function resultOf<E, R>(work: AsyncGenerator<E, R>, hear: (event: E) => void = () => undefined): Promise<R> {
  for (;;) {
    const next = await work.next();
    if (next.done) return next.value;
    hear(next.value);
  }
}

/** Lets the event loop breathe: timers, messages and an abort get their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The event loop's next turn, without the wait that timers add when they are many: for the end of each short step. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/** Rejects with `aborted` at once when the signal fires, whatever the promise does later. For work that hears of an abort only between its steps. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new ClinfuseError("aborted", "stopped", {}, { cause: signal.reason }));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Results that may wait for an earlier one, as a multiple of the width: one slow task does not leave the others idle. */
const ahead = 4;

/**
 * Runs `task(i)` for i = first, first + 1, ... with up to `width` in flight, and yields the results in the order of i.
 * A log written from them is the same, however the work interleaves. Leaving the loop aborts what is in flight.
 */
export async function* inOrder<T>(
  first: number,
  width: number,
  task: (i: number, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): AsyncGenerator<{ index: number; value: T }, void> {
  const own = new AbortController();
  const stop = () => own.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const begun: Promise<T>[] = [];
  let next = first;
  let running = 0;
  const launch = () => {
    while (running < width && begun.length < width * ahead && !own.signal.aborted) {
      running++;
      const promise = task(next++, own.signal);
      // A failure surfaces when its turn comes, not as an unhandled rejection before.
      const settle = () => {
        running--;
      };
      promise.then(settle, settle).then(launch);
      begun.push(promise);
    }
  };
  try {
    for (let index = first; ; index++) {
      launch();
      yield { index, value: await (begun.shift() as Promise<T>) };
    }
  } finally {
    own.abort();
    signal.removeEventListener("abort", stop);
    await Promise.allSettled(begun);
  }
}
