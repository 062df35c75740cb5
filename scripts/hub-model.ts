// Brings a model of the Hugging Face hub into models/ by its repository's name, with what the hub states of it. Knows no manifest file.

import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hubModel } from "../src/models/hub-model.ts";
import type { HubAccess } from "../src/models/hub-repo.ts";
import type { ModelEntry } from "../src/models/manifest.ts";
import { faultOf, fromHub, hubEndpoint, type OnBytes } from "./model-sources.ts";

export interface BroughtFromHub {
  readonly entry: ModelEntry;
  readonly folder: string;
}

const answerMs = 60_000; // a list or a small file that takes longer does not come

/** The hub, or its mirror at $HF_ENDPOINT. */
export function hubAccess(): HubAccess {
  const ask: HubAccess["ask"] = (url, { signal }) =>
    fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) });
  return { ask, hub: hubEndpoint(), signal: new AbortController().signal };
}

/**
 * Downloads what a repository's model needs into `models/<id>/`. What is there already, and right, is not fetched again; a large file goes on where
 * it stopped. `known` are the models that there are. Throws an Error that says what cannot be had, or which file is not what the hub states.
 */
export async function bringFromHub(
  text: string,
  models: string,
  known: readonly ModelEntry[],
  onBytes: OnBytes,
): Promise<BroughtFromHub> {
  const { entry, contents } = await hubModel(text, { ...hubAccess(), known });
  const folder = join(models, entry.id);
  const source = entry.sources.find((s) => s.kind === "hub");
  if (!source) throw new Error(`${entry.id} names no address on the hub`);
  for (const file of entry.files) {
    const target = join(folder, file.name);
    if (!(await faultOf(target, file))) continue;
    const content = contents.get(file.name);
    if (content) await place(target, content);
    else await fromHub(source, file, target, onBytes);
  }
  return { entry, folder };
}

/** A small file, whole or not at all. */
export async function place(target: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await writeFile(`${target}.new`, content);
  await rename(`${target}.new`, target);
  await rm(`${target}.part`, { force: true });
}

/** Content of the file at a path; undefined where there is none. */
export const contentAt = (path: string): Uint8Array | undefined => (existsSync(path) ? readFileSync(path) : undefined);
