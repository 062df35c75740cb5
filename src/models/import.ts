// Model files that the user has, taken into this browser: a model's identity is its content. What a manifest vouches for is held to its hashes, anything else is a model of its own.

import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { withRemedy } from "./inspect/refusal.ts";
import { type Inspected, inspectFolder, type Picked, type PickedFile, type PickedFolder, pickedFolders } from "./inspect.ts";
import type { ModelStore } from "./kept.ts";
import type { Manifest, ModelEntry, ModelFile } from "./manifest.ts";
import { parseEntry } from "./manifest.ts";
import { entryOfFiles, type StatedNeeds } from "./model-entry.ts";
import { readText } from "./model-folder.ts";
import { freeId, slug } from "./names.ts";
import { hashStream, verifying } from "./verify.ts";

export type { Picked };

export interface ImportPorts {
  readonly store: ModelStore;
  /** Statement of WebLLM's own list on a model. */
  stated(id: string): Promise<StatedNeeds | undefined>;
}

export interface ImportOptions {
  readonly signal: AbortSignal;
  readonly onBytes: (what: string, done: number, total: number) => void;
}

export interface Imported {
  readonly id: string;
  readonly name: string;
  /** A manifest, or the hub, vouches for it; else its hashes were taken down just now. */
  readonly vouched: boolean;
  /** The same content was here before. */
  readonly wasHere: boolean;
  /** Files of it that are still missing. */
  readonly missing: readonly string[];
  /** Remarks for the user, a sentence each. */
  readonly remarks: readonly string[];
}

interface Work extends ImportPorts, ImportOptions {
  /** Models that there are; those imported by this pick join them. */
  known: readonly ModelEntry[];
  readonly hashes: Map<Blob, string>;
}

/**
 * Stores every model of the pick that can be read. Files of a model that `manifest` vouches for must be its files. Throws `model-altered`,
 * `model-truncated`, `model-unsupported`, `file-missing`, `file-malformed`, `file-empty`, `file-too-large`, `quota-exceeded`, `aborted`; a new
 * model is stored whole or not at all.
 */
export async function importModels(
  picked: Picked,
  manifest: Manifest,
  ports: ImportPorts,
  options: ImportOptions,
): Promise<readonly Imported[]> {
  const work: Work = { ...ports, ...options, known: manifest.models, hashes: new Map() };
  const folders = await pickedFolders(picked);
  const imported: Imported[] = [];
  let refused: ClinfuseError | undefined;
  for (const folder of folders) {
    try {
      imported.push(...(await importFolder(folder, work)));
    } catch (error) {
      const last = folder === folders.at(-1) && imported.length === 0;
      if (!(error instanceof ClinfuseError) || error.place.remedy === undefined || (last && !refused)) throw error;
      refused ??= error;
    }
  }
  const [first, ...others] = imported;
  if (!first) throw refused;
  const leftOut = refused ? [`Left out: ${refused.message}.`] : [];
  return [{ ...first, remarks: [...first.remarks, ...leftOut] }, ...others];
}

async function importFolder(folder: PickedFolder, work: Work): Promise<readonly Imported[]> {
  const likenesses = await likenessesOf(folder.files, work);
  const best = likenesses.toSorted((a, b) => b.same.length - a.same.length)[0];
  // A known model that is complete needs no look inside: its hashes say what it is.
  if (best && best.same.length === best.entry.files.length) return [await importKnown(best, work)];
  const found = await inspectFolder(folder, work);
  const good = found.filter(({ refused }) => refused === undefined);
  if (good.length === 0) {
    if (best && best.same.length > 0) return [await importKnown(best, work)];
    const posing = likenesses.flatMap(({ entry, other }) =>
      other.filter(({ file }) => isWeights(file.name)).map(({ file }) => ({ entry, file })),
    )[0];
    throw posing ? alteredError(posing.entry, posing.file) : found[0]?.refused;
  }
  const leftOut = found.flatMap(({ refused }) => (refused ? [`Left out: ${refused.message}.`] : []));
  const imported: Imported[] = [];
  for (const [i, model] of good.entries()) {
    const remarks = [...model.remarks, ...(i === 0 ? leftOut : [])];
    imported.push(await importInspected({ ...model, remarks }, likenesses, work));
  }
  return imported;
}

/** Picked files beside a vouched model's: the same ones, and those of the same name and size with another content. */
interface Likeness {
  readonly entry: ModelEntry;
  readonly same: readonly { readonly file: ModelFile; readonly picked: PickedFile }[];
  readonly other: readonly { readonly file: ModelFile; readonly picked: PickedFile }[];
}

const isGguf = (name: string) => name.endsWith(".gguf");
const isWeights = (name: string) => /\.(safetensors|bin|gguf)$/.test(name);
/** A GGUF is the same model under any name. */
const mayBe = (file: ModelFile, name: string) => file.name === name || (isGguf(file.name) && isGguf(name));

/** Only models that others vouch for: what was imported is told by `sameContent`. A file is hashed only where its size is one of theirs. */
async function likenessesOf(files: readonly PickedFile[], work: Work): Promise<readonly Likeness[]> {
  const all: Likeness[] = [];
  for (const entry of work.known.filter(isVouched)) {
    const pairs: { file: ModelFile; picked: PickedFile; same: boolean }[] = [];
    for (const picked of files) {
      for (const file of entry.files.filter((f) => mayBe(f, picked.name))) {
        if (file.bytes !== picked.blob.size) continue;
        pairs.push({ file, picked, same: (await hashOf(picked.blob, picked.path, work)) === file.sha256 });
      }
    }
    const same = pairs.filter((pair) => pair.same);
    const isOther = ({ file, picked }: (typeof pairs)[number]) =>
      file.name === picked.name && !same.some((pair) => pair.file === file);
    const other = pairs.filter(isOther);
    if (pairs.length > 0) all.push({ entry, same, other });
  }
  return all;
}

/** An entry of this browser's own without a source was imported, and vouches for nothing. Those of the manifest without one have a licence. */
const isVouched = ({ sources, licence }: ModelEntry) => sources.length > 0 || licence !== notStated;
const notStated = "not stated";

async function hashOf(blob: Blob, path: string, { hashes, signal, onBytes }: Work): Promise<string> {
  const known = hashes.get(blob);
  if (known !== undefined) return known;
  const hash = await hashStream(blob.stream(), signal, (done) => onBytes(`Hashing ${path}`, done, blob.size));
  hashes.set(blob, hash);
  return hash;
}

async function importKnown({ entry, same, other }: Likeness, work: Work): Promise<Imported> {
  const [altered] = other;
  if (altered) throw alteredError(entry, altered.file);
  const before = (await work.store.stored()).get(entry.id)?.whole;
  const isStored = (file: ModelFile) => before?.get(file.name) === file.bytes;
  const total = same.reduce((sum, { file }) => sum + file.bytes, 0);
  let done = 0;
  for (const { file, picked } of same) {
    const onBytes = (bytes: number) => work.onBytes(`Checking and storing ${file.name}`, done + bytes, total);
    await work.store.write(entry.id, file.name, picked.blob.stream().pipeThrough(verifying(entry, file, onBytes)), work.signal);
    done += file.bytes;
  }
  const whole = (await work.store.stored()).get(entry.id)?.whole;
  const missing = entry.files.filter((file) => whole?.get(file.name) !== file.bytes).map((file) => file.name);
  return { id: entry.id, name: entry.name, vouched: true, wasHere: entry.files.every(isStored), missing, remarks: [] };
}

function alteredError(entry: ModelEntry, file: ModelFile): ClinfuseError {
  const path = `models/${entry.id}/${file.name}`;
  const why = `the file ${file.name} has the name and the size of a file of ${entry.name}, and another content: it is damaged, or of another model`;
  const remedy = `Fetch ${file.name} again from where the model comes from. A model of its own must come with all its files. Nothing was stored.`;
  return new ClinfuseError("model-altered", why, { file: path, what: entry.name, remedy });
}

async function importInspected(model: Inspected, likenesses: readonly Likeness[], work: Work): Promise<Imported> {
  const isPart = ({ picked }: { readonly picked: PickedFile }) => model.parts.some(({ blob }) => blob === picked.blob);
  const whole = likenesses.find(({ same }) => model.parts.every((part) => same.some(({ picked }) => picked.blob === part.blob)));
  if (whole) return { ...(await importKnown(whole, work)), remarks: model.remarks };
  const kin = likenesses.map(({ entry, same, other }) => ({ entry, same: same.filter(isPart), other: other.filter(isPart) }));
  // Weights in several files, some of them a known model's: one file was altered. Another fine-tune would differ in all of them.
  const mixed = kin.find(
    ({ same, other }) => same.some(({ file }) => isWeights(file.name)) && other.some(({ file }) => isWeights(file.name)),
  );
  if (mixed)
    throw alteredError(mixed.entry, (mixed.other.find(({ file }) => isWeights(file.name)) as Likeness["other"][number]).file);
  const cousin = kin.find(({ other }) => other.some(({ file }) => isWeights(file.name)))?.entry.name;
  const remark = `Its weights are not those of ${cousin}, so it is a model of its own, for which nobody vouches.`;
  return importNew(cousin === undefined ? model : { ...model, remarks: [...model.remarks, remark] }, work);
}

async function importNew(model: Inspected, work: Work): Promise<Imported> {
  const { store, signal } = work;
  const files: ModelFile[] = [];
  for (const { name, path, blob } of model.parts) files.push({ name, bytes: blob.size, sha256: await hashOf(blob, path, work) });
  const twin = work.known.find((entry) => sameContent(entry, files));
  if (twin && (await isStored(twin, store))) {
    return { id: twin.id, name: twin.name, vouched: isVouched(twin), wasHere: true, missing: [], remarks: model.remarks };
  }
  const contentHash = await sha256(
    files
      .map(({ name, sha256: hash }) => `${hash} ${isGguf(name) ? "" : name}\n`)
      .sort()
      .join(""),
  );
  const entry = twin ?? (await newEntry(model, files, contentHash, work));
  try {
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let before = 0;
    for (const [i, file] of files.entries()) {
      throwIfAborted(signal);
      const stored = (twin?.files.find((own) => own.sha256 === file.sha256 && mayBe(own, file.name)) ?? file).name;
      const onBytes = (done: number) => work.onBytes(`Storing ${stored}`, before + done, total);
      const { blob } = model.parts[i] as Inspected["parts"][number];
      await store.write(entry.id, stored, blob.stream().pipeThrough(verifying(entry, file, onBytes)), signal);
      before += file.bytes;
    }
    if (!twin) await store.putEntry(entry.id, JSON.stringify(entry)); // last: without it there is no model
  } catch (error) {
    if (!twin) await store.delete(entry.id).catch(() => undefined); // the error that led here is the one to tell
    throw error;
  }
  work.known = twin ? work.known : [...work.known, entry];
  return { id: entry.id, name: entry.name, vouched: false, wasHere: false, missing: [], remarks: model.remarks };
}

/** Tells whether an entry has all these files; a GGUF may have any name. Entries of older versions hold strays beside them. */
function sameContent(entry: ModelEntry, files: readonly ModelFile[]): boolean {
  return files.every(({ name, sha256: hash }) => entry.files.some((file) => file.sha256 === hash && mayBe(file, name)));
}

async function isStored(entry: ModelEntry, store: ModelStore): Promise<boolean> {
  const whole = (await store.stored()).get(entry.id)?.whole;
  return entry.files.every((file) => whole?.get(file.name) === file.bytes);
}

const mostText = 64e6; // of a config or a list, which is read whole

async function newEntry(model: Inspected, files: readonly ModelFile[], contentHash: string, work: Work): Promise<ModelEntry> {
  const taken = [...work.known.map(({ id }) => id), ...(await work.store.stored()).keys()];
  const id = freeId(model.name, contentHash, taken);
  const text = async (name: string) => {
    const { blob } = model.parts.find((part) => part.name === name) as Inspected["parts"][number];
    if (blob.size <= mostText) return readText(blob, name);
    throw new ClinfuseError("file-too-large", `${name} is too large to be a list`, {
      file: name,
      got: blob.size,
      expected: mostText,
    });
  };
  const read = await entryOfFiles(id, files, { text, stated: () => work.stated(slug(model.name)) }).catch((error: unknown) => {
    throw withRemedy(error);
  });
  const { name, architecture } = model;
  const known = { ...(architecture ? { architecture } : {}), ...(model.remarks.length > 0 ? { remarks: model.remarks } : {}) };
  const entry = { ...read, name, licence: notStated, ...known };
  return parseEntry(JSON.stringify(entry), id);
}
