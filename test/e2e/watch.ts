// What a page complains of, and whom it asks, from its first request on. Knows no page of the app.

import type { Page } from "@playwright/test";

export interface Watched {
  /** Errors of the console, and those that nothing caught. */
  readonly complaints: readonly string[];
  /** Addresses of requests to another host. */
  readonly foreign: readonly string[];
}

/** Both grow while the page works: a test expects them to be empty at its end. */
export function watch(page: Page): Watched {
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "localhost") foreign.push(request.url());
  });
  return { complaints, foreign };
}
