// The program of a model's own page as one module without imports, onnxruntime-web's loader within. Knows no model.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build, type Plugin, type ResolvedConfig, type Rolldown } from "vite";

const root = resolve(import.meta.dirname, "..");

/** Address under the app's root. */
export const modelPageScript = "vendor/model-page.js";

/** The vendor's file at its own address would be copied into the program: the page has it among its files. */
const ownWasm = /new URL\("ort-wasm-simd-threaded\.wasm",import\.meta\.url\)/g;

/** The page trains nothing on a GPU: the other build of the vendor stays out. */
const slimVendor: Plugin = {
  name: "clinfuse:slim-vendor",
  enforce: "pre",
  resolveId: (id) => (id === "onnxruntime-web/webgpu" ? "\0without-webgpu" : undefined),
  load: (id) => (id === "\0without-webgpu" ? "export const env = {};" : undefined),
  transform: (code, id) => (id.includes("ort.wasm.bundle") ? code.replace(ownWasm, 'new URL("about:blank")') : undefined),
};

async function built(): Promise<string> {
  const out = await build({
    root,
    configFile: false,
    logLevel: "error",
    publicDir: false,
    plugins: [slimVendor],
    build: {
      write: false,
      target: "es2023",
      minify: true,
      lib: { entry: join(root, "src/model-page.ts"), formats: ["es"] },
      rollupOptions: { output: { codeSplitting: false } },
    },
  });
  const [output] = (Array.isArray(out) ? out : [out]) as Rolldown.RolldownOutput[];
  const [chunk, ...others] = output?.output ?? [];
  if (chunk?.type !== "chunk" || others.some(({ type }) => type === "chunk"))
    throw new Error("the page's program is not one file");
  return chunk.code;
}

let once: Promise<string> | undefined;

/** Made once a process. */
export const modelPageCode = (): Promise<string> => (once ??= built());

/** Served on demand in development; written beside the vendors' files in the build. */
export function modelPage(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "clinfuse:model-page",
    configResolved(resolved) {
      config = resolved;
    },
    configureServer(server) {
      server.middlewares.use(`/${modelPageScript}`, (_, response, next) => {
        modelPageCode().then((code) => response.writeHead(200, { "Content-Type": "text/javascript" }).end(code), next);
      });
    },
    async closeBundle() {
      if (config.command !== "build") return;
      const target = resolve(config.root, config.build.outDir, modelPageScript);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, await modelPageCode());
    },
  };
}
