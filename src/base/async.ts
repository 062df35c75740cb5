// Small tools over promises and async generators. Knows no domain.

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

/** Lets the event loop breathe: timers, messages and an abort get their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Runs `task(i)` for i = first, first + 1, ... with up to `width` in flight and yields the results in the order of i,
 * so that a log written from them is the same however the work interleaves. Leaving the loop aborts what is in flight.
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
  const flight: Promise<T>[] = [];
  let next = first;
  const launch = () => {
    const promise = task(next++, own.signal);
    promise.catch(() => undefined); // a failure surfaces when its turn comes, not as an unhandled rejection before
    flight.push(promise);
  };
  try {
    for (let index = first; ; index++) {
      while (flight.length < width) launch();
      yield { index, value: await (flight.shift() as Promise<T>) };
    }
  } finally {
    own.abort();
    signal.removeEventListener("abort", stop);
    await Promise.allSettled(flight);
  }
}
