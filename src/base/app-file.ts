// A file of the app's own server, or this browser's copy of it from when it was read last. Knows no file's meaning.

import { appAddress } from "./app-address.ts";
import { ClinfuseError } from "./errors.ts";

/** The Cache of copies. Deleting everything deletes it too. */
const copies = "clinfuse-files";

/**
 * Asks the server first, so that a newer file is seen; its copy is kept, where the browser keeps anything. Throws `server-gone` where the server does
 * not answer and there is no copy, `file-missing` for a file that the app was installed without.
 */
export async function appFile(path: string): Promise<Blob> {
  const address = appAddress(path);
  const response = await fetch(address).catch((error: unknown) => error as Error);
  if (response instanceof Error || response.status >= 500) {
    const copy = await (await openCopies())?.match(address);
    if (copy) return copy.blob();
    throw new ClinfuseError("server-gone", `the app's server does not answer, and this browser has no copy of ${path}`, {
      file: path,
    });
  }
  if (!response.ok) throw new ClinfuseError("file-missing", `the app was installed without ${path}`, { file: path });
  const content = await response.blob();
  await (await openCopies())?.put(address, new Response(content)).catch(() => undefined); // a full disk keeps none
  return content;
}

async function openCopies(): Promise<Cache | undefined> {
  try {
    return await globalThis.caches?.open(copies);
  } catch {
    return undefined; // a private window may refuse
  }
}

/** Words of browsers for a script or a file that they could not get. */
const unreachable =
  /Failed to fetch|NetworkError when attempting|Load failed|dynamically imported module|Importing a module script failed|error loading dynamically|Unable to preload CSS/i;

/** An error of the platform, or of a vendor that repeats it, as `server-gone`; undefined for any other. */
export function serverGone(error: unknown): ClinfuseError | undefined {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ClinfuseError || !unreachable.test(message)) return undefined;
  const sentence = "the app's server does not answer, and a part of the app that is needed now was not loaded before";
  return new ClinfuseError("server-gone", sentence, { what: message }, { cause: error });
}
