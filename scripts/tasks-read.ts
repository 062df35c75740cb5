// Files of a data set in ClinGen's format, read for a task as the app reads them. Changes nothing.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ClinfuseError } from "../src/base/errors.ts";
import { rng } from "../src/base/rng.ts";
import { readDataset } from "../src/formats/dataset.ts";
import { taskById } from "../src/tasks/catalogue.ts";

/** Never throws for what is wrong with the files or with their names. */
export async function readTask(id: string, paths: readonly string[]): Promise<object> {
  try {
    const task = taskById(id);
    const files = paths.flatMap((path) =>
      readdirSync(path).map((name) => [name, new Blob([readFileSync(join(path, name))])] as const),
    );
    const { train, validation, test, remarks } = await readDataset(task, new Map(files), rng("dataset", 1));
    return { task: id, train: train.length, dev: validation.length, test: test.length, remarks };
  } catch (error) {
    if (!(error instanceof ClinfuseError)) throw error;
    return {
      error: { code: error.code, message: error.message, file: error.place.file ?? null, line: error.place.line ?? null },
    };
  }
}
