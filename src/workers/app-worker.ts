// Messages between the page and its service worker, and the worker's answers. Knows no file.

import type { AppCache, Filled } from "./app-cache.ts";

export type AppMessage =
  | { readonly type: "fill" }
  /** Take over from the version before: asked when no other tab is open. */
  | { readonly type: "activate" }
  | { readonly type: "seal"; readonly sealed: boolean }
  | { readonly type: "state" };

export type AppReply =
  | { readonly type: "state"; readonly filled: Filled; readonly sealed: boolean; readonly tabs: number }
  /** More is here than before. */
  | { readonly type: "filled"; readonly filled: Filled }
  | { readonly type: "failed"; readonly why: string };

export function serveApp(worker: ServiceWorkerGlobalScope, cache: AppCache): void {
  worker.addEventListener("install", (event) => event.waitUntil(cache.fill("first")));
  worker.addEventListener("activate", (event) => event.waitUntil(cache.sweep().then(() => worker.clients.claim())));
  worker.addEventListener("fetch", (event) => {
    const { url, method } = event.request;
    if (method !== "GET" && method !== "HEAD") return;
    const path = cache.pathOf(url);
    if (path !== undefined) event.respondWith(cache.answer(path, method));
    else if (new URL(url).origin !== worker.location.origin) event.respondWith(unlessSealed(cache, event.request));
  });
  worker.addEventListener("message", (event) => {
    const reply = (answer: AppReply) => event.source?.postMessage(answer);
    const failed = (error: unknown) => reply({ type: "failed", why: error instanceof Error ? error.message : String(error) });
    event.waitUntil(take(worker, cache, event.data as AppMessage, reply).catch(failed));
  });
}

/** The policy refuses it already; a page that was loaded before the seal has the older one. */
async function unlessSealed(cache: AppCache, request: Request): Promise<Response> {
  return (await cache.isSealed()) ? Response.error() : fetch(request);
}

async function take(
  worker: ServiceWorkerGlobalScope,
  cache: AppCache,
  message: AppMessage,
  reply: (answer: AppReply) => void,
): Promise<void> {
  switch (message.type) {
    case "fill":
      return cache.fill("all", (filled) => reply({ type: "filled", filled }));
    case "activate":
      return worker.skipWaiting();
    case "seal":
      await cache.seal(message.sealed);
      return reply(await stateOf(worker, cache));
    case "state":
      return reply(await stateOf(worker, cache));
    default:
      return message satisfies never;
  }
}

async function stateOf(worker: ServiceWorkerGlobalScope, cache: AppCache): Promise<AppReply> {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const tabs = windows.filter(({ url }) => url.startsWith(worker.registration.scope)).length;
  return { type: "state", filled: await cache.filled(), sealed: await cache.isSealed(), tabs };
}
