// Events on their way to a page: each at once, or many in one message where they lie ready. Knows no port.

import { turn } from "../base/async.ts";

/** Milliseconds within which an event comes, once it is asked for, that lay ready. */
const near = 0.2;
/** So many of them in a row are a flow, and no end of it is waited for by a person. */
const flow = 32;
/** Events of a message at most. */
const most = 64;

export interface Outbox {
  /** `milliseconds` passed since it was asked for. Throws what sending throws. */
  put(event: unknown, milliseconds: number): void;
  /** Sends what waits. Throws what sending throws. */
  flush(): void;
  /** Error of a sending that nobody had called. */
  readonly failure: unknown;
}

/** `onFailure` hears of an event that cannot be sent, where that shows later than `put`. */
export function outbox(send: (events: readonly unknown[]) => void, onFailure: (error: unknown) => void): Outbox {
  let waiting: unknown[] = [];
  let run = 0; // events in a row that lay ready
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
    put(event, milliseconds) {
      run = milliseconds < near ? run + 1 : 0;
      if (waiting.push(event) === 1 && run >= flow) void turn().then(later);
      if (run < flow || waiting.length >= most) flush();
    },
    flush,
    get failure() {
      return failure;
    },
  };
}
