// The file of `npm run experiment` and the data that it names, read before anything is fetched or built: every fault has its code and its file.

import { existsSync, readFileSync, statSync } from "node:fs";
import { ClinfuseError } from "../src/base/errors.ts";
import { FieldError } from "../src/base/json-field.ts";
import { rng } from "../src/base/rng.ts";
import { decodeUtf8 } from "../src/base/utf8.ts";
import { type Dataset, readDataset } from "../src/formats/dataset.ts";
import { treeOf } from "../src/formats/folder-files.ts";
import { ownDataset } from "../src/formats/own-dataset.ts";
import { placedJson } from "../src/formats/reading/json-places.ts";
import { needs, sourceOf } from "../src/generate/sources.ts";
import type { HeadlessData } from "../src/headless.ts";
import type { Manifest } from "../src/models/manifest.ts";
import { taskOf } from "../src/tasks/catalogue.ts";
import type { Task } from "../src/tasks/task.ts";
import { type ExperimentFile, type FileCell, readExperimentFile } from "./experiment-file.ts";

/** Throws a ClinfuseError with the file, and the line where one is at fault. */
export function readExperiment(path: string, manifest: Manifest): ExperimentFile {
  if (!existsSync(path)) throw new ClinfuseError("file-missing", `there is no file ${path}`, { file: path });
  if (!statSync(path).isFile())
    throw new ClinfuseError("file-malformed", `${path} is a folder: name the file of the experiment`, { file: path });
  const text = decodeUtf8(readFileSync(path), path);
  placedJson(text, path); // names the line where it is no JSON
  try {
    return readExperimentFile(text, path, manifest);
  } catch (error) {
    if (!(error instanceof FieldError) && (error as Error | undefined)?.constructor !== Error) throw error;
    const { message } = error as Error;
    throw new ClinfuseError("file-malformed", message, { file: path, what: message }, { cause: error });
  }
}

/**
 * Reads the data of every cell once, as the page will. `tell` gets each fault in words; throws the first. Resolves to what the readers decided on
 * the way: an encoding, rows that were left out.
 */
export async function checkData(
  cells: readonly Pick<FileCell, "config" | "data" | "seeds">[],
  tell: (line: string) => void,
): Promise<readonly string[]> {
  const faults: ClinfuseError[] = [];
  const read = new Map<HeadlessData, Dataset | undefined>();
  const told = new Set<HeadlessData>();
  for (const { config, data, seeds } of cells) {
    const task = taskOf(config.task);
    const refuse = (error: ClinfuseError) => {
      faults.push(error);
      tell(error.message);
    };
    try {
      if (!read.has(data) && !isSample(data)) read.set(data, await datasetIn(task, data, seeds.data));
    } catch (error) {
      if (!(error instanceof ClinfuseError)) throw error;
      read.set(data, undefined);
      refuse(named(task, data.source, error));
    }
    const dataset = read.get(data);
    if (!needs(config.source, "gold") || told.has(data) || (dataset ? (dataset.gold?.length ?? 0) > 0 : !isSample(data)))
      continue;
    told.add(data);
    const where = isSample(data) ? ": the sample has none, give the task its corpus" : "";
    const what = `${sourceOf(config.source).name} takes training rows beyond the few-shot set, and there are none${where}`;
    refuse(named(task, data.source, new ClinfuseError("not-enough-examples", what)));
  }
  if (faults[0]) throw faults[0];
  const remarks = cells.flatMap(({ config, data }) =>
    (read.get(data)?.remarks ?? []).map((remark) => `${taskOf(config.task).name} (${data.source}): ${remark}`),
  );
  return [...new Set(remarks)];
}

/** Rows that ship, which the page reads: a few-shot, a validation and a test set. */
const isSample = ({ folder, own }: HeadlessData): boolean => !folder && !own;

async function datasetIn(task: Task, { folder, own }: HeadlessData, seed: number): Promise<Dataset> {
  if (folder) return readDataset(task, treeOf(folder), rng("dataset", seed));
  if (own) return ownDataset(task, own);
  throw new Error("datasetIn: a sample is the page's");
}

/** Files of several folders have the same names: the folder, or the file that was named in its place, stands before. */
function named(task: Task, source: string, { code, message, place }: ClinfuseError): ClinfuseError {
  const file = place.file === undefined || place.file === source ? source : `${source}/${place.file}`;
  return new ClinfuseError(code, `the data of ${task.name} (${source}): ${message}`, { ...place, file });
}
