// Model files on their way in: hashed as they stream, refused when they are not the manifest's. Knows no disk; the store pipes through `verifying`.

import { appAddress } from "../base/app-address.ts";
import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { runningSha256 } from "../base/hash.ts";
import type { ModelEntry, ModelFile } from "./manifest.ts";

export type OnBytes = (done: number, total: number) => void;

/**
 * Passes bytes on and fails at the end, before the sink is closed, unless they are the file: `model-truncated` (too short),
 * `model-altered` (too long, or another SHA-256).
 */
export function verifying(entry: ModelEntry, file: ModelFile, onBytes?: OnBytes): TransformStream<Uint8Array, Uint8Array> {
  const hash = runningSha256();
  let done = 0;
  return new TransformStream({
    transform(chunk, controller) {
      hash.update(chunk);
      done += chunk.length;
      if (done > file.bytes) throw alteredError(entry, file, `${done} bytes or more`, `${file.bytes} bytes`);
      onBytes?.(done, file.bytes);
      controller.enqueue(chunk);
    },
    flush() {
      if (done < file.bytes) throw truncatedError(entry, file, done);
      const got = hash.hex();
      if (got !== file.sha256) throw alteredError(entry, file, got, file.sha256);
    },
  });
}

const pathOf = (entry: ModelEntry, file: ModelFile) => `models/${entry.id}/${file.name}`;

function alteredError(entry: ModelEntry, file: ModelFile, got: string, expected: string): ClinfuseError {
  const path = pathOf(entry, file);
  const sentence = `${path} is not the file that the manifest names: got ${got}, expected ${expected}`;
  return new ClinfuseError("model-altered", sentence, { file: path, got, expected });
}

function truncatedError(entry: ModelEntry, file: ModelFile, got: number): ClinfuseError {
  const path = pathOf(entry, file);
  return new ClinfuseError("model-truncated", `${path} has ${got} of ${file.bytes} bytes`, {
    file: path,
    got,
    expected: file.bytes,
  });
}

/** The file of the model by this name; throws when the manifest lists none, which is a mistake of the code that asks. */
export function fileOf(entry: ModelEntry, name: string): ModelFile {
  const file = entry.files.find((f) => f.name === name);
  if (!file)
    throw new Error(`the manifest lists no ${name} for ${entry.id}; it lists ${entry.files.map((f) => f.name).join(", ")}`);
  return file;
}

/** Checks a file that is here already, for instance one that the user picked. Errors as `verifying`, and `aborted`. */
export async function verifyBlob(
  entry: ModelEntry,
  file: ModelFile,
  blob: Blob,
  onBytes?: OnBytes,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const reader = blob
    .stream()
    .pipeThrough(verifying(entry, file, onBytes))
    .getReader();
  do throwIfAborted(signal);
  while (!(await reader.read()).done);
}

/** Hex SHA-256 of a stream, read piece by piece. Throws `aborted`, and what the stream throws. */
export async function hashStream(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onBytes?: (done: number) => void,
): Promise<string> {
  const hash = runningSha256();
  await addTo(hash, stream, signal, onBytes);
  return hash.hex();
}

/** A hash that goes on where an earlier sitting stopped. */
export interface RunningHash {
  update(chunk: Uint8Array): void;
  /** Ends it. Throws as `verifying` when the bytes so far are not the file. */
  check(): void;
}

/** Begins with what is there already, which is read once more: the state of a hash is kept nowhere. Throws `aborted`. */
export async function resumeHash(entry: ModelEntry, file: ModelFile, there: Blob, signal: AbortSignal): Promise<RunningHash> {
  const hash = runningSha256();
  let bytes = there.size;
  await addTo(hash, there.stream(), signal);
  return {
    update(chunk) {
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes > file.bytes) throw alteredError(entry, file, `${bytes} bytes or more`, `${file.bytes} bytes`);
    },
    check() {
      if (bytes < file.bytes) throw truncatedError(entry, file, bytes);
      const got = hash.hex();
      if (got !== file.sha256) throw alteredError(entry, file, got, file.sha256);
    },
  };
}

async function addTo(
  hash: { update(chunk: Uint8Array): unknown },
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onBytes: (done: number) => void = () => undefined,
): Promise<void> {
  const reader = stream.getReader();
  let done = 0;
  for (;;) {
    throwIfAborted(signal);
    const { value, done: end } = await reader.read();
    if (end) return;
    hash.update(value);
    onBytes((done += value.length));
  }
}

/** Reads a file from the app's own origin. Errors: `model-missing`, `server-gone`, `aborted`, and as `verifying`. */
export async function fetchModelFile(
  entry: ModelEntry,
  file: ModelFile,
  options: { readonly signal: AbortSignal; readonly onBytes?: OnBytes; readonly base?: string },
): Promise<Blob> {
  const path = `${options.base ?? appAddress("models")}/${entry.id}/${file.name}`;
  throwIfAborted(options.signal);
  try {
    const response = await fetch(path, { signal: options.signal });
    // A single-page server answers an unknown address with its own page.
    const page = response.headers.get("content-type")?.startsWith("text/html");
    if (!response.ok || !response.body || page) throw missing(path, response.status);
    return await blobOf(response.body.pipeThrough(verifying(entry, file, options.onBytes)));
  } catch (error) {
    throwIfAborted(options.signal);
    if (error instanceof TypeError) {
      const sentence = `the app's server does not answer, and this browser does not keep ${file.name} of ${entry.name}`;
      throw new ClinfuseError("server-gone", sentence, { file: path }, { cause: error });
    }
    throw error;
  }
}

/** Piece by piece into Blobs, which the browser may keep on disk: a big model never lies in the heap. */
const pieceBytes = 2 ** 23;

/** As `new Response(stream).blob()`, which would tell a failed check as a broken connection. */
export async function blobOf(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  const pieces: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (value) chunks.push(value as Uint8Array<ArrayBuffer>);
    bytes += value?.length ?? 0;
    if (done || bytes >= pieceBytes) {
      pieces.push(new Blob(chunks));
      chunks = [];
      bytes = 0;
    }
    if (done) return new Blob(pieces);
  }
}

function missing(path: string, got: string | number): ClinfuseError {
  return new ClinfuseError("model-missing", `${path} is not there (${got}); "npm run models" fetches it`, { file: path, got });
}
