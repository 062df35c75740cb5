// Brings a model of WebLLM's own list into models/ and says what its hashes rest on. Knows no manifest file.

import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { type PrebuiltModel, prebuiltModels } from "../src/engines/webllm-prebuilt.ts";
import { faultOf, fromHub, type OnBytes } from "./model-sources.ts";

/** What the hub's listing says of a file. Large ones are stored apart (LFS), by their SHA-256; of small ones it states none. */
interface Listed {
  readonly path: string;
  readonly size: number;
  readonly sha256: string | undefined;
}

/** Small files of which the hub states no hash; a config or a list of tensors is far below. */
const mostUnstated = 64e6;

export interface Brought {
  readonly model: PrebuiltModel;
  readonly folder: string;
  /** Files whose SHA-256 nobody stated: taken as they came. */
  readonly unstated: readonly string[];
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
  await mkdir(folder, { recursive: true });
  const listed = await listing(repo);
  const unstated: string[] = [];
  for (const { path, size, sha256 } of listed) {
    const target = join(folder, path);
    if (sha256 === undefined) {
      if (size > mostUnstated) throw new Error(`${repo}: ${path} has ${size} bytes, and the hub states no SHA-256 of it`);
      await bring(`${hub()}/${repo}/resolve/main/${path}`, target, size);
      unstated.push(path);
      continue;
    }
    const file = { name: path, bytes: size, sha256 };
    if (await faultOf(target, file)) await fromHub({ kind: "hub", repo, revision: "main" }, file, target, onBytes);
  }
  const library = new URL(model.library).pathname.split("/").at(-1) ?? "library.wasm";
  await bring(libraryAddress(model.library), join(folder, library));
  return { model, folder, unstated: [...unstated, library] };
}

const hub = () => (process.env.HF_ENDPOINT ?? "https://huggingface.co").replace(/\/$/, "");

/** $CLINFUSE_LIBRARIES stands in for the host of the libraries: a mirror inside the user's walls. */
function libraryAddress(address: string): string {
  const mirror = process.env.CLINFUSE_LIBRARIES;
  return mirror ? `${mirror.replace(/\/$/, "")}/${address.split("/").at(-1)}` : address;
}

async function listing(repo: string): Promise<readonly Listed[]> {
  const url = `${hub()}/api/models/${repo}/tree/main`;
  const data: unknown = await (await ask(url)).json();
  if (!Array.isArray(data)) throw new Error(`${url} gave no list of files`);
  const files = data.filter(
    (entry) => entry?.type === "file" && /^(?!\.)[\w.-]+$/.test(entry.path) && !/\.md$/i.test(entry.path),
  );
  if (files.length === 0) throw new Error(`${url} lists no files`);
  return files.map(({ path, size, lfs }) => ({ path, size, sha256: typeof lfs?.oid === "string" ? lfs.oid : undefined }));
}

async function ask(url: string): Promise<Response> {
  const response = await fetch(url).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`${new URL(url).host} cannot be reached (${cause})`);
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
  return response;
}

/** A small file, whole or not at all. */
async function bring(url: string, target: string, bytes?: number): Promise<void> {
  if (existsSync(target)) return; // its hash is taken down from what is there
  const content = new Uint8Array(await (await ask(url)).arrayBuffer());
  if (bytes !== undefined && content.length !== bytes) throw new Error(`${url} gave ${content.length} bytes, expected ${bytes}`);
  await writeFile(`${target}.new`, content);
  await rename(`${target}.new`, target);
  await rm(`${target}.part`, { force: true });
}
