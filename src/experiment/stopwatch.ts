// Milliseconds of a work over all its sittings. Knows no work.

export interface Stopwatch {
  /** Milliseconds so far, those of earlier sittings included. */
  (): number;
  /** Tells whether the time is to be stored again. Once true, it is false for a while. */
  due(): boolean;
  /** Counts milliseconds of a work that was done elsewhere. */
  add(milliseconds: number): void;
}

/** A kill loses so many milliseconds of the count at most. */
const keepEvery = 5000;

/** `before`: milliseconds of earlier sittings. */
export function stopwatch(before = 0): Stopwatch {
  const start = performance.now();
  let [kept, earlier] = [start, before];
  const soFar = () => Math.round(earlier + performance.now() - start);
  return Object.assign(soFar, {
    due() {
      if (performance.now() - kept < keepEvery) return false;
      kept = performance.now();
      return true;
    },
    add(milliseconds: number) {
      earlier += milliseconds;
    },
  });
}
