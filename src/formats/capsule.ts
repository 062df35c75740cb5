// A capsule: a zip whose manifest.json names every file by its SHA-256, sealed by its own. Written, and checked on the way back. Knows no run.

import { ClinfuseError } from "../base/errors.ts";
import { sha256, sha256OfBlob } from "../base/hash.ts";
import { readZip, writeZip, type ZipContent, type ZipEntry, type ZipLimits } from "./zip.ts";

export const capsuleFormat = "clinfuse-capsule";
export const capsuleVersion = 1;
const manifestName = "manifest.json";

/** A run of 10,000 examples is some 60 MB. */
export const capsuleLimits: ZipLimits = { entries: 200, bytes: 1 << 29 };
const mostOfManifest = 1 << 20;

export interface CapsuleFile {
  readonly path: string;
  readonly bytes: number;
  /** Hex, 64 characters. */
  readonly sha256: string;
}

/** Facts that a capsule states of itself, beside its files. */
export type CapsuleFacts = Readonly<Record<string, string | number | boolean | null>>;

export interface CapsuleManifest {
  readonly format: typeof capsuleFormat;
  readonly version: number;
  readonly facts: CapsuleFacts;
  readonly files: readonly CapsuleFile[];
}

/** A thing that does not fit, as a sentence, and the file that it is about: one of the capsule, or the capsule itself. */
export interface CapsuleFault {
  readonly file: string;
  readonly what: string;
}

export interface CheckedCapsule {
  /** Absent where it cannot be read. */
  readonly manifest?: CapsuleManifest;
  /** Files that are as the manifest says, by path. */
  readonly files: ReadonlyMap<string, Blob>;
  /** Empty for a capsule that is as it was written. */
  readonly faults: readonly CapsuleFault[];
}

const blankSeal = "0".repeat(64);
const sealPattern = /"seal": "([0-9a-f]{64})"\n\}\n$/;

/** The archive of these files with their manifest. Throws `file-too-large` and `aborted` as `writeZip`. */
export async function writeCapsule(
  name: string,
  facts: CapsuleFacts,
  contents: readonly ZipContent[],
  signal: AbortSignal,
  onBytes?: (done: number, total: number) => void,
): Promise<Blob> {
  const files: CapsuleFile[] = [];
  for (const { path, content } of contents) {
    files.push({ path, bytes: content.size, sha256: await sha256OfBlob(content) });
  }
  const manifest: CapsuleManifest = { format: capsuleFormat, version: capsuleVersion, facts, files };
  const unsealed = `${JSON.stringify({ ...manifest, seal: blankSeal }, null, 2)}\n`;
  const sealed = unsealed.replace(/0{64}"\n\}\n$/, `${await sha256(unsealed)}"\n}\n`);
  return writeZip(name, [{ path: manifestName, content: new Blob([sealed]) }, ...contents], signal, onBytes);
}

/** Reads and checks every file. Whatever is wrong with the capsule is a fault; the disk's own errors and `aborted` are thrown. */
export async function checkCapsule(zip: Blob, name: string, limits: ZipLimits = capsuleLimits): Promise<CheckedCapsule> {
  const failed = (file: string, what: string, manifest?: CapsuleManifest): CheckedCapsule => ({
    ...(manifest ? { manifest } : {}),
    files: new Map(),
    faults: [{ file, what }],
  });
  let entries: readonly ZipEntry[];
  try {
    entries = await readZip(zip, name, limits);
  } catch (error) {
    return failed(name, faultWords(error, `${name}: `));
  }
  const own = entries.find(({ path }) => path === manifestName);
  if (!own) return failed(name, `has no ${manifestName}, so it is no capsule of Clinfuse`);
  const text = await textOf(own, name);
  if (typeof text !== "string") return failed(manifestName, text.fault);
  const manifest = manifestOf(text);
  if (typeof manifest === "string") return failed(manifestName, manifest);
  const seal = sealPattern.exec(text)?.[1];
  const isSealed = seal !== undefined && seal === (await sha256(text.replace(`${seal}"\n}\n`, `${blankSeal}"\n}\n`)));
  // A later version may seal another way: its number is what the reader is told.
  if (manifest.version !== capsuleVersion) return failed(manifestName, versionFault(manifest.version, isSealed), manifest);
  const faults: CapsuleFault[] = isSealed
    ? []
    : [{ file: manifestName, what: "is not as it was written: its seal does not fit" }];
  const files = await checkFiles(manifest, entries, faults, name);
  return { manifest, files, faults };
}

async function checkFiles(
  manifest: CapsuleManifest,
  entries: readonly ZipEntry[],
  faults: CapsuleFault[],
  archive: string,
): Promise<Map<string, Blob>> {
  const byPath = new Map<string, ZipEntry>();
  for (const entry of entries) {
    if (byPath.has(entry.path)) faults.push({ file: entry.path, what: "is in the zip twice" });
    else byPath.set(entry.path, entry);
  }
  const files = new Map<string, Blob>();
  for (const stated of manifest.files) {
    const entry = byPath.get(stated.path);
    if (!entry) faults.push({ file: stated.path, what: "is missing" });
    else if (entry.bytes !== stated.bytes) {
      faults.push({ file: stated.path, what: `has ${entry.bytes} bytes; the manifest says ${stated.bytes}` });
    } else {
      const read = await blobOf(entry, archive);
      if ("fault" in read) faults.push({ file: stated.path, what: read.fault });
      else if ((await sha256OfBlob(read.blob)) === stated.sha256) files.set(stated.path, read.blob);
      else faults.push({ file: stated.path, what: "was changed: its SHA-256 is not the manifest's" });
    }
  }
  const known = new Set([manifestName, ...manifest.files.map(({ path }) => path)]);
  for (const path of byPath.keys()) {
    if (!known.has(path)) faults.push({ file: path, what: "is not of this capsule: the manifest does not name it" });
  }
  return files;
}

function versionFault(version: number, isSealed: boolean): string {
  if (!isSealed && version < capsuleVersion) return `states the version ${version}, which there is not`;
  return `is of version ${version} of the format; this Clinfuse reads version ${capsuleVersion}`;
}

type Read = { readonly blob: Blob } | { readonly fault: string };

async function blobOf(entry: ZipEntry, archive: string): Promise<Read> {
  const parts: BlobPart[] = [];
  try {
    const reader = entry.stream("length").getReader(); // its SHA-256 and the seal tell of every other change
    for (let { value, done } = await reader.read(); !done && value; { value, done } = await reader.read()) {
      parts.push(value as Uint8Array<ArrayBuffer>);
    }
  } catch (error) {
    return { fault: faultWords(error, `${archive}: ${entry.path} `) };
  }
  return { blob: new Blob(parts) };
}

async function textOf(entry: ZipEntry, archive: string): Promise<string | { readonly fault: string }> {
  if (entry.bytes > mostOfManifest) return { fault: `has ${entry.bytes} bytes; at most ${mostOfManifest} are read` };
  const read = await blobOf(entry, archive);
  if ("fault" in read) return read;
  return new TextDecoder().decode(await read.blob.arrayBuffer());
}

/** Words of what archives may do wrong, without the name that stands before them; anything else is no fault of the file and is thrown. */
function faultWords(error: unknown, before: string): string {
  if (!(error instanceof ClinfuseError) || error.code === "aborted") throw error;
  return error.message.startsWith(before) ? error.message.slice(before.length) : error.message;
}

/** The manifest, or what is wrong with it. */
function manifestOf(text: string): CapsuleManifest | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return "is no JSON";
  }
  if (!isRecord(json) || json.format !== capsuleFormat) return "is not the manifest of a capsule of Clinfuse";
  const { version, facts, files } = json;
  if (!Number.isSafeInteger(version)) return "names no version";
  const manifest = { format: capsuleFormat, version: version as number, facts: factsOf(facts), files: [] } as const;
  if (version !== capsuleVersion) return manifest;
  if (!Array.isArray(files) || !files.every(isFile)) return "does not list its files with bytes and SHA-256";
  const paths = new Set(files.map(({ path }) => path));
  if (paths.size < files.length) return "lists a file twice";
  return { ...manifest, files };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const isFile = (value: unknown): value is CapsuleFile =>
  isRecord(value) &&
  typeof value.path === "string" &&
  Number.isSafeInteger(value.bytes) &&
  typeof value.sha256 === "string" &&
  /^[0-9a-f]{64}$/.test(value.sha256);

/** Facts that are no plain value are left out. */
function factsOf(value: unknown): CapsuleFacts {
  const plain = (of: unknown) => of === null || ["string", "number", "boolean"].includes(typeof of);
  return Object.fromEntries(Object.entries(isRecord(value) ? value : {}).filter(([, of]) => plain(of))) as CapsuleFacts;
}
