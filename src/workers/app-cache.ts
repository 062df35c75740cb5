// The app's own files in this browser: fetched once, held against their hashes, answered with the isolation headers and the policy. Knows no page.

import { appCachePrefix } from "../base/app-address.ts";
import { sha256 } from "../base/hash.ts";

/** One file of the build. */
export interface AppFile {
  readonly sha256: string; // hex
  /** The hash of what a packed file holds: some servers send it as an encoding, and the browser unpacks it on the way. */
  readonly unpacked?: string;
  readonly bytes: number;
  readonly type: string;
  /** Fetched before the service worker takes over; the others follow. */
  readonly first: boolean;
}

export interface AppBuild {
  /** Hash over all files: two builds that differ in one byte have two versions. */
  readonly version: string;
  /** By path in the app's folder. */
  readonly files: Readonly<Record<string, AppFile>>;
  /** Headers of every answer; the policy under `open`, and the one without the hub under `sealed`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly policy: { readonly open: string; readonly sealed: string };
}

export interface AppCachePorts {
  readonly caches: CacheStorage;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Address of the app's folder; ends with a slash. */
  readonly scope: string;
}

export interface Filled {
  readonly done: number; // bytes
  readonly total: number;
}

export interface AppCache {
  /** The path that a request is for, where it is one of the app's files. A page at the folder's own address is index.html. */
  pathOf(url: string): string | undefined;
  /** Fetches what is not here yet: the first files, or all. Throws where one does not come, or is of another version. */
  fill(which: "first" | "all", tell?: (filled: Filled) => void): Promise<void>;
  filled(): Promise<Filled>;
  /** A file from here, else from the server if it is this version's. 503 where neither has it: a file of another version is never given. */
  answer(path: string, method: string): Promise<Response>;
  /** Deletes the files of other versions of this folder's app. */
  sweep(): Promise<void>;
  isSealed(): Promise<boolean>;
  seal(sealed: boolean): Promise<void>;
}

export function appCache(build: AppBuild, { caches, fetch, scope }: AppCachePorts): AppCache {
  const mine = `${appCachePrefix}${scope}:`;
  const open = () => caches.open(`${mine}${build.version}`);
  // Its own cache, so that it outlives a version.
  const sealName = `${appCachePrefix}seal:${scope}`;
  let sealed: Promise<boolean> | undefined;
  const isSealed = () => {
    sealed ??= caches.has(sealName).catch(() => false);
    return sealed;
  };

  async function kept(path: string): Promise<Response | undefined> {
    return (await open()).match(scope + path);
  }

  async function fetched(path: string): Promise<Response> {
    const file = build.files[path] as AppFile;
    // The folder's own address: some servers send whoever asks for index.html there.
    const response = await fetch(scope + (path === "index.html" ? "" : path), { cache: "no-cache" });
    if (!response.ok) throw new Error(`${path} is not there (${response.status})`);
    const content = await response.arrayBuffer();
    const hash = await sha256(new Uint8Array(content));
    if (hash !== file.sha256 && hash !== file.unpacked) throw new Error(`${path} is not of this version`);
    const headers = { "Content-Type": file.type, "Content-Length": `${content.byteLength}` };
    const clean = () => new Response(content, { headers });
    await (await open()).put(scope + path, clean()).catch(() => undefined); // a full disk keeps none
    return clean();
  }

  async function missing(): Promise<readonly string[]> {
    const here = new Set((await (await open()).keys()).map(({ url }) => url));
    return Object.keys(build.files).filter((path) => !here.has(scope + path));
  }

  const total = bytesOf(build, Object.keys(build.files));
  return {
    pathOf(url) {
      const { origin, pathname } = new URL(url);
      const address = origin + pathname;
      if (!address.startsWith(scope)) return undefined;
      const path = decodeURIComponent(address.slice(scope.length)) || "index.html";
      return Object.hasOwn(build.files, path) ? path : undefined;
    },
    async fill(which, tell) {
      const absent = await missing();
      let done = total - bytesOf(build, absent);
      const failures: unknown[] = [];
      for (const path of absent) {
        const file = build.files[path] as AppFile;
        if (which === "first" && !file.first) continue;
        try {
          await fetched(path);
          tell?.({ done: (done += file.bytes), total });
        } catch (error) {
          if (which === "first") throw error;
          failures.push(error); // one file that a server withholds leaves the others
        }
      }
      if (failures.length > 0) throw failures[0];
    },
    filled: async () => ({ done: total - bytesOf(build, await missing()), total }),
    async answer(path, method) {
      const policy = (await isSealed()) ? build.policy.sealed : build.policy.open;
      const more = { ...build.headers, "Content-Security-Policy": policy };
      try {
        const { body, headers } = (await kept(path)) ?? (await fetched(path));
        return new Response(method === "HEAD" ? null : body, { headers: { ...Object.fromEntries(headers), ...more } });
      } catch (error) {
        return new Response(String(error), { status: 503, headers: { ...more, "Content-Type": "text/plain" } });
      }
    },
    async sweep() {
      const stale = (await caches.keys()).filter((name) => name.startsWith(mine) && name !== `${mine}${build.version}`);
      await Promise.all(stale.map((name) => caches.delete(name)));
    },
    isSealed,
    async seal(value) {
      if (value) await caches.open(sealName);
      else await caches.delete(sealName);
      sealed = Promise.resolve(value);
    },
  };
}

const bytesOf = (build: AppBuild, paths: readonly string[]) =>
  paths.reduce((sum, path) => sum + (build.files[path] as AppFile).bytes, 0);
