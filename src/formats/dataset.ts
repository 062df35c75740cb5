// A dataset: a task's few-shot examples, its validation set and its test set, as read from a folder of files.

import { ClinfuseError } from "../base/errors.ts";
import type { Rng } from "../base/rng.ts";
import type { Example } from "../tasks/example.ts";
import { drawFewShot } from "../tasks/few-shot.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import { readJsonl, readLabels } from "./clingen.ts";

export interface Dataset<E extends Example = Example> {
  readonly train: readonly E[]; // few-shot: 5 per label (section 5.1)
  readonly validation: readonly E[]; // as many (App. C)
  readonly test: readonly E[];
  /** What was decided on the way, a sentence each, for the user to read. */
  readonly remarks: readonly string[];
}

/** A folder's text files by name, already in memory. */
export type Folder = ReadonlyMap<string, string>;

/**
 * Reads ClinGen's folder: train_few.jsonl, dev_few.jsonl, test.jsonl and label.txt. Where train_few or dev_few is missing it is
 * drawn (5 per label, by seed) from what else the folder holds and the test set does not: train, dev and all; at last from the
 * test set itself, which then loses those rows. Throws `file-missing`, and whatever readJsonl throws.
 */
export function readDataset<T extends Task>(task: T, folder: Folder, stream: Rng, perLabel = 5): Dataset<ExampleOf<T>> {
  const labels = folder.get("label.txt");
  const labelIds = labels === undefined ? task.labels.map((l) => l.id) : readLabels(task, labels);
  const read = (name: string): ExampleOf<T>[] | undefined => {
    const text = folder.get(name);
    return text === undefined ? undefined : readJsonl(task, text, { file: name, labelIds });
  };
  const remarks: string[] = [];
  let test = read("test.jsonl");
  if (!test) throw new ClinfuseError("file-missing", "the folder has no test.jsonl", { file: "test.jsonl" });

  const spare = [read("train.jsonl"), read("dev.jsonl"), read("all.jsonl")].flatMap((rows) => rows ?? []);
  const drawn = (name: "train_few.jsonl" | "dev_few.jsonl", taken: readonly ExampleOf<T>[]): readonly ExampleOf<T>[] => {
    const given = read(name);
    if (given) return given;
    const used = new Set([...taken, ...(test ?? [])].map((e) => JSON.stringify(e)));
    const pool = spare.filter((e) => !used.has(JSON.stringify(e)));
    const fromSpare = drawFewShot(task, pool, perLabel, stream.fork(name));
    if (fromSpare) {
      remarks.push(`${name} is missing: ${fromSpare.length} examples were drawn from the folder's rows outside the test set.`);
      return fromSpare;
    }
    const fromTest = drawFewShot(task, test ?? [], perLabel, stream.fork(name));
    if (!fromTest) {
      throw new ClinfuseError(
        "not-enough-examples",
        `${name} is missing and the folder holds fewer than ${perLabel} examples of some label`,
        {
          file: name,
          expected: perLabel,
        },
      );
    }
    const gone = new Set<ExampleOf<T>>(fromTest);
    test = (test ?? []).filter((e) => !gone.has(e));
    remarks.push(`${name} is missing: ${fromTest.length} examples were drawn from test.jsonl and left out of the test set.`);
    return fromTest;
  };
  const train = drawn("train_few.jsonl", []);
  const validation = drawn("dev_few.jsonl", train);
  return { train, validation, test, remarks };
}
