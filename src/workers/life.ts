// The life of a worker, as a lock that the browser frees when the worker ends, however it ends. Knows no call.

/** In a worker: holds a lock of its own for as long as the worker lives, and tells its name once it is held. */
export function holdLife(tell: (lock: string) => void): void {
  const lock = `worker:${crypto.randomUUID()}`;
  const forever = () => {
    tell(lock);
    return new Promise<never>(() => undefined);
  };
  locks()
    ?.request(lock, forever)
    .catch(() => undefined); // refused: its end goes unnoticed, and all else works
}

/** In a page: calls `ended` when the worker that holds the lock is no more. A worker that computes for long still holds it. */
export function watchLife(lock: string, ended: () => void): void {
  locks()
    ?.request(lock, async () => ended())
    .catch(() => undefined);
}

/** Undefined outside browsers, and where a browser withholds them. */
const locks = (): LockManager | undefined => globalThis.navigator?.locks;
