// npm start: fetches the models that are missing, builds, serves, and opens the app in the default browser.

import { spawn } from "node:child_process";
import process from "node:process";
import { startedWith } from "./command.ts";
import { ensureModels } from "./models.ts";
import { buildApp, serveApp } from "./serve.ts";

function openInBrowser(url: string): void {
  if (process.env.BROWSER === "none") return;
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", url]
        : ["xdg-open", url];
  const opened = spawn(command as string, args, { stdio: "ignore", detached: true });
  opened.on("error", () => undefined); // no browser to open: the address is printed
  opened.unref();
}

startedWith(
  "npm start: fetches the models that are missing, builds, serves, and opens the app. BROWSER=none opens nothing. No other option.",
);

for (const state of await ensureModels(["smollm2-135m-instruct", "all-minilm-l6-v2"])) {
  if (!state.there) console.warn(`${state.id} could not be had (${state.why}); the app says what to do without it.`);
}
await buildApp();
const { url } = await serveApp();
console.log(`\nClinfuse runs at ${url} (Ctrl+C stops it). Nothing that you type there leaves this machine.`);
openInBrowser(url);
