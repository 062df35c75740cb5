// Builds the app and serves the build, with the headers that it needs.

import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { build, type PreviewServer, preview } from "vite";

export const root = join(import.meta.dirname, "..");

export interface Served {
  readonly url: string; // ends with a slash
  close(): Promise<void>;
}

/**
 * Builds dist/. Says nothing but errors: whoever builds by this has output of its own. Another command may be serving dist/: the build takes its
 * place when it is whole, and the same sources give the same files under the same names.
 */
export async function buildApp(): Promise<void> {
  const dist = join(root, "dist");
  const [fresh, old] = [`${dist}-${process.pid}.new`, `${dist}-${process.pid}.old`];
  try {
    await build({ root, logLevel: "error", build: { outDir: fresh, emptyOutDir: true } });
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Serves dist/ on this machine alone, at the port or the next free one. */
export async function serveApp(port = 4173): Promise<Served> {
  const server: PreviewServer = await preview({ root, logLevel: "error", preview: { port, host: "127.0.0.1" } });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error("the preview server gave no address");
  return { url, close: () => server.close() };
}
