// The user's pick as folders of files: zips opened, strays left out, each file told by its bytes. Knows no model.

import { ClinfuseError } from "../../base/errors.ts";
import { findZipDirectory, zipFileAt } from "../../base/zip-directory.ts";
import { readZip } from "../../formats/zip.ts";
import { blobOf } from "../verify.ts";
import { type FileKind, fileKind } from "./file-kind.ts";
import { refusal } from "./refusal.ts";

/** Loose files or a folder's, with their paths; or one zip. */
export interface Picked {
  readonly name: string; // of the folder, the zip, or the first file
  readonly files: readonly { readonly path: string; readonly file: Blob }[];
}

export interface PickedFile {
  /** Without folders, and without what a browser adds to a second download: `config (1).json` is `config.json`. */
  readonly name: string;
  /** As it was picked, for messages. */
  readonly path: string;
  readonly blob: Blob;
  readonly kind: FileKind;
}

export interface PickedFolder {
  /** For people: the folder's own name, or that of what was picked. */
  readonly name: string;
  readonly files: readonly PickedFile[];
  /** Paths of files in folders below it. */
  readonly below: readonly string[];
}

const limits = { entries: 5000, bytes: 200e9 };
/** Descriptions, licences, and what systems and unfinished downloads leave. */
const strays = /^(README|LICEN[SC]E|NOTICE|Thumbs\.db|desktop\.ini|USE_POLICY)|\.(md|png|jpe?g|gif|svg|lock|metadata)$/i;
const unfinished = /\.(part|crdownload|download|incomplete|aria2|tmp|opdownload)$/i;
const weightsName = /\.(gguf|ggml|safetensors|bin|pth?|ckpt|h5|msgpack|onnx|tflite|keras|gz|tgz|tar|xz|zst|bz2|7z|rar|wasm)$/i;
const weightKinds: ReadonlySet<FileKind> = new Set([
  "gguf",
  "big-endian-gguf",
  "old-ggml",
  "safetensors",
  "pytorch-zip",
  "pytorch-legacy",
]);

/** Tells whether a folder is taken for a model's because of this file. */
const claims = ({ name, kind }: PickedFile) =>
  weightKinds.has(kind) ||
  weightsName.test(name) ||
  /^(adapter_|mlc-chat-)?config\.json$/.test(name) ||
  /\.index\.json$/.test(name);

/**
 * The folders nearest to the top that may hold a model. Throws `file-empty`, `file-too-large`, `model-unsupported` for what cannot be unpacked, and
 * as `readZip`.
 */
export async function pickedFolders(picked: Picked): Promise<readonly PickedFolder[]> {
  const found = (await unzipped(picked)).filter(({ path }) => isOfModel(path));
  if (found.length > limits.entries) {
    const why = `the folder ${picked.name} holds ${found.length} files; a model's folder has some dozens`;
    throw refusal("file-too-large", why, "Choose the model's own folder.", { file: picked.name, got: found.length });
  }
  const files: (PickedFile & { readonly folder: string })[] = [];
  for (const { path, file } of found) {
    const base = path.slice(path.lastIndexOf("/") + 1);
    const folder = path.slice(0, path.length - base.length);
    files.push({ name: base, path, blob: file, kind: await kindOf(file, base), folder });
  }
  if (files.length === 0) throw nothing(picked);
  const depths = files.filter(claims).map(({ folder }) => folder.split("/").length);
  const depth = depths.length > 0 ? Math.min(...depths) : undefined;
  const folders = new Map<string, PickedFile[]>();
  for (const { folder, ...file } of files) {
    if (depth !== undefined && folder.split("/").length !== depth) continue;
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const claimed = [...folders].filter(([, inside]) => depth === undefined || inside.some(claims));
  const single = claimed.length === 1;
  return claimed.map(([folder, inside]) => ({
    name: nameOf(folder, picked, single),
    files: withPlainNames(inside),
    below: files
      .filter((file) => file.folder !== folder && file.folder.startsWith(folder))
      .map(({ path }) => path.slice(folder.length)),
  }));
}

const isOfModel = (path: string) => {
  const parts = path.split("/");
  const hidden = parts.some((part) => part === "__MACOSX" || /^\.(?!\.?$)/.test(part));
  const base = parts.at(-1) ?? "";
  return !strays.test(base) && (!hidden || (parts.length === 1 && weightsName.test(base)));
};

async function unzipped(picked: Picked): Promise<Picked["files"]> {
  const [only, ...others] = picked.files;
  if (!only || others.length > 0) return picked.files;
  const kind = await kindOf(only.file, only.path);
  // A file named a zip that is none says so, unless its bytes say something better.
  const isZip = kind === "zip" || (/\.zip$/i.test(only.path) && ["text", "json", "unknown"].includes(kind));
  if (!isZip) return picked.files;
  const files: { path: string; file: Blob }[] = [];
  try {
    for (const { path, stream } of await readZip(only.file, only.path, limits)) {
      if (isOfModel(path)) files.push({ path, file: await blobOf(stream()) });
    }
  } catch (error) {
    if (!(error instanceof ClinfuseError) || error.code !== "file-malformed") throw error;
    const remedy = "Download the archive again, whole, or unpack it and choose the folder that comes out.";
    throw refusal(error.code, error.message, remedy, error.place);
  }
  return files;
}

/** PyTorch's form is a zip too, whose first entry need not be its pickle. */
async function kindOf(blob: Blob, name: string): Promise<FileKind> {
  const kind = await fileKind(blob, name);
  return kind === "zip" && (await holdsPickle(blob)) ? "pytorch-zip" : kind;
}

async function holdsPickle(zip: Blob): Promise<boolean> {
  const found = await findZipDirectory(zip);
  if (!found || found.size > 2 ** 26) return false;
  const directory = new DataView(await zip.slice(found.start, found.start + found.size).arrayBuffer());
  for (let i = 0, at = 0; i < found.entries; i++) {
    const entry = zipFileAt(directory, at);
    if (!entry) return false;
    if (/(^|\/)data\.pkl$/.test(entry.path)) return true;
    at = entry.next;
  }
  return false;
}

function nothing({ name, files }: Picked): ClinfuseError {
  const remedy = "Choose a GGUF file, or a folder with config.json, the tokenizer and the weights.";
  return refusal(
    "file-empty",
    `what was chosen, ${name}, holds ${files.length === 0 ? "no files" : "no files of a model"}`,
    remedy,
    { file: name },
  );
}

/** A snapshot of the hub's cache is named by its commit: the repository's name stands above it. */
function nameOf(folder: string, picked: Picked, single: boolean): string {
  const parts = folder.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  const cached = [...parts, picked.name].find((part) => /^models--/.test(part));
  if (cached) return cached.replace(/^models--/, "").replaceAll("--", "/");
  const own = parts.at(-1);
  const plain = own !== undefined && /^[0-9a-f]{40}$/.test(own) ? parts.at(-2) : own;
  return (single && parts.length <= 1 ? undefined : plain) ?? picked.name;
}

/** `config (1).json` and `config copy.json` stand for `config.json` where that is not there itself. */
function withPlainNames(files: readonly PickedFile[]): readonly PickedFile[] {
  const names = new Set(files.map(({ name }) => name));
  return files.map((file) => {
    const plain = file.name.replace(/ ?(\(\d+\)| copy( \d+)?)(?=\.[^.]+$)/, "");
    if (names.has(plain)) return file;
    names.add(plain);
    return { ...file, name: plain };
  });
}

/** An unfinished download that is all there is; undefined where it is not. */
export function unfinishedOf({ files }: PickedFolder): PickedFile | undefined {
  return files.find(({ name }) => unfinished.test(name));
}
