// Turns a callback of progress into events of a stream, while the work behind it goes on.

/** Yields what `work` reports through `tell`, then returns its result. Reports that come faster than they are read are thinned to the last. */
export async function* reporting<R, E>(work: (tell: (event: E) => void) => Promise<R>): AsyncGenerator<E, R> {
  let latest: { event: E } | undefined;
  let wake: () => void = () => undefined;
  let settled = false;
  const done = work((event) => {
    latest = { event };
    wake();
  }).finally(() => {
    settled = true;
    wake();
  });
  done.catch(() => undefined); // surfaces at the end, not as an unhandled rejection meanwhile
  while (!settled || latest) {
    if (latest) {
      const { event } = latest;
      latest = undefined;
      yield event;
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  return await done;
}
