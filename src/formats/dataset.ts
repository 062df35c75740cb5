// A dataset: a task's few-shot examples, its validation set and its test set, as read from a folder of files.

import { ClinfuseError } from "../base/errors.ts";
import type { Rng } from "../base/rng.ts";
import type { Example } from "../tasks/example.ts";
import { drawFewShot, shotsWanted } from "../tasks/few-shot.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import { formatOf } from "./catalogue.ts";
import { overlapRemarks, questionOf } from "./dataset-remarks.ts";
import type { Tree } from "./format.ts";

export interface Dataset<E extends Example = Example> {
  readonly train: readonly E[]; // few-shot: 5 per label (section 5.1)
  readonly validation: readonly E[]; // as many (App. C)
  readonly test: readonly E[];
  /** The folder's real training rows beyond these three, as they are; absent where it holds none. */
  readonly gold?: readonly E[];
  /** Remarks for the user on what was decided or found, a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * Reads a folder in the format that it looks like. A missing training or validation set is drawn (`shots` per label, by seed) from what else the
 * folder holds and the test set does not; at last from the test set itself, which then loses those rows. Throws `file-missing`,
 * `not-enough-examples`, and whatever the format throws.
 */
export async function readDataset<T extends Task>(task: T, tree: Tree, stream: Rng): Promise<Dataset<ExampleOf<T>>> {
  const format = await formatOf(tree);
  const { rows, names, remarks: told } = await format.read(tree, task);
  const remarks = [...told];
  const of = (examples: readonly Example[] | undefined) => examples as readonly ExampleOf<T>[] | undefined;
  let test = of(rows.test);
  if (!test) throw new ClinfuseError("file-missing", `the folder has no ${names.test}`, { file: names.test });

  const drawn = (split: "train" | "validation", taken: readonly ExampleOf<T>[]): readonly ExampleOf<T>[] => {
    const given = of(rows[split]);
    if (given) return given;
    const [name, stillTest] = [names[split], test ?? []];
    const used = new Set([...taken, ...stillTest].map(questionOf));
    const pool = [...(of(rows.full) ?? []), ...(of(rows.pool) ?? [])].filter((e) => !used.has(questionOf(e)));
    const fromPool = drawFewShot(task, pool, stream.fork(name));
    if (fromPool) {
      remarks.push(`${name} is missing: ${fromPool.length} examples were drawn from the folder's rows outside the test set.`);
      return fromPool;
    }
    const fromTest = drawFewShot(task, stillTest, stream.fork(name));
    if (!fromTest) {
      throw new ClinfuseError("not-enough-examples", `${name} is missing and the folder holds fewer than ${shotsWanted(task)}`, {
        file: name,
        expected: task.shots.count,
      });
    }
    const gone = new Set<ExampleOf<T>>(fromTest);
    test = stillTest.filter((e) => !gone.has(e));
    remarks.push(`${name} is missing: ${fromTest.length} examples were drawn from ${names.test} and left out of the test set.`);
    return fromTest;
  };
  const train = drawn("train", []);
  const validation = drawn("validation", train);
  const held = new Set([...train, ...validation, ...test].map(questionOf));
  const gold = (of(rows.full) ?? []).filter((e) => !held.has(questionOf(e)));
  return {
    train,
    validation,
    test,
    ...(gold.length > 0 ? { gold } : {}),
    remarks: [...remarks, ...overlapRemarks(task, { train, validation, test })],
  };
}
