// Rate of bytes over the last seconds, and the time that the rest will take. Pure; knows no clock.

export interface Rate {
  /** The latest last; milliseconds and bytes. */
  readonly seen: readonly (readonly [at: number, bytes: number])[];
  /** Undefined until there is something to measure. */
  readonly perSecond: number | undefined;
}

/** So long that a burst does not show, so short that a change does. */
const windowMs = 5_000;
const leastMs = 500;

export const rateInit: Rate = { seen: [], perSecond: undefined };

export function rateUpdate({ seen }: Rate, at: number, bytes: number): Rate {
  // Bytes that go back belong to another file, or begin anew.
  const back = (seen.at(-1)?.[1] ?? 0) > bytes;
  const kept = back ? [] : seen.filter(([then]) => at - then <= windowMs);
  const [first] = kept;
  const elapsed = first ? at - first[0] : 0;
  return {
    seen: [...kept, [at, bytes]],
    perSecond: first && elapsed >= leastMs ? ((bytes - first[1]) / elapsed) * 1000 : undefined,
  };
}
