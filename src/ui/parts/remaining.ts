// Milliseconds that a counted activity still takes, at its own mean pace since it was first told. Pure; knows no clock.

/** Where an activity stood when it was first told. */
export interface Beginning {
  readonly activity: string;
  readonly done: number;
  readonly at: number; // milliseconds
}

export interface Told {
  readonly now: string;
  readonly done: number;
  readonly total: number;
  readonly at: number;
}

/** A shorter look would say a number that jumps. */
const leastMs = 3000;

/** Two tellings are of one activity if their words differ in numbers alone and the count does not go back. */
export function beginningOf(before: Beginning | undefined, { now, done, at }: Told): Beginning {
  const activity = now.replaceAll(/\p{N}+([.,]\p{N}+)*/gu, "#");
  return before?.activity === activity && done >= before.done ? before : { activity, done, at };
}

/** Undefined until the pace is known. */
export function remaining(begun: Beginning, { done, total, at }: Told): number | undefined {
  const elapsed = at - begun.at;
  if (done <= begun.done || elapsed < leastMs) return undefined;
  return (elapsed / (done - begun.done)) * Math.max(0, total - done);
}
