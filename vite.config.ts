// The build: one page for people, one for headless runs; vendor wasm from node_modules, models from models/, nothing from a CDN.

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defaultClientConditions, defineConfig } from "vite";
import { modelPage } from "./scripts/model-page-script.ts";
import { serviceWorker } from "./scripts/service-worker.ts";
import { isolationHeaders, localFiles, securityPolicy } from "./scripts/vite-plugins.ts";

export default defineConfig({
  base: "./",
  plugins: [svelte(), securityPolicy(), modelPage(), localFiles(), serviceWorker()],
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
  // onnxruntime-web then loads its wasm from where we say (/vendor/ort) and the bundler makes no second copy of it.
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
  worker: { format: "es", plugins: () => [svelte()] },
  optimizeDeps: {
    exclude: ["@wllama/wllama", "onnxruntime-web", "@mlc-ai/web-xgrammar"],
    // Named, so that their discovery does not reload a page in the middle of a test.
    include: [
      "@huggingface/jinja",
      "@huggingface/tokenizers",
      "@huggingface/transformers",
      "@mlc-ai/web-llm",
      "@noble/hashes/sha2.js",
      "@noble/hashes/utils.js",
      "fflate",
      "idb",
      "hyparquet-compressors",
      "hyparquet-writer",
      "papaparse",
    ],
  },
  build: { target: "es2023", rollupOptions: { input: ["index.html", "headless.html"] }, chunkSizeWarningLimit: 1500 },
});
