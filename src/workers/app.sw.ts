// The service worker: the app from this browser, with the headers that a plain server does not send. The build writes its list of files.

import { type AppBuild, appCache } from "./app-cache.ts";
import { serveApp } from "./app-worker.ts";

/** Put in by the build. */
declare const appBuild: AppBuild;

const worker = self as unknown as ServiceWorkerGlobalScope;
serveApp(worker, appCache(appBuild, { caches, fetch: (url, init) => fetch(url, init), scope: worker.registration.scope }));
