// Draws k examples per label by seed (section 5.1: 5 per label).

import type { Rng } from "../base/rng.ts";
import type { Example } from "./example.ts";
import { labelsOf } from "./shapes.ts";
import type { ExampleOf, Task } from "./task.ts";

/** k examples for each label of the task, none twice, in the pool's order; undefined when some label has fewer than k. */
export function drawFewShot<T extends Task>(
  task: T,
  pool: readonly ExampleOf<T>[],
  k: number,
  stream: Rng,
): ExampleOf<T>[] | undefined {
  const chosen = new Set<number>();
  for (const label of task.labels) {
    const candidates = pool.map((_, i) => i).filter((i) => !chosen.has(i) && labelsOf(pool[i] as Example).includes(label.id));
    if (candidates.length < k) return undefined;
    for (const i of stream.fork(label.id).sample(candidates, k)) chosen.add(i);
  }
  return pool.filter((_, i) => chosen.has(i));
}
