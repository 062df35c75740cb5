// Events on their way to a page: each at once, or many in one message where they come one upon another. Knows no port.

import { turn } from "../base/async.ts";

/** Milliseconds between two events that come one upon another. */
const near = 0.2;
/** So many of them in a row are a flow, and no end of it is waited for by a person. */
const flow = 32;
/** Events of a message at most. */
const most = 64;

export interface Outbox {
  put(event: unknown): void;
  /** Sends what waits. Throws what sending throws. */
  flush(): void;
  /** What a sending threw that nobody had called. */
  readonly failure: unknown;
}

/** `onFailure` hears of an event that cannot be sent, where that shows later than `put`. */
export function outbox(send: (events: readonly unknown[]) => void, onFailure: (error: unknown) => void): Outbox {
  let waiting: unknown[] = [];
  let run = 0; // events that came one upon another
  let last = Number.NEGATIVE_INFINITY;
  let failure: unknown;

  const flush = () => {
    const events = waiting;
    waiting = [];
    if (events.length === 0) return;
    try {
      send(events);
    } catch (error) {
      if (events.length === 1) throw error;
      for (const event of events) send([event]); // those before the one that cannot be sent
    }
  };
  const later = () => {
    try {
      flush();
    } catch (error) {
      failure = error;
      onFailure(error);
    }
  };
  return {
    put(event) {
      const now = performance.now();
      run = now - last < near ? run + 1 : 0;
      last = now;
      if (waiting.push(event) === 1 && run >= flow) void turn().then(later);
      if (run < flow || waiting.length >= most) flush();
    },
    flush,
    get failure() {
      return failure;
    },
  };
}
