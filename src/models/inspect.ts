// Models in what the user picked: each told by its bytes, checked, and refused or remarked on in words. The app and the command line read this. Stores nothing.

import { ClinfuseError, isAbort, throwIfAborted } from "../base/errors.ts";
import { isLlamaFamily } from "../nn/llama-config.ts";
import { type FileKind, fileKinds, remedyOf } from "./inspect/file-kind.ts";
import { type FloatsAt, requireFinite } from "./inspect/finite.ts";
import { checkFolder, isWeightForm, kindError, type ModelPart } from "./inspect/folder.ts";
import { checkGguf, type GgufPart } from "./inspect/gguf.ts";
import { type Picked, type PickedFile, type PickedFolder, pickedFolders, unfinishedOf } from "./inspect/picked.ts";
import { again, refusal, withRemedy } from "./inspect/refusal.ts";
import { isSafeName, type ModelEntry } from "./manifest.ts";
import { mlcLayout, readTensorList } from "./mlc-model.ts";
import { entryOfFiles } from "./model-entry.ts";
import { readText } from "./model-folder.ts";
import { safeFileName } from "./names.ts";

export type { ModelPart, Picked };

/** A model, or what stands in the place of one. */
export interface Inspected {
  /** For people, and for the id. */
  readonly name: string;
  /** Kind that an engine reads it as, or the kind of a file that is no model. */
  readonly kind: ModelEntry["kind"] | FileKind;
  /** The files that are the model, as they are stored. Strays beside them are left out. */
  readonly parts: readonly ModelPart[];
  /** A GGUF's `general.architecture`. */
  readonly architecture?: string;
  readonly remarks: readonly string[];
  /** Why it cannot be used; its place has a remedy. */
  readonly refused?: ClinfuseError;
}

export interface InspectOptions {
  readonly signal: AbortSignal;
  readonly onBytes: (what: string, done: number, total: number) => void;
}

/**
 * Every model of the pick, at least one. Weights are read whole, some megabytes at a time, for numbers that are none. Throws `file-empty`,
 * `file-too-large`, `file-malformed` for a zip that is none, and `aborted`.
 */
export async function inspectPicked(picked: Picked, options: InspectOptions): Promise<readonly Inspected[]> {
  const found: Inspected[] = [];
  for (const folder of await pickedFolders(picked)) found.push(...(await inspectFolder(folder, options)));
  return found;
}

export { type PickedFile, type PickedFolder, pickedFolders };

/** The models of one folder of a pick. Throws `aborted`. */
export async function inspectFolder(folder: PickedFolder, options: InspectOptions): Promise<readonly Inspected[]> {
  const ggufs = ggufSets(folder.files);
  const isMlc = folder.files.some(({ name }) => name === "mlc-chat-config.json");
  const rest = folder.files.filter(({ name, kind }) => !isGguf(name, kind));
  const hasWeights = rest.some(({ name, kind }) => isWeightForm(kind) || /^(model\.safetensors|pytorch_model)/.test(name));
  const found: Inspected[] = [];
  for (const set of ggufs) {
    const alone = ggufs.length === 1 && !isMlc && !hasWeights;
    found.push(await inspectGguf(set, alone ? nameOf(folder.name) : nameOf((set[0] as PickedFile).name), options));
  }
  if (isMlc) found.push(await inspectMlc({ ...folder, files: rest }, options));
  else if (hasWeights || ggufs.length === 0) found.push(await inspectHub({ ...folder, files: rest }, options));
  return found;
}

const isGguf = (name: string, kind: FileKind) =>
  kind === "gguf" || kind === "big-endian-gguf" || (/\.gguf$/i.test(name) && !isWeightForm(kind));

const numbered = /^(.*?)-(\d{5})-of-(\d{5})/;
/** Endings of a file's name that say no more than what it is; `model-00001-of-00003.gguf` is `model`. */
const nameOf = (name: string) => name.replace(/\.(zip|gguf|bin|safetensors)$/i, "").replace(/-\d{5}-of-\d{5}$/, "") || name;

/** Each GGUF, with the parts of one model together and in order. */
function ggufSets(files: readonly PickedFile[]): readonly (readonly PickedFile[])[] {
  const sets = new Map<string, PickedFile[]>();
  for (const file of files) {
    if (!isGguf(file.name, file.kind)) continue;
    const [, stem, , total] = numbered.exec(file.name) ?? [];
    const key = stem === undefined ? file.path : `${stem} of ${total}`;
    sets.set(key, [...(sets.get(key) ?? []), file]);
  }
  return [...sets.values()].map((set) => set.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
}

async function inspectGguf(set: readonly PickedFile[], name: string, options: InspectOptions): Promise<Inspected> {
  const bad = set.find(({ kind }) => kind !== "gguf");
  const parts = set.map((file) => ({ name: safeFileName(file.name, ".gguf"), path: file.path, blob: file.blob }));
  if (bad) return { name, kind: bad.kind, parts, remarks: [], refused: kindError(bad) as ClinfuseError };
  const read = set.map((file): GgufPart => ({ name: file.path, blob: file.blob }));
  return checkedModel({ name, kind: "language-model", parts }, options, async () => {
    const checked = await checkGguf(read);
    return { ...checked, kind: "language-model" as const, parts };
  });
}

async function inspectHub(folder: PickedFolder, options: InspectOptions): Promise<Inspected> {
  const name = nameOf(folder.name);
  const [first] = folder.files;
  const whole = folder.files.find(({ kind }) => isWeightForm(kind) || kind === "json" || kind === "text");
  const pending = unfinishedOf(folder);
  if (pending && !folder.files.some(({ name: file }) => /^(model\.safetensors|pytorch_model\.bin)$/.test(file))) {
    const why = `the file ${pending.path} is an unfinished download by its name`;
    const refused = refusal("model-truncated", why, "Let it finish, and import what comes.", { file: pending.path });
    return { name, kind: pending.kind, parts: [], remarks: [], refused };
  }
  if (!whole && first) {
    const file = folder.files.find(({ kind }) => remedyOf(kind) !== undefined && kind !== "unknown") ?? first;
    return { name, kind: file.kind, parts: [], remarks: [], refused: kindError(file) as ClinfuseError };
  }
  if (folder.files.length === 1 && first && !first.path.includes("/") && !isWeightForm(first.kind)) {
    return { name, kind: first.kind, parts: [], remarks: [], refused: kindError(first) as ClinfuseError };
  }
  return checkedModel({ name, kind: await kindOfFolder(folder), parts: [] }, options, () => checkFolder({ ...folder, name }));
}

/** Kind that a refused folder was meant to be. */
async function kindOfFolder({ files }: PickedFolder): Promise<Inspected["kind"]> {
  const weights = files.find(({ name, kind }) => isWeightForm(kind) || /^(model\.safetensors|pytorch_model)/.test(name));
  if (weights && !isWeightForm(weights.kind) && weights.kind !== "json") return weights.kind;
  const config = files.find(({ name }) => name === "config.json");
  const text = config === undefined ? "" : await config.blob.slice(0, 2 ** 20).text();
  const [, type = ""] = /"model_type"\s*:\s*"([^"]*)"/.exec(text) ?? [];
  if (isLlamaFamily(type) || /"[A-Za-z0-9]+ForCausalLM"/.test(text)) return "language-model";
  return weights ? "encoder" : (files.find(({ kind }) => remedyOf(kind) !== undefined && kind !== "unknown")?.kind ?? "json");
}

/** WebLLM's own lists say which files belong together, and how long its shards are. */
async function inspectMlc({ name: folder, files }: PickedFolder, options: InspectOptions): Promise<Inspected> {
  const name = nameOf(folder);
  const parts = files
    .filter((file) => isSafeName(file.name))
    .map((file) => ({ name: file.name, path: file.path, blob: file.blob }));
  const bad = files.find(
    ({ kind, name: file }) => remedyOf(kind) !== undefined && kind !== "unknown" && /\.(bin|json|wasm|model)$/.test(file),
  );
  if (bad) return { name, kind: bad.kind, parts, remarks: [], refused: kindError(bad) as ClinfuseError };
  return checkedModel({ name, kind: "language-model", parts }, options, async () => {
    await checkMlc(parts, name);
    return { kind: "language-model", parts, remarks: [], floats: [] };
  });
}

async function checkMlc(parts: readonly ModelPart[], name: string): Promise<void> {
  const blobOf = (file: string) => parts.find((part) => part.name === file)?.blob ?? new Blob();
  const files = parts.map((part) => ({ name: part.name, bytes: part.blob.size, sha256: "" }));
  const entry = await entryOfFiles(name, files, { text: (file) => readText(blobOf(file), file), stated: async () => undefined });
  const list = mlcLayout(entry)?.tensors.name ?? "";
  for (const [shard, bytes] of readTensorList(entry, list, await readText(blobOf(list), list)).bytes) {
    const { size } = blobOf(shard);
    if (size >= bytes) continue;
    const why = `the file ${shard} is cut short: it has ${size} bytes, and ${list} says ${bytes}`;
    throw refusal("model-truncated", why, again.fetch, { file: shard, got: size, expected: bytes });
  }
}

interface Checks {
  readonly kind: ModelEntry["kind"];
  readonly parts: readonly ModelPart[];
  readonly remarks: readonly string[];
  readonly floats: readonly FloatsAt[];
  readonly architecture?: string;
}

/** Runs the checks and reads the numbers; what they throw becomes the refusal. */
async function checkedModel(
  base: Pick<Inspected, "name" | "kind" | "parts">,
  { signal, onBytes }: InspectOptions,
  check: () => Promise<Checks>,
): Promise<Inspected> {
  throwIfAborted(signal);
  try {
    const { floats, ...checked } = await check();
    await requireFinite(floats, base.name, signal, (done, total) => onBytes(`Checking the numbers of ${base.name}`, done, total));
    return { ...base, ...checked };
  } catch (error) {
    if (isAbort(error)) throw error;
    const refused = withRemedy(error);
    if (!(refused instanceof ClinfuseError)) throw error;
    return { ...base, remarks: [], refused };
  }
}

/** For people: what `kind` is. */
export const kindWords = (kind: Inspected["kind"]): string =>
  kind === "encoder" ? "a BERT encoder" : kind === "language-model" ? "a language model" : fileKinds[kind].what;
