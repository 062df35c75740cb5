// A folder's manifest entry, so that a model is added in a minute: npm run models -- --describe FOLDER. Knows no network.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type ModelEntry, type ModelFile, parseEntry } from "../src/models/manifest.ts";
import { entryOfFiles } from "../src/models/model-entry.ts";
import { checkPath } from "./check-models.ts";
import { sha256OfFile } from "./model-sources.ts";

export interface Described {
  readonly entry: ModelEntry;
  /** Fields that the reader must still fill in or look at. */
  readonly remarks: readonly string[];
}

/** Files that a model's folder holds besides the model. */
const notTheModel = /^(\.|README|LICENSE|LICENCE|NOTICE)|\.(md|part|new)$/i;

/**
 * The entry of the files at the top of a folder: id and name are the folder's, sizes and SHA-256 are computed, and for MLC's layout every
 * file that the model's own lists name must be there. Throws an Error that says what is wrong.
 */
export async function describeModel(folder: string): Promise<Described> {
  const path = resolve(folder);
  const id = basename(path);
  const names = readdirSync(path)
    .filter((name) => !notTheModel.test(name) && statSync(join(path, name)).isFile() && statSync(join(path, name)).size > 0)
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (names.length === 0) throw new Error(`${folder} holds no files of a model`);
  const files: ModelFile[] = [];
  for (const name of names) {
    files.push({ name, bytes: statSync(join(path, name)).size, sha256: await sha256OfFile(join(path, name)) });
  }
  const read = await entryOfFiles(id, files, {
    text: async (name) => readFileSync(join(path, name), "utf8"),
    stated: async (model) => (await import("../src/engines/webllm-prebuilt.ts")).prebuiltNeeds(model),
  });
  const entry = parseEntry(JSON.stringify(read), folder);
  const remarks = ['"licence" is an SPDX id, "homepage" where the model is described: fill them in'];
  if (entry.mlc && entry.mlc.memoryMegabytes === undefined)
    remarks.push("WebLLM's prebuilt list has no model of this id, so the memory is estimated from the shards");
  const { ok, why, remarks: seen } = await checkPath(folder);
  return { entry, remarks: [...remarks, ...(ok ? seen : [`the app will refuse these files: ${why}`])] };
}
