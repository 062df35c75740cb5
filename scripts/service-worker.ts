// The build's last step: the service worker with the list of all files that were written, each with its hash. Knows no page.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join, resolve, sep } from "node:path";
import { gunzipSync } from "node:zlib";
import { build, type Plugin, type ResolvedConfig, type Rolldown } from "vite";
import type { AppBuild, AppFile } from "../src/workers/app-cache.ts";
import { contentSecurityPolicy, isolationHeaders, sealedPolicy, types } from "./vite-plugins.ts";

const name = "sw.js";
/** Larger files, of engines that few runs need, come after the app has started. */
const firstBytes = 1_000_000;
/** Folders whose files wait as well: vendors' wasm, samples, the starter graph. */
const later = /^(vendor|samples|graph)\//;
/** Not the app's: models are kept by who uses them. */
const apart = /^models\//;

const hashOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Files of a build, by path. */
export function appBuild(folder: string): AppBuild {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => path !== name && !apart.test(path) && statSync(join(folder, path)).isFile())
    .sort();
  const files: Record<string, AppFile> = {};
  for (const path of paths) {
    const content = readFileSync(join(folder, path));
    const type = types[extname(path)] ?? "application/octet-stream";
    const first = content.length < firstBytes && !later.test(path);
    const unpacked = path.endsWith(".gz") ? { unpacked: hashOf(gunzipSync(content)) } : {};
    files[path] = { sha256: hashOf(content), ...unpacked, bytes: content.length, type, first };
  }
  const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
  return { version, files, headers: isolationHeaders, policy: { open: contentSecurityPolicy, sealed: sealedPolicy } };
}

/** One classic script without imports: browsers that know no modules in service workers run it as well. */
async function script(root: string, list: AppBuild): Promise<string> {
  const built = await build({
    root,
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: {
      write: false,
      target: "es2023",
      lib: { entry: join(root, "src/workers/app.sw.ts"), formats: ["iife"], name: "clinfuse" },
    },
  });
  const [output] = (Array.isArray(built) ? built : [built]) as Rolldown.RolldownOutput[];
  const code = output?.output[0].code;
  if (!code) throw new Error("the service worker was not built");
  return `const appBuild = ${JSON.stringify(list)};\n${code}`;
}

export function serviceWorker(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "clinfuse:service-worker",
    configResolved(resolved) {
      config = resolved;
    },
    closeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        if (config.command !== "build") return;
        const folder = resolve(config.root, config.build.outDir);
        writeFileSync(join(folder, name), await script(config.root, appBuild(folder)));
      },
    },
  };
}
