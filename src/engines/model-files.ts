// Model files on their way in: hashed as they stream, refused when they are not the manifest's. Knows no disk; the store pipes through `verifying`.

// Streaming SHA-256, which crypto.subtle lacks: a model of some gigabytes does not fit into one buffer.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import type { ModelEntry, ModelFile } from "./manifest.ts";

export type OnBytes = (done: number, total: number) => void;

/**
 * Passes bytes on and fails at the end, before the sink is closed, unless they are the file: `model-truncated` (too short),
 * `model-altered` (too long, or another SHA-256).
 */
export function verifying(entry: ModelEntry, file: ModelFile, onBytes?: OnBytes): TransformStream<Uint8Array, Uint8Array> {
  const path = `models/${entry.id}/${file.name}`;
  const hash = sha256.create();
  let done = 0;
  const altered = (got: string | number, expected: string | number) =>
    new ClinfuseError("model-altered", `${path} is not the file that the manifest names: got ${got}, expected ${expected}`, {
      file: path,
      got,
      expected,
    });
  return new TransformStream({
    transform(chunk, controller) {
      hash.update(chunk);
      done += chunk.length;
      if (done > file.bytes) throw altered(`${done} bytes or more`, `${file.bytes} bytes`);
      onBytes?.(done, file.bytes);
      controller.enqueue(chunk);
    },
    flush() {
      if (done < file.bytes) {
        const place = { file: path, got: done, expected: file.bytes };
        throw new ClinfuseError("model-truncated", `${path} has ${done} of ${file.bytes} bytes`, place);
      }
      const got = bytesToHex(hash.digest());
      if (got !== file.sha256) throw altered(got, file.sha256);
    },
  });
}

/** The file of the model by this name; throws when the manifest lists none, which is a mistake of the code that asks. */
export function fileOf(entry: ModelEntry, name: string): ModelFile {
  const file = entry.files.find((f) => f.name === name);
  if (!file)
    throw new Error(`the manifest lists no ${name} for ${entry.id}; it lists ${entry.files.map((f) => f.name).join(", ")}`);
  return file;
}

/** Checks a file that is here already, for instance one that the user picked. Errors as `verifying`. */
export async function verifyBlob(entry: ModelEntry, file: ModelFile, blob: Blob, onBytes?: OnBytes): Promise<void> {
  const reader = blob
    .stream()
    .pipeThrough(verifying(entry, file, onBytes))
    .getReader();
  while (!(await reader.read()).done);
}

/** Reads a file from the app's own origin. Errors: `model-missing`, `aborted`, and as `verifying`. */
export async function fetchModelFile(
  entry: ModelEntry,
  file: ModelFile,
  options: { readonly signal: AbortSignal; readonly onBytes?: OnBytes; readonly base?: string },
): Promise<Blob> {
  const path = `${options.base ?? "/models"}/${entry.id}/${file.name}`;
  throwIfAborted(options.signal);
  try {
    const response = await fetch(path, { signal: options.signal });
    // A single-page server answers an unknown address with its own page.
    const page = response.headers.get("content-type")?.startsWith("text/html");
    if (!response.ok || !response.body || page) throw missing(path, response.status);
    // One chunk at a time into a Blob: the browser may keep it on disk, so that a big model never lies in the heap.
    const checked = response.body.pipeThrough(verifying(entry, file, options.onBytes));
    return await new Response(checked).blob();
  } catch (error) {
    throwIfAborted(options.signal);
    if (error instanceof TypeError) throw missing(path, error.message); // the connection broke
    throw error;
  }
}

function missing(path: string, got: string | number): ClinfuseError {
  return new ClinfuseError("model-missing", `${path} is not there (${got}); "npm run models" fetches it`, { file: path, got });
}
