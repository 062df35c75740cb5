// Builds the app and serves the build, with the headers that it needs.

import { join } from "node:path";
import { build, type PreviewServer, preview } from "vite";

export const root = join(import.meta.dirname, "..");

export interface Served {
  readonly url: string; // ends with a slash
  close(): Promise<void>;
}

/** Says nothing but errors: whoever builds by this has output of its own. */
export async function buildApp(): Promise<void> {
  await build({ root, logLevel: "error" });
}

/** Serves dist/ on this machine alone, at the port or the next free one. */
export async function serveApp(port = 4173): Promise<Served> {
  const server: PreviewServer = await preview({ root, logLevel: "error", preview: { port, host: "127.0.0.1" } });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error("the preview server gave no address");
  return { url, close: () => server.close() };
}
