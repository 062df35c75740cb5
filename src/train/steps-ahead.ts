// Steps that are queued on a trainer while the numbers of earlier ones are on their way. Knows no batch and no event.

/** Result of a step, as a trainer gives it. */
interface Found {
  readonly loss: number;
  readonly gradientNorm: number;
}

/** `milliseconds`: since the step before it was done, or since it was asked for where that came later. */
export type Told<A> = A & Found & { readonly milliseconds: number };

/** A queue in the order of asking. `A`: facts about a step that are known beforehand. */
export class StepsAhead<A extends object> {
  readonly #waiting: { readonly about: A; readonly asked: number; readonly found: Promise<Found> }[] = [];
  #done = 0;

  /** Steps whose numbers nobody has asked for. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** `asked`: when work on the step began, by `performance.now`. */
  add(about: A, asked: number, found: Promise<Found>): void {
    found.catch(() => undefined); // told by `next`, or worth nothing after the failure of one before it
    this.#waiting.push({ about, asked, found });
  }

  /** Numbers of the first that waits. Throws the step's error. */
  async next(): Promise<Told<A>> {
    const first = this.#waiting.shift();
    if (!first) throw new Error("no step is under way");
    const { loss, gradientNorm } = await first.found;
    const now = performance.now();
    const milliseconds = now - Math.max(first.asked, this.#done);
    this.#done = now;
    return { ...first.about, loss, gradientNorm, milliseconds };
  }
}
