// Turns of those who write graphs, over all tabs: one at a time, and the others wait. Knows no graph and no storage.

import { graphLock, type Turns } from "../base/locks.ts";
import type { RowProgress } from "../knowledge/row-progress.ts";

/** Told where another writes, before the wait. */
export interface Waiting {
  readonly type: "waiting";
}

/** Work on a whole graph: how far it is, and what came of it. */
export type CareEvent<T> = RowProgress | { readonly type: "done"; readonly result: T };

/** Work that takes its turn: whether it waits, that it begins, and then as above. */
export type TurnEvent<T> = Waiting | { readonly type: "begun" } | CareEvent<T>;

/** Works once nobody else writes. Without `turns` nobody else does. Errors: the work's, and an abort while it waits. */
export async function* inTurn<E>(
  turns: Turns | undefined,
  signal: AbortSignal,
  work: () => AsyncGenerator<E, void>,
): AsyncGenerator<E | Waiting, void> {
  let release = await turns?.ifFree(graphLock);
  if (turns && !release) {
    yield { type: "waiting" };
    release = await turns.wait(graphLock, signal);
  }
  try {
    yield* work();
  } finally {
    release?.();
  }
}

/** `inTurn` for short work that resolves to its result. */
export async function* doneInTurn<T>(
  turns: Turns | undefined,
  signal: AbortSignal,
  work: () => Promise<T>,
): AsyncGenerator<TurnEvent<T>, void> {
  yield* inTurn<TurnEvent<T>>(turns, signal, async function* () {
    yield { type: "begun" };
    yield { type: "done", result: await work() };
  });
}

/** `inTurn` for work that tells how far it is. */
export async function* toldInTurn<T>(
  turns: Turns | undefined,
  signal: AbortSignal,
  work: () => AsyncGenerator<RowProgress, T>,
): AsyncGenerator<TurnEvent<T>, void> {
  yield* inTurn<TurnEvent<T>>(turns, signal, async function* () {
    yield { type: "begun" };
    yield { type: "done", result: yield* work() };
  });
}
