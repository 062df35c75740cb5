// The server of a build: what the build made under /vendor is served, and what is missing is no page.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { preview } from "vite";
import { expect, it } from "vitest";
import { modelPageScript } from "../../../scripts/model-page-script.ts";
import { localFiles } from "../../../scripts/vite-plugins.ts";

it("serves the program of a model's page, which the build made, and no page for a file that is missing", async () => {
  const root = mkdtempSync(join(tmpdir(), "clinfuse-preview-"));
  for (const [path, text] of [
    [modelPageScript, "let made = 1;"],
    ["index.html", "<title>app</title>"],
  ] as const) {
    mkdirSync(dirname(join(root, "dist", path)), { recursive: true });
    writeFileSync(join(root, "dist", path), text);
  }
  const server = await preview({ root, configFile: false, logLevel: "silent", plugins: [localFiles()], preview: { port: 0 } });
  const url = server.resolvedUrls?.local[0] as string;
  try {
    const made = await fetch(`${url}${modelPageScript}`);
    expect([made.status, made.headers.get("content-type"), await made.text()]).toEqual([200, "text/javascript", "let made = 1;"]);
    expect((await fetch(`${url}vendor/other.js`)).status).toBe(404);
  } finally {
    await server.close();
  }
});
