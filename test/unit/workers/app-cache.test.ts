import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type AppBuild, type AppFile, appCache } from "../../../src/workers/app-cache.ts";
import { memoryCaches } from "./memory-caches.ts";

const scope = "https://hospital.example/clinfuse/";

function buildOf(version: string, contents: Readonly<Record<string, string>>): AppBuild {
  const files = Object.fromEntries(
    Object.entries(contents).map(([path, text]) => {
      const sha256 = createHash("sha256").update(text).digest("hex");
      const type = path.endsWith(".html") ? "text/html" : "text/javascript";
      return [path, { sha256, bytes: text.length, type, first: !path.startsWith("vendor/") }];
    }),
  );
  const headers = { "Cross-Origin-Embedder-Policy": "require-corp" };
  return { version, files, headers, policy: { open: "connect-src 'self' https://hub.example", sealed: "connect-src 'self'" } };
}

const one = { "index.html": "<p>one</p>", "assets/a.js": "1", "vendor/big.wasm": "wasm one" };
const two = { "index.html": "<p>two</p>", "assets/a.js": "1", "vendor/big.wasm": "wasm two" };

/** A server with these files in the app's folder; undefined once it is cut. */
function serverOf(first: Readonly<Record<string, string>> | undefined) {
  const server = {
    files: first,
    asked: [] as string[],
    fetch: async (url: string) => {
      server.asked.push(url);
      if (!server.files) throw new TypeError("Failed to fetch");
      const text = server.files[url.slice(scope.length) || "index.html"];
      // A type that it should not have, as some servers send scripts.
      return text === undefined
        ? new Response(null, { status: 404 })
        : new Response(text, { headers: { "Content-Type": "text/plain" } });
    },
  };
  return server;
}

describe("the app's own files", () => {
  it("are told from anything else on the server, by their path in the folder", () => {
    const { pathOf } = appCache(buildOf("v1", one), { caches: memoryCaches(), fetch: serverOf(one).fetch, scope });
    expect(pathOf(scope)).toBe("index.html");
    expect(pathOf(`${scope}?x#y`)).toBe("index.html");
    expect(pathOf(`${scope}assets/a.js`)).toBe("assets/a.js");
    for (const other of [`${scope}models/m/model.safetensors`, "https://hospital.example/assets/a.js", `${scope}constructor`]) {
      expect(pathOf(other)).toBeUndefined();
    }
  });

  it("answer with headers and the policy, from the server first and without it later, with their own types", async () => {
    const server = serverOf(one);
    const cache = appCache(buildOf("v1", one), { caches: memoryCaches(), fetch: server.fetch, scope });
    await cache.fill("first");
    expect(await cache.filled()).toEqual({ done: 11, total: 19 });
    await cache.fill("all");
    server.files = undefined;
    const page = await cache.answer("index.html", "GET");
    expect(await page.text()).toBe("<p>one</p>");
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "content-type": "text/html",
      "content-security-policy": "connect-src 'self' https://hub.example",
      "cross-origin-embedder-policy": "require-corp",
    });
    const head = await cache.answer("vendor/big.wasm", "HEAD");
    expect([head.headers.get("content-security-policy"), head.headers.get("content-length"), await head.text()]).toEqual([
      "connect-src 'self' https://hub.example",
      "8",
      "",
    ]);
  });

  it("of another version are refused, not given", async () => {
    const server = serverOf(one);
    const cache = appCache(buildOf("v1", one), { caches: memoryCaches(), fetch: server.fetch, scope });
    await cache.fill("first");
    server.files = two;
    expect(await (await cache.answer("index.html", "GET")).text()).toBe("<p>one</p>");
    const wasm = await cache.answer("vendor/big.wasm", "GET");
    expect([wasm.status, await wasm.text()]).toEqual([503, "Error: vendor/big.wasm is not of this version"]);
    await expect(
      appCache(buildOf("v1", one), { caches: memoryCaches(), fetch: server.fetch, scope }).fill("first"),
    ).rejects.toThrow("index.html is not of this version");
  });

  it("come unpacked from a server that sends a packed file as an encoding, and are kept so", async () => {
    const [packed, table] = ["packed bytes", "id\ttype\tname"];
    const build = buildOf("v1", { "graph/nodes.tsv.gz": packed });
    const unpacked = createHash("sha256").update(table).digest("hex");
    const files = { "graph/nodes.tsv.gz": { ...(build.files["graph/nodes.tsv.gz"] as AppFile), unpacked } };
    const server = serverOf({ "graph/nodes.tsv.gz": table });
    const cache = appCache({ ...build, files }, { caches: memoryCaches(), fetch: server.fetch, scope });
    await cache.fill("all");
    server.files = undefined;
    const kept = await cache.answer("graph/nodes.tsv.gz", "GET");
    expect([await kept.text(), kept.headers.get("content-length")]).toEqual([table, `${table.length}`]);
    server.files = { "graph/nodes.tsv.gz": "another table" };
    const fresh = appCache({ ...build, files }, { caches: memoryCaches(), fetch: server.fetch, scope });
    await expect(fresh.fill("all")).rejects.toThrow("graph/nodes.tsv.gz is not of this version");
  });

  it("of one version are deleted when the next takes over, and another folder's are not", async () => {
    const caches = memoryCaches();
    const ports = (at: string) => ({
      caches,
      fetch: async (url: string) => new Response(url.endsWith("a.js") ? "1" : "<p>one</p>"),
      scope: at,
    });
    const contents = { "index.html": "<p>one</p>", "assets/a.js": "1" };
    const other = appCache(buildOf("v1", contents), ports("https://hospital.example/"));
    const first = appCache(buildOf("v1", contents), ports(scope));
    const next = appCache(buildOf("v2", contents), ports(scope));
    for (const cache of [other, first, next]) await cache.fill("all");
    await first.seal(true);
    await next.sweep();
    expect([(await first.filled()).done, (await next.filled()).done, (await other.filled()).done]).toEqual([0, 11, 11]);
    expect(await next.isSealed()).toBe(true);
  });

  it("are fetched beyond one that the server withholds, which is told", async () => {
    const { "assets/a.js": _, ...without } = { ...one, "vendor/last.js": "last" };
    const all = { ...without, "vendor/aaa.js": "a" };
    const cache = appCache(buildOf("v1", all), {
      caches: memoryCaches(),
      fetch: serverOf({ ...all, "vendor/aaa.js": "other" }).fetch,
      scope,
    });
    await expect(cache.fill("all")).rejects.toThrow("vendor/aaa.js is not of this version");
    const { done, total } = await cache.filled();
    expect(total - done).toBe(1);
  });

  it("come under the narrower policy once sealed, in a worker that starts later too", async () => {
    const caches = memoryCaches();
    const ports = { caches, fetch: serverOf(one).fetch, scope };
    const cache = appCache(buildOf("v1", one), ports);
    await cache.seal(true);
    const policy = async (from: typeof cache) => (await from.answer("index.html", "GET")).headers.get("content-security-policy");
    expect(await policy(cache)).toBe("connect-src 'self'");
    expect(await policy(appCache(buildOf("v1", one), ports))).toBe("connect-src 'self'");
    await cache.seal(false);
    expect(await policy(cache)).toBe("connect-src 'self' https://hub.example");
  });
});
