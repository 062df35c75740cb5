// The built app in a real Chromium: builds, serves, drives it as a reader would.

import { execFileSync } from "node:child_process";
import process from "node:process";
import { defineConfig } from "@playwright/test";
import { findChromium, quietFlags } from "./scripts/chromium.ts";

// Playwright loads this file again in each of its processes; they inherit the first one's choice.
const findPort = 'const s=require("node:net").createServer().listen(0,()=>{console.log(s.address().port);s.close()})';
process.env.CLINFUSE_E2E_PORT ??= execFileSync(process.execPath, ["-e", findPort], { encoding: "utf8" }).trim();
const port = process.env.CLINFUSE_E2E_PORT;
const url = `http://localhost:${port}`;

export default defineConfig({
  testDir: "test/e2e",
  // What takes minutes and repeats what quicker tests hold: npm run test:slow.
  ...(process.env.CLINFUSE_E2E_SLOW ? { grep: /@slow/ } : { grepInvert: /@slow/ }),
  outputDir: "test-results",
  timeout: 300_000,
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: "list",
  use: {
    baseURL: url,
    actionTimeout: 60_000,
    serviceWorkers: "block", // each test meets the server itself, but for those about the service worker
    viewport: { width: 1280, height: 900 },
    launchOptions: { executablePath: findChromium(), args: [...quietFlags] },
  },
  webServer: {
    command: `npx vite build --logLevel error && npx vite preview --port ${port} --strictPort`,
    url,
    timeout: 240_000,
    reuseExistingServer: false,
  },
});
