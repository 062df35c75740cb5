// The built app from a server of a test's own: with the headers that it is given, with one tiny encoder, until it is cut. Knows no page.

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { contentSecurityPolicy, isolationHeaders } from "../../scripts/vite-plugins.ts";
import { randomEncoder } from "../browser/random-encoder.ts";

export const built = join(import.meta.dirname, "../../dist");

/** Headers that the app's own server sends with every file. */
export const ownHeaders = { ...isolationHeaders, "Content-Security-Policy": contentSecurityPolicy };

/** Id and name of the one model that the server has. */
export const tinyEncoder = "tiny-bert";

export interface OwnServer {
  readonly port: number;
  /** Without a slash at its end. */
  readonly url: string;
  /** Every request so far: method and whole address, as it came. */
  readonly asked: readonly string[];
  /** Ends it and every connection: from then on it does not answer. */
  cut(): Promise<void>;
}

export interface Served {
  /** Folder of the server in which the app lies: "" or "clinfuse/". */
  readonly under?: string;
  /** In place of files of the build, by path. */
  readonly changed?: ReadonlyMap<string, Buffer>;
}

/** The build that the runner's own server made before the tests began. */
export async function serveBuilt(
  headers: Readonly<Record<string, string>> = ownHeaders,
  { under = "", changed = new Map() }: Served = {},
): Promise<OwnServer> {
  const models = await tinyModels();
  const log: string[] = [];
  const server = createServer((request, response) => {
    log.push(`${request.method} ${request.url}`);
    const asked = normalize(decodeURIComponent(new URL(request.url ?? "", "http://x").pathname)).slice(1);
    const path = asked.startsWith(under) ? asked.slice(under.length) || "index.html" : "";
    const content = changed.get(path) ?? models.get(path) ?? builtFile(path);
    const type = types[extname(path)] ?? "application/octet-stream";
    response.writeHead(content ? 200 : 404, { ...headers, "Content-Type": type, "Cache-Control": "no-cache" });
    response.end(request.method === "HEAD" ? undefined : content);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const cut = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { port, url: `http://localhost:${port}${under && `/${under.slice(0, -1)}`}`, asked: log, cut };
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

function builtFile(path: string): Buffer | undefined {
  const file = join(built, path);
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
}

/** By path: an encoder that has read nothing, small enough to be trained in a second, and a manifest that names it. */
export async function tinyModels(): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const [name, blob] of randomEncoder(1)) files.set(name, Buffer.from(await blob.arrayBuffer()));
  const hashed = [...files].map(([name, content]) => ({
    name,
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
  }));
  const named = { id: tinyEncoder, name: tinyEncoder, licence: "Apache-2.0", homepage: "" };
  const entry = { ...named, kind: "encoder", sources: [], files: hashed };
  const served = [...files].map(([name, content]) => [`models/${tinyEncoder}/${name}`, content] as const);
  return new Map([...served, ["models/manifest.json", Buffer.from(JSON.stringify({ models: [entry] }))]]);
}
