// A model's files into this browser's storage, over as many sittings as it takes: resumed where they stopped, checked before they count. Knows no page.

import { appAddress } from "../base/app-address.ts";
import { cleanUp } from "../base/async.ts";
import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { hubAddress } from "./hub-repo.ts";
import type { ModelHost, ModelStore, PartFile } from "./kept.ts";
import type { ModelEntry, ModelFile } from "./manifest.ts";
import { type RunningHash, resumeHash } from "./verify.ts";

/** Source of the files, as the user chose it. */
export type DownloadSource = "server" | "hub";

export interface DownloadOptions {
  readonly source: DownloadSource;
  readonly signal: AbortSignal;
  /** Bytes of the whole model that are here, of all. */
  readonly onBytes: (file: string, done: number, total: number) => void;
}

/** Address of a file; undefined where the entry names no such source. */
export function addressOf(entry: ModelEntry, file: ModelFile, source: DownloadSource): string | undefined {
  if (source === "server") return appAddress(`models/${entry.id}/${file.name}`);
  const found = entry.sources.find((s) => s.kind === "hub");
  return found && `${hubAddress}/${found.repo}/resolve/${found.revision}/${file.name}`;
}

/**
 * Fetches what is not here yet. What came before an abort or an error stays and is not fetched again. Throws `aborted`, `download-broken`,
 * `model-missing` (the source has no such file), `model-altered` (that file is then forgotten), `model-busy`, `quota-exceeded`.
 */
export async function downloadModel(entry: ModelEntry, { store, held }: ModelHost, options: DownloadOptions): Promise<void> {
  await held(entry, lettingGo, () => download(entry, store, options));
}

/** Milliseconds within which a tab that was just closed or reloaded lets go. */
const lettingGo = 5000;

async function download(entry: ModelEntry, store: ModelStore, options: DownloadOptions): Promise<void> {
  const total = entry.files.reduce((sum, file) => sum + file.bytes, 0);
  const stored = (await store.stored()).get(entry.id);
  const isHere = (file: ModelFile) => stored?.whole.get(file.name) === file.bytes;
  let here = entry.files.filter(isHere).reduce((sum, file) => sum + file.bytes, 0);
  await requireRoom(total - here - [...(stored?.part.values() ?? [])].reduce((sum, bytes) => sum + bytes, 0));
  for (const file of entry.files) {
    if (isHere(file)) continue;
    const onBytes = (done: number) => options.onBytes(file.name, here + done, total);
    await downloadFile(entry, file, store, { ...options, onBytes });
    here += file.bytes;
  }
}

/** Throws `quota-exceeded` with the numbers before a download that could not end well. */
async function requireRoom(wanted: number): Promise<void> {
  const { quota, usage = 0 } = await navigator.storage.estimate();
  if (quota === undefined || wanted <= quota - usage) return;
  const megabytes = (n: number) => `${Math.round(n / 1e6).toLocaleString("en")} MB`;
  const what = `store ${megabytes(wanted)} more: this browser allows ${megabytes(Math.max(0, quota - usage))}`;
  throw new ClinfuseError("quota-exceeded", `could not ${what}`, { what, got: quota - usage, expected: wanted });
}

type FileOptions = Omit<DownloadOptions, "onBytes"> & { readonly onBytes: (done: number) => void };

async function downloadFile(entry: ModelEntry, file: ModelFile, store: ModelStore, options: FileOptions): Promise<void> {
  const url = addressOf(entry, file, options.source);
  if (url === undefined) throw missing(entry, file, "its entry names no address on the hub");
  const part = await store.part(entry.id, file.name);
  try {
    if (part.bytes > file.bytes) part.clear();
    let hash = await resumeHash(entry, file, await part.content(), options.signal);
    options.onBytes(part.bytes);
    if (part.bytes < file.bytes) {
      const response = await ask(url, part.bytes, entry, file, options.signal);
      if (response.status !== 206 && part.bytes > 0) {
        part.clear(); // the server gives no ranges: from the start
        hash = await resumeHash(entry, file, new Blob(), options.signal);
      }
      await receive(response, part, hash, file, options);
    }
    hash.check();
    await part.finish();
  } catch (error) {
    // Bytes that are too many or hash wrongly would never become right.
    if (error instanceof ClinfuseError && error.code === "model-altered") cleanUp(() => part.clear());
    cleanUp(() => part.close());
    throw error;
  }
}

async function ask(url: string, from: number, entry: ModelEntry, file: ModelFile, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    // The hub need not hear the address of a server inside the house.
    response = await fetch(url, {
      signal,
      referrerPolicy: "no-referrer",
      ...(from > 0 ? { headers: { Range: `bytes=${from}-` } } : {}),
    });
  } catch (error) {
    throwIfAborted(signal);
    throw broken(file, url, error);
  }
  const page = response.headers.get("content-type")?.startsWith("text/html"); // a server's own page in place of the file
  if (response.status === 404 || page) throw missing(entry, file, `${new URL(url, location.href).host} does not have it`);
  if (!response.ok || !response.body) throw broken(file, url, `it answered ${response.status}`);
  return response;
}

async function receive(
  response: Response,
  part: PartFile,
  hash: RunningHash,
  file: ModelFile,
  { signal, onBytes }: FileOptions,
): Promise<void> {
  const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  try {
    for (;;) {
      throwIfAborted(signal);
      const { value, done } = await reader.read().catch((error: unknown) => {
        throwIfAborted(signal);
        throw broken(file, response.url, error);
      });
      if (done) break;
      hash.update(value);
      part.append(value);
      onBytes(part.bytes);
    }
  } finally {
    await reader.cancel().catch(() => undefined); // it may have ended already
  }
  if (part.bytes < file.bytes) throw broken(file, response.url, `it ended after ${part.bytes} of ${file.bytes} bytes`);
}

function broken(file: ModelFile, url: string, why: unknown): ClinfuseError {
  const { host } = new URL(url, location.href);
  const message = why instanceof Error ? why.message : String(why);
  return new ClinfuseError("download-broken", `${file.name} from ${host}: ${message}`, { file: file.name, what: host });
}

function missing(entry: ModelEntry, file: ModelFile, why: string): ClinfuseError {
  return new ClinfuseError("model-missing", `${file.name} of ${entry.name} cannot be fetched: ${why}`, {
    file: file.name,
    what: entry.id,
  });
}
