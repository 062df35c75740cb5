// Three projects: unit runs in Node and mirrors src/; browser and slow run in a real Chromium, isolated, with WebGPU by SwiftShader.

import process from "node:process";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, mergeConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { findChromium, modelFlags } from "./scripts/chromium.ts";
import { hasPython, pythonLogits } from "./test/browser/python-command.ts";
import { foreignRequests } from "./test/browser/requests-command.ts";
import viteConfig from "./vite.config.ts";

/** Limits against hanging alone, long enough for a slow machine: no test passes or fails by its speed. */
const limits = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };

/** `slow` holds whole trainings and texts of real models, which take minutes and repeat what smaller tests hold: npm run test:slow. */
function inChromium(name: "browser" | "slow"): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      ...limits,
      fileParallelism: false,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        instances: [{ browser: "chromium" }],
        commands: { foreignRequests, hasPython, pythonLogits },
        // Software wherever it runs, so that results are the same everywhere; CLINFUSE_GPU=hardware for a real card.
        provider: playwright({ launchOptions: { executablePath: findChromium(), args: modelFlags(process.env, false) } }),
      },
    },
  };
}

export default mergeConfig(
  viteConfig,
  defineConfig({
    test: {
      projects: [
        { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"], environment: "node", ...limits } },
        inChromium("browser"),
        inChromium("slow"),
      ],
    },
  }),
);
