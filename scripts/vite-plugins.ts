// Parts that the dev server, the preview server and the build share: the isolation headers, files that live outside public/, the CSP.

import { copyFileSync, createReadStream, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { basename, dirname, extname, join, normalize, resolve } from "node:path";
import type { Connect, Plugin, ResolvedConfig } from "vite";
import { modelsFolder } from "./models-folder.ts";
import { fusedWasm } from "./ort/fused-wasm.ts";

const root = resolve(dirname(new URL(import.meta.url).pathname), "..");

/** Address under the app's root -> file in node_modules. Copied into the build; served as they are in development. */
const vendorFiles: Readonly<Record<string, string>> = {
  "vendor/ort/ort-wasm-simd-threaded.mjs": "onnxruntime-web/dist/ort-wasm-simd-threaded.mjs",
  "vendor/ort/ort-wasm-simd-threaded.wasm": "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
  "vendor/ort/ort-wasm-simd-threaded.asyncify.mjs": "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.mjs",
  "vendor/ort/ort-wasm-simd-threaded.asyncify.wasm": "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm",
  "vendor/wllama/wllama.wasm": "@wllama/wllama/esm/wasm/wllama.wasm",
};

const fusedAddress = "vendor/ort/ort-wasm-simd-threaded.fused.wasm";
let fusedBytes: Promise<Uint8Array> | undefined;

/** onnxruntime-web's file with the kernels of scripts/ort, made once a process. */
function fused(): Promise<Uint8Array> {
  const original = join(root, "node_modules", "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm");
  return (fusedBytes ??= fusedWasm(readFileSync(original)));
}

/** Types of the files that the app is made of, for those who serve them. */
export const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

/** COOP and COEP: without them the browser gives no threads. */
export const isolationHeaders = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** DESIGN section 8. Styles may be inline (plots set them); scripts may not. The hub is reached only when the user presses the button. */
export const contentSecurityPolicy = policyWith(["https://huggingface.co", "https://*.hf.co"]);

/** The same without the hub: no request but to the app's own server. */
export const sealedPolicy = policyWith([]);

function policyWith(hub: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval' blob:",
    "worker-src 'self' blob:",
    ["connect-src 'self' blob:", ...hub].join(" "),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** One range of bytes, as a resumed download asks for it; anything else is the whole file, which HTTP allows. */
function rangeOf(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | "beyond" | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined) return undefined;
  const [start, end] = [Number(first), last ? Math.min(Number(last), size - 1) : size - 1];
  return start > end ? "beyond" : { start, end };
}

function serve(path: string, content: string | Uint8Array, request: IncomingMessage, response: ServerResponse): void {
  const size = typeof content === "string" ? statSync(content).size : content.length;
  const headers = {
    ...isolationHeaders,
    "Content-Type": types[extname(path)] ?? "application/octet-stream",
    "Cache-Control": "no-cache",
    "Accept-Ranges": "bytes",
  };
  const range = rangeOf(request.headers.range, size);
  if (range === "beyond") {
    response.writeHead(416, { ...headers, "Content-Range": `bytes */${size}` }).end();
    return;
  }
  if (range) {
    const { start, end } = range;
    const part = { "Content-Range": `bytes ${start}-${end}/${size}`, "Content-Length": end - start + 1 };
    response.writeHead(206, { ...headers, ...part });
  } else response.writeHead(200, { ...headers, "Content-Length": size });
  if (request.method === "HEAD") response.end();
  else if (typeof content === "string") createReadStream(content, range).pipe(response);
  else response.end(range ? content.subarray(range.start, range.end + 1) : content);
}

/**
 * /vendor from node_modules, or from the build where it made the file, and /models from the models' folder. What is missing there is a 404, never the
 * app's own page.
 */
function localFileHandler(build?: string): Connect.NextHandleFunction {
  return (request, response, next) => {
    const path = normalize(decodeURIComponent((request.url ?? "").split(/[?#]/)[0] ?? "")).slice(1);
    const vendor = vendorFiles[path];
    if (vendor) return serve(path, join(root, "node_modules", vendor), request, response);
    if (path === fusedAddress) {
      fused().then((bytes) => serve(path, bytes, request, response), next);
      return;
    }
    if (!path.startsWith("models/") && !path.startsWith("vendor/")) return next();
    const file = path.startsWith("models/") ? join(modelsFolder, path.slice("models/".length)) : build && join(build, path);
    if (file && existsSync(file) && statSync(file).isFile()) return serve(path, file, request, response);
    response.writeHead(404, { "Content-Type": "text/plain" });
    response.end(`${basename(path)} is not here`);
  };
}

export function localFiles(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "clinfuse:local-files",
    configResolved(resolved) {
      config = resolved;
    },
    configureServer(server) {
      server.middlewares.use(localFileHandler());
    },
    configurePreviewServer(server) {
      server.middlewares.use(localFileHandler(resolve(config.root, config.build.outDir)));
    },
    async closeBundle() {
      if (config.command !== "build") return;
      for (const [to, from] of Object.entries(vendorFiles)) {
        const target = join(config.build.outDir, to);
        mkdirSync(dirname(target), { recursive: true });
        copyFileSync(join(root, "node_modules", from), target);
      }
      writeFileSync(join(config.build.outDir, fusedAddress), await fused());
    },
  };
}

/** The policy as a header of the preview server and as a meta tag of the built pages; the dev server's hot reload needs more freedom. */
export function securityPolicy(): Plugin {
  return {
    name: "clinfuse:security-policy",
    configurePreviewServer(server) {
      server.middlewares.use((_, response, next) => {
        response.setHeader("Content-Security-Policy", contentSecurityPolicy);
        next();
      });
    },
    transformIndexHtml: {
      order: "post",
      handler(_, context) {
        if (context.server) return [];
        return [
          {
            tag: "meta",
            attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
            injectTo: "head-prepend",
          },
        ];
      },
    },
  };
}
