// Brings a model of WebLLM's own list into models/ and says what its hashes rest on. Knows no manifest file.

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { type PrebuiltModel, prebuiltModels } from "../src/engines/webllm-prebuilt.ts";
import { contentOf, gitId, type HubFile, listRepo } from "../src/models/hub-repo.ts";
import { contentAt, hubAccess, place } from "./hub-model.ts";
import { faultOf, fromHub, type OnBytes } from "./model-sources.ts";

export interface Brought {
  readonly model: PrebuiltModel;
  readonly folder: string;
  /** The commit of the weights' repository whose files these are. */
  readonly commit: string;
  /** The file whose content nobody stated: taken as it came. */
  readonly unstated: string;
}

/**
 * Downloads the weights' folder from the hub ($HF_ENDPOINT for a mirror) and the library from its address into `models/<id>/`. What is there
 * already, and right, is not fetched again. Throws an Error that says what cannot be had, or which file is not what the hub states.
 */
export async function bringPrebuilt(id: string, models: string, onBytes: OnBytes): Promise<Brought> {
  const model = prebuiltModels().find((prebuilt) => prebuilt.id === id);
  if (!model) throw new Error(`WebLLM's list has no model "${id}"; the app's Models page shows the list`);
  const repo = new URL(model.weights).pathname.replace(/^\/|\/$/g, "");
  const folder = join(models, id);
  const access = hubAccess();
  const listing = await listRepo({ repo, revision: "main" }, access);
  const files = listing.files.filter(({ name, bytes }) => !/\.md$/i.test(name) && bytes > 0);
  if (files.length === 0) throw new Error(`${repo} has no files on the hub`);
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    const target = join(folder, file.name);
    if (file.sha256 === undefined) {
      if (!(await isStated(target, file))) await place(target, await contentOf(listing, file, access));
      continue;
    }
    const large = { name: file.name, bytes: file.bytes, sha256: file.sha256 };
    const source = { kind: "hub", repo: listing.repo, revision: listing.commit } as const;
    if (await faultOf(target, large)) await fromHub(source, large, target, onBytes);
  }
  const library = new URL(model.library).pathname.split("/").at(-1) ?? "library.wasm";
  await bringLibrary(libraryAddress(model.library), join(folder, library));
  return { model, folder, commit: listing.commit, unstated: library };
}

async function isStated(target: string, { bytes, gitId: stated }: HubFile): Promise<boolean> {
  const content = contentAt(target);
  return content?.length === bytes && (await gitId(content)) === stated;
}

/** $CLINFUSE_LIBRARIES stands in for the host of the libraries: a mirror inside the user's walls. */
function libraryAddress(address: string): string {
  const mirror = process.env.CLINFUSE_LIBRARIES;
  return mirror ? `${mirror.replace(/\/$/, "")}/${address.split("/").at(-1)}` : address;
}

/** Keeps a file that is there already: its hash is taken from that. */
async function bringLibrary(url: string, target: string): Promise<void> {
  if (existsSync(target)) return;
  const response = await fetch(url).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`${new URL(url).host} cannot be reached (${cause})`);
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
  await place(target, new Uint8Array(await response.arrayBuffer()));
}
