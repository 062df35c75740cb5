// Steps that are queued on a trainer while the numbers of earlier ones are on their way. Knows no batch and no event.

import type { StepNumbers, Trainer } from "../runtime/trainer.ts";

/** `milliseconds`: since the steps before were done, or since it was asked for where that came later; of steps told together an equal part. */
export type Told<A> = A & StepNumbers & { readonly milliseconds: number };

/** Part of a trainer that says how its steps may be queued. */
type Pace = Pick<Trainer, "ahead" | "flush">;

interface Waiting<A> {
  readonly about: A;
  readonly asked: number;
  readonly found: Promise<StepNumbers>;
}

/** Steps whose numbers come back together. */
interface Group {
  readonly asked: number;
  readonly size: number;
  /** Steps of it that nobody has asked for. */
  left: number;
  milliseconds?: number;
}

/** Most steps whose numbers come back together: maps of memory are then a small part of a step's calls. */
const mostTogether = 8;
/** Most milliseconds that numbers are kept back, so that a screen moves and a divergence is seen. */
const longestHeld = 250;

/** A queue in the order of asking. `A`: facts about a step that are known beforehand. */
export class StepsAhead<A extends object> {
  readonly #pace: Pace;
  readonly #waiting: Waiting<A>[] = [];
  /** Groups in the order of asking; the last steps that wait may belong to none yet. */
  readonly #groups: Group[] = [];
  /** Steps at the end that belong to no group yet. */
  #held = 0;
  #done = 0;
  /** Milliseconds of the last steps that were told. */
  #recent: number[] = [];

  constructor(pace: Pace = { ahead: 0 }) {
    this.#pace = pace;
  }

  /** Steps whose numbers nobody has asked for. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Steps that may wait: so many as the trainer likes to have before it, beside those whose numbers come with a later one's. */
  get most(): number {
    return this.#pace.ahead + this.#together - 1;
  }

  /** Tells whether the next step's numbers may come back with those of a later step. */
  get holds(): boolean {
    if (this.#held + 1 >= this.#together) return false;
    const first = this.#waiting.at(-this.#held);
    return this.#held === 0 || performance.now() - (first as Waiting<A>).asked < longestHeld;
  }

  /** So many steps as take `longestHeld` at the pace of the slowest of the last ones; alone until one was told. */
  get #together(): number {
    if (!this.#pace.flush || this.#pace.ahead === 0 || this.#recent.length === 0) return 1;
    return Math.max(1, Math.min(mostTogether, Math.floor(longestHeld / Math.max(...this.#recent))));
  }

  /** `asked`: when work on the step began, by `performance.now`. `held`: its numbers come with those of a later step, or of a flush. */
  add(about: A, asked: number, found: Promise<StepNumbers>, held = false): void {
    found.catch(() => undefined); // told by `next`, or worth nothing after the failure of one before it
    this.#waiting.push({ about, asked, found });
    this.#held++;
    if (!held) this.#close();
  }

  /** Numbers of the first that waits; asks the trainer for them where they are held. Throws the step's error. */
  async next(): Promise<Told<A>> {
    if (this.#groups.length === 0 && this.#held > 0) {
      this.#close();
      this.#pace.flush?.().catch(() => undefined); // the step tells it too
    }
    const first = this.#waiting.shift();
    const group = this.#groups[0];
    if (!first || !group) throw new Error("no step is under way");
    const { loss, gradientNorm } = await first.found;
    const now = performance.now();
    group.milliseconds ??= (now - Math.max(group.asked, this.#done)) / group.size;
    this.#done = now;
    if (--group.left === 0) this.#groups.shift();
    this.#recent = [...this.#recent.slice(1 - mostTogether), group.milliseconds];
    return { ...first.about, loss, gradientNorm, milliseconds: group.milliseconds };
  }

  #close(): void {
    const { asked } = this.#waiting.at(-this.#held) as Waiting<A>;
    this.#groups.push({ asked, size: this.#held, left: this.#held });
    this.#held = 0;
  }
}
