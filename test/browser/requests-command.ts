// Node's side of canary.test.ts: hears every request of the browser, of pages, workers and workers of workers, whoever makes it and however.

import type { Request } from "playwright-core";
import type { BrowserCommand } from "vitest/node";

const heard: string[] = [];
const listening = new WeakSet<object>();

const pause = 200; // milliseconds: what is on its way through the browser's protocol
const patience = 50; // pauses until a request that is awaited is given up

/** Addresses of other origins than the page's that were asked for since the last call: waits until `awaited` of them came. Data and blob addresses ask nobody. */
export const foreignRequests: BrowserCommand<[origin: string, awaited?: number]> = async ({ context }, origin, awaited = 0) => {
  if (!listening.has(context)) {
    listening.add(context);
    context.on("request", (request: Request) => heard.push(request.url()));
  }
  const foreign = () =>
    heard.filter((address) => /^(http|ws)s?:/.test(address) && new URL(address).host !== new URL(origin).host);
  for (let pauses = 0; pauses === 0 || (foreign().length < awaited && pauses < patience); pauses++)
    await new Promise((resolve) => setTimeout(resolve, pause));
  const addresses = foreign();
  heard.length = 0;
  return addresses;
};
