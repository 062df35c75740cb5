// One piece of long work as the page sees it: what happens now, how far, how long, stop, what went wrong. Knows no step.

import { isAbort } from "../../base/errors.ts";
import { type Beginning, beginningOf, remaining } from "./remaining.ts";

export class Work {
  running = $state(false);
  /** The user stopped it. */
  stopped = $state(false);
  /** Words for the moment, a short sentence. */
  now = $state("");
  /** In [0, 1]; undefined while there is nothing to measure. */
  progress = $state<number | undefined>();
  /** Milliseconds left, as far as can be told. */
  left = $state<number | undefined>();
  error = $state.raw<unknown>();
  #controller: AbortController | undefined;
  #startedAt = 0;
  #begun: Beginning | undefined;
  readonly #ended: (milliseconds: number) => void;

  /** `ended` is told how long each run took, however it ended. */
  constructor(ended: (milliseconds: number) => void = () => undefined) {
    this.#ended = ended;
  }

  /** Runs `task`, or does nothing when one is running. True when it came to its end. */
  async run(now: string, task: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    if (this.running) return false;
    const controller = new AbortController();
    this.#controller = controller;
    this.#startedAt = performance.now();
    this.running = true;
    this.stopped = false;
    this.error = undefined;
    this.#begun = undefined;
    this.tell(now);
    try {
      await task(controller.signal);
      return true;
    } catch (error) {
      if (isAbort(error) || controller.signal.aborted) this.stopped = true;
      else this.error = error;
      return false;
    } finally {
      this.#ended(this.elapsed);
      this.running = false;
      this.left = undefined;
      this.progress = undefined;
    }
  }

  /** `left` in milliseconds, where the caller knows better than the activity's own pace. */
  tell(now: string, done?: number, total?: number, left?: number): void {
    this.now = now;
    this.progress = done === undefined || !total ? undefined : Math.min(1, done / total);
    this.left = left ?? this.#paced(now, done, total);
  }

  #paced(now: string, done?: number, total?: number): number | undefined {
    if (done === undefined || !total) return undefined;
    const told = { now, done, total, at: performance.now() };
    this.#begun = beginningOf(this.#begun, told);
    return remaining(this.#begun, told);
  }

  /** Milliseconds since the work began; not reactive. */
  get elapsed(): number {
    return performance.now() - this.#startedAt;
  }

  stop = (): void => this.#controller?.abort();

  dismiss = (): void => {
    this.error = undefined;
  };
}
