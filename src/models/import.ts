// Model files that the user has, in a folder, a zip or loose: matched with a model that the manifest knows, or taken as a new one whose hashes are pinned from then on.

import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { readZip } from "../formats/zip.ts";
import type { ModelStore } from "./kept.ts";
import { isSafeName, type Manifest, type ModelEntry, type ModelFile, parseEntry } from "./manifest.ts";
import { entryOfFiles } from "./model-entry.ts";
import { hashStream, verifying } from "./verify.ts";

/** What was picked: loose files or a folder's, with their paths; or one zip. */
export interface Picked {
  readonly name: string; // of the folder, the zip, or the first file
  readonly files: readonly { readonly path: string; readonly file: File }[];
}

export interface ImportOptions {
  readonly signal: AbortSignal;
  readonly onBytes: (what: string, done: number, total: number) => void;
}

export interface Imported {
  readonly id: string;
  readonly name: string;
  /** The manifest vouches for it; else its hashes were taken down just now. */
  readonly vouched: boolean;
  /** Files of it that are still missing. */
  readonly missing: readonly string[];
}

interface Content {
  readonly name: string;
  readonly bytes: number;
  stream(): ReadableStream<Uint8Array>;
}

const limits = { entries: 2000, bytes: 200e9 };
/** A file beside the model: its description, its licence, what a system left. */
const notTheModel = /^(\.|README|LICEN[SC]E|NOTICE)|\.md$/i;
const mostText = 64e6; // of a config or a list, which is read whole

/**
 * Stores the files, each hashed on its way. A file of a model that the manifest knows must be the manifest's. Throws `model-altered`,
 * `model-truncated`, `model-unsupported`, `file-missing`, `file-malformed`, `file-too-large`, `quota-exceeded`, `aborted`; nothing of a new
 * model stays then.
 */
export async function importModel(
  picked: Picked,
  manifest: Manifest,
  store: ModelStore,
  options: ImportOptions,
): Promise<Imported> {
  const contents = await contentsOf(picked);
  const known = knownEntry(picked, contents, manifest);
  return known ? importKnown(known, contents, store, options) : importNew(idOf(picked), contents, store, options);
}

async function contentsOf(picked: Picked): Promise<readonly Content[]> {
  const [only] = picked.files;
  const found =
    picked.files.length === 1 && only && /\.zip$/i.test(only.path)
      ? await readZip(only.file, only.path, limits)
      : picked.files.map(({ path, file }) => ({
          path,
          bytes: file.size,
          stream: () => file.stream() as ReadableStream<Uint8Array>,
        }));
  const inside = topFolder(found.map((entry) => entry.path));
  const contents = found
    .filter(({ path }) => path.startsWith(inside) && !path.slice(inside.length).includes("/"))
    .map(({ path, bytes, stream }) => ({ name: path.slice(inside.length), bytes, stream }))
    .filter(({ name, bytes }) => !notTheModel.test(name) && bytes > 0);
  if (contents.length === 0)
    throw new ClinfuseError("file-empty", `${picked.name} holds no files of a model`, { file: picked.name });
  const strange = contents.find(({ name }) => !isSafeName(name));
  if (strange) {
    const sentence = `${JSON.stringify(strange.name)} cannot be a model file's name: letters, digits, dots and dashes alone`;
    throw new ClinfuseError("file-malformed", sentence, { file: strange.name, what: sentence });
  }
  return contents;
}

/** The one folder that holds all the rest, with its slash, or nothing. What a system adds beside it does not count. */
function topFolder(paths: readonly string[]): string {
  const tops = new Set(
    paths.filter((path) => !/^(__MACOSX\/|\.)/.test(path)).map((path) => path.slice(0, path.indexOf("/") + 1)),
  );
  const [top = ""] = tops;
  return tops.size === 1 ? top : "";
}

function idOf({ name }: Picked): string {
  const id = name
    .replace(/\.(zip|gguf)$/i, "")
    .replace(/[^\w.-]+/g, "-")
    .replace(/^[.-]+/, "");
  return id === "" ? "imported-model" : id;
}

/** The entry of the folder's name, else the one of which every picked file could be a file by name and size. */
function knownEntry(picked: Picked, contents: readonly Content[], { models }: Manifest): ModelEntry | undefined {
  const isOf = (entry: ModelEntry) => (content: Content) =>
    entry.files.some((file) => file.name === content.name && file.bytes === content.bytes);
  return models.find((entry) => entry.id === idOf(picked)) ?? models.find((entry) => contents.every(isOf(entry)));
}

async function importKnown(
  entry: ModelEntry,
  contents: readonly Content[],
  store: ModelStore,
  options: ImportOptions,
): Promise<Imported> {
  const ours = entry.files.flatMap((file) => {
    const content = contents.find(({ name }) => name === file.name);
    return content ? [{ file, content }] : [];
  });
  if (ours.length === 0) {
    const sentence = `${entry.name} has the files ${entry.files.map((file) => file.name).join(", ")}, and none of these was given`;
    throw new ClinfuseError("file-missing", sentence, { file: entry.files[0]?.name ?? entry.id });
  }
  const total = ours.reduce((sum, { file }) => sum + file.bytes, 0);
  let before = 0;
  for (const { file, content } of ours) {
    const onBytes = (done: number) => options.onBytes(`Checking and storing ${file.name}`, before + done, total);
    await store.write(entry.id, file.name, content.stream().pipeThrough(verifying(entry, file, onBytes)), options.signal);
    before += file.bytes;
  }
  const whole = (await store.stored()).get(entry.id)?.whole;
  const missing = entry.files.filter((file) => whole?.get(file.name) !== file.bytes).map((file) => file.name);
  return { id: entry.id, name: entry.name, vouched: true, missing };
}

async function importNew(id: string, contents: readonly Content[], store: ModelStore, options: ImportOptions): Promise<Imported> {
  const total = 2 * contents.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  const files: ModelFile[] = [];
  for (const { name, bytes, stream } of contents) {
    const sha256 = await hashStream(stream(), options.signal, (done) => options.onBytes(`Hashing ${name}`, before + done, total));
    files.push({ name, bytes, sha256 });
    before += bytes;
  }
  const text = async (name: string) => {
    const content = contents.find((c) => c.name === name);
    if (!content) throw new Error(`importNew: asked for ${name}, which was not picked`);
    if (content.bytes > mostText)
      throw new ClinfuseError("file-too-large", `${name} is too large to be a list`, {
        file: name,
        got: content.bytes,
        expected: mostText,
      });
    return new Response(content.stream()).text();
  };
  const stated = async (model: string) => (await import("../engines/webllm-prebuilt.ts")).prebuiltNeeds(model);
  const read = await entryOfFiles(id, files, { text, stated });
  const entry = parseEntry(JSON.stringify({ ...read, licence: "not stated" }), id);
  try {
    for (const [i, file] of entry.files.entries()) {
      throwIfAborted(options.signal);
      const onBytes = (done: number) => options.onBytes(`Storing ${file.name}`, before + done, total);
      const stream = (contents[i] as Content).stream().pipeThrough(verifying(entry, file, onBytes));
      await store.write(id, file.name, stream, options.signal);
      before += file.bytes;
    }
    await store.putEntry(id, JSON.stringify(entry)); // last: without it there is no model
  } catch (error) {
    await store.delete(id).catch(() => undefined);
    throw error;
  }
  return { id, name: entry.name, vouched: false, missing: [] };
}
