// Node's side of canary.test.ts: hears every request of the browser, of pages, workers and workers of workers, whoever makes it and however.

import type { Request } from "playwright-core";
import type { BrowserCommand } from "vitest/node";

const heard: string[] = [];
const listening = new WeakSet<object>();

/** Addresses of other origins than the page's that were asked for since the last call. Data and blob addresses ask nobody. */
export const foreignRequests: BrowserCommand<[origin: string]> = async ({ context }, origin) => {
  if (!listening.has(context)) {
    listening.add(context);
    context.on("request", (request: Request) => heard.push(request.url()));
  }
  await new Promise((resolve) => setTimeout(resolve, 200)); // what is on its way through the browser's protocol
  return heard.splice(0).filter((address) => /^(http|ws)s?:/.test(address) && new URL(address).host !== new URL(origin).host);
};
