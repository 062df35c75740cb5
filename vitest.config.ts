// Two projects: unit runs in Node and mirrors src/; browser runs in a real Chromium, isolated, with WebGPU by SwiftShader.

import process from "node:process";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, mergeConfig } from "vitest/config";
import { findChromium, modelFlags } from "./scripts/chromium.ts";
import { hasPython, pythonLogits } from "./test/browser/python-command.ts";
import { foreignRequests } from "./test/browser/requests-command.ts";
import viteConfig from "./vite.config.ts";

export default mergeConfig(
  viteConfig,
  defineConfig({
    test: {
      projects: [
        { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"], environment: "node", testTimeout: 30_000 } },
        {
          extends: true,
          test: {
            name: "browser",
            include: ["test/browser/**/*.test.ts"],
            testTimeout: 120_000,
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
        },
      ],
    },
  }),
);
