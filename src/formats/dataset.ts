// A dataset: a task's few-shot examples, its validation set and its test set, as read from a folder of files.

import { ClinfuseError } from "../base/errors.ts";
import type { Rng } from "../base/rng.ts";
import type { Example } from "../tasks/example.ts";
import { drawFewShot, shotsWanted } from "../tasks/few-shot.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import { formatFor } from "./catalogue.ts";
import { overlapRemarks, questionOf, textKeysOf } from "./dataset-remarks.ts";
import { readable } from "./encodings.ts";
import type { Format, Rows, Tree } from "./format.ts";
import { listed } from "./reading/paths.ts";
import { unpacked } from "./unpack.ts";

export interface Dataset<E extends Example = Example> {
  readonly train: readonly E[]; // few-shot: 5 per label (section 5.1)
  readonly validation: readonly E[]; // as many (App. C)
  readonly test: readonly E[];
  /**
   * The folder's real training rows beyond these three, in an order drawn by seed: a share of them is a sample of the whole, whatever the file is sorted by.
   * Absent where it holds none.
   */
  readonly gold?: readonly E[];
  /** Remarks for the user on what was decided or found, a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * Reads a folder, or archives, in the format that the files look like, and makes the sets of a run of it.
 * Throws as `datasetOf`, and whatever the choice of the format and its reader throw.
 */
export async function readDataset<T extends Task>(task: T, picked: Tree, stream: Rng): Promise<Dataset<ExampleOf<T>>> {
  const { rows } = await readRows(task, picked);
  return datasetOf(task, rows, stream);
}

export interface ReadRows {
  readonly format: Format;
  readonly rows: Rows;
}

/** The rows of a folder or of archives, with a remark on the files that are no part of them. */
export async function readRows(task: Task, picked: Tree): Promise<ReadRows> {
  const { format, tree, passedOver } = await formatFor(await unpacked(picked), task);
  const { tree: texts, remarks } = await readable(tree);
  const rows = await format.read(texts, task);
  const [files, were] = passedOver.length === 1 ? ["file", "was"] : ["files", "were"];
  const told =
    passedOver.length === 0 ? [] : [`${passedOver.length} other ${files} ${were} passed over (${listed(passedOver)}).`];
  return { format, rows: { ...rows, remarks: [...rows.remarks, ...remarks, ...told] } };
}

/**
 * The sets of a run. A missing training or validation set is drawn (`shots` per label, by seed) from what else the folder holds and the test set does
 * not; at last from the test set itself, which then loses those rows and their copies. What is drawn shares no text with the other of the two sets
 * where that can be had. A missing test set is the rest of the rows that no set holds, or else of the validation or training set. Throws
 * `file-missing` and `not-enough-examples`.
 */
export function datasetOf<T extends Task>(task: T, { rows, names, remarks: told }: Rows, stream: Rng): Dataset<ExampleOf<T>> {
  const remarks = [...told];
  const of = (examples: readonly Example[] | undefined) => examples as readonly ExampleOf<T>[] | undefined;
  let test = of(rows.test);
  const rest = (["pool", "dev", "full"] as const).find((split) => rows[split] !== undefined);
  const restName = rest && names[rest];
  if (!test && rest && (rest !== "full" || !rows.train)) {
    test = of(rows[rest]) as readonly ExampleOf<T>[];
    remarks.push(`There is no test set: the rows of ${restName} that are not drawn for training and validation are it.`);
  } else if (!test) throw new ClinfuseError("file-missing", `the folder has no ${names.test}`, { file: names.test });

  const drawn = (split: "train" | "validation", taken: readonly ExampleOf<T>[]): readonly ExampleOf<T>[] => {
    const given = of(rows[split]);
    if (given) return given;
    const [name, stillTest] = [names[split], test ?? []];
    const tested = new Set(stillTest.map(questionOf));
    const outside = (["full", "dev", "pool"] as const)
      .flatMap((from) => of(rows[from]) ?? [])
      .filter((e) => !tested.has(questionOf(e)));
    const used = new Set(taken.map(questionOf));
    const pool = outside.filter((e) => !used.has(questionOf(e)));
    // A pair of the same question with the other label, as MQP has them, would tell of each training pair that it was learnt.
    const takenTexts = new Set(taken.flatMap(textKeysOf));
    const isApart = (e: Example) => !textKeysOf(e).some((key) => takenTexts.has(key));
    const passedOver = (from: readonly ExampleOf<T>[]) => alikeRemark(from, taken, isApart, otherOf[split]);
    const draw = (from: readonly ExampleOf<T>[]) => drawFewShot(task, from, stream.fork(name));
    const apart = draw(pool.filter(isApart));
    const apartFromTest = apart ? undefined : draw(stillTest.filter(isApart));
    const fromPool = apart ?? (apartFromTest ? undefined : draw(pool));
    if (fromPool) {
      const alike = fromPool === apart ? passedOver(outside) : "";
      remarks.push(
        `${name} is missing: ${fromPool.length} examples were drawn from the folder's rows outside the test set${alike}.`,
      );
      return fromPool;
    }
    const fromTest = apartFromTest ?? draw(stillTest);
    if (!fromTest) throw tooFew(task, name, `and the folder holds fewer than ${shotsWanted(task)}`);
    const gone = new Set(fromTest.map(questionOf));
    test = stillTest.filter((e) => !gone.has(questionOf(e)));
    if (test.length === 0)
      throw tooFew(task, name, "and the folder holds too few rows to draw it and still have a row to test on");
    const copies = stillTest.length - test.length - fromTest.length;
    const too = copies === 0 ? "" : `, with ${copies} ${copies === 1 ? "copy" : "copies"} of them`;
    const alike = fromTest === apartFromTest ? passedOver([...outside, ...stillTest]) : "";
    remarks.push(
      `${name} is missing: ${fromTest.length} examples were drawn from ${rows.test ? names.test : restName} and left out of the test set${too}${alike}.`,
    );
    return fromTest;
  };
  const train = drawn("train", of(rows.validation) ?? []);
  const validation = drawn("validation", train);
  const held = new Set([...train, ...validation, ...test].map(questionOf));
  const beyond = (of(rows.full) ?? []).filter((e) => !held.has(questionOf(e)));
  const gold = stream.fork("gold").sample(beyond, beyond.length);
  return {
    train,
    validation,
    test,
    ...(gold.length > 0 ? { gold } : {}),
    remarks: [...remarks, ...overlapRemarks(task, { train, validation, test })],
  };
}

const tooFew = (task: Task, file: string, why: string): ClinfuseError =>
  new ClinfuseError("not-enough-examples", `${file} is missing, ${why}`, { file, expected: task.shots.count });

const otherOf = { train: "the validation set", validation: "the training set" } as const;

/** Clause on the rows that were passed over because they share a text with the other set; empty where there are none. Rows of that set itself do not count. */
function alikeRemark<E extends Example>(
  from: readonly E[],
  taken: readonly E[],
  isApart: (e: E) => boolean,
  other: string,
): string {
  const own = new Set(taken);
  const count = new Set(from.filter((e) => !own.has(e) && !isApart(e)).map(questionOf)).size;
  const [rows, share, were] = count === 1 ? ["row", "shares", "was"] : ["rows", "share", "were"];
  return count === 0 ? "" : `; ${count} ${rows} that ${share} a text with ${other} ${were} passed over`;
}
