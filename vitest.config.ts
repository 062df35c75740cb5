// Two projects: unit runs in Node and mirrors src/; browser runs in a real Chromium, isolated, with WebGPU by SwiftShader.

import { playwright } from "@vitest/browser-playwright";
import { defineConfig, mergeConfig } from "vitest/config";
import { findChromium, quietFlags, swiftShaderFlags } from "./scripts/chromium.ts";
import viteConfig from "./vite.config.ts";

export default mergeConfig(
  viteConfig,
  defineConfig({
    test: {
      projects: [
        { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"], environment: "node" } },
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
              provider: playwright({
                launchOptions: { executablePath: findChromium(), args: [...quietFlags, ...swiftShaderFlags] },
              }),
            },
          },
        },
      ],
    },
  }),
);
