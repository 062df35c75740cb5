// Draws a task's few-shot examples by seed (section 5.1: 5 per label).

import type { Rng } from "../base/rng.ts";
import type { Example } from "./example.ts";
import type { TaskExamples } from "./example-rows.ts";
import { labelsOf } from "./shapes.ts";
import type { ExampleOf, Shots, Task } from "./task.ts";

export const fivePerLabel: Shots = { count: 5, per: "label" };
export const fiveInAll: Shots = { count: 5, per: "task" };

interface ShotRow {
  /** Positions of the pool that are drawn; undefined where it does not suffice. */
  draw(task: Task, pool: readonly Example[], stream: Rng): ReadonlySet<number> | undefined;
  /** Whether a set has too few examples of this one's kind. */
  isShort(set: readonly Example[], example: Example, count: number): boolean;
  /** Words for what the pool lacks, after "fewer than". */
  wanted(count: number): string;
}

const rows: Readonly<Record<Shots["per"], ShotRow>> = {
  label: {
    draw({ labels, shots: { count } }, pool, stream) {
      const chosen = new Set<number>();
      for (const { id } of labels) {
        const candidates = pool.map((_, i) => i).filter((i) => !chosen.has(i) && labelsOf(pool[i] as Example).includes(id));
        if (candidates.length < count) return undefined;
        for (const i of stream.fork(id).sample(candidates, count)) chosen.add(i);
      }
      return chosen;
    },
    isShort: (set, example, count) =>
      labelsOf(example).some((id) => set.filter((other) => labelsOf(other).includes(id)).length < count),
    wanted: (count) => `${count} examples of some label`,
  },
  task: {
    /** An example without labels would demonstrate nothing. */
    draw({ shots: { count } }, pool, stream) {
      const candidates = pool.map((_, i) => i).filter((i) => labelsOf(pool[i] as Example).length > 0);
      return candidates.length < count ? undefined : new Set(stream.fork("in all").sample(candidates, count));
    },
    isShort: (set, _, count) => set.length < count,
    wanted: (count) => `${count} examples that carry any label`,
  },
};

/** The task's shots, none twice, in the pool's order; undefined where the pool does not suffice. */
export function drawFewShot<T extends Task>(task: T, pool: readonly ExampleOf<T>[], stream: Rng): ExampleOf<T>[] | undefined {
  const chosen = rows[task.shots.per].draw(task, pool, stream);
  return chosen && pool.filter((_, i) => chosen.has(i));
}

/** Words for what an insufficient pool has too few of. */
export const shotsWanted = ({ shots }: Task): string => rows[shots.per].wanted(shots.count);

/** The set that an example serves most: to train on until that has its shots, then to validate, then to test. */
export const setWanting = ({ per, count }: Shots, sets: TaskExamples, example: Example): keyof TaskExamples =>
  (["train", "validation"] as const).find((set) => rows[per].isShort(sets[set], example, count)) ?? "test";
