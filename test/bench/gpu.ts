// WebGPU without a browser: the CPU's part of a step, counts of calls, and on a card the time. Dawn comes from npm into a cache of its own.
// npm run bench:gpu [-- --backend null|swiftshader|vulkan] [--cases bert6,bert12:16x128,rows16] [--path program|onnxruntime|both] [--steps N]
// npm run bench:gpu -- --pack FILE: an archive (tar.gz) for a machine with a card and no network: unpack it, then `node run.mjs --backend vulkan`.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { findChromium } from "../../scripts/chromium.ts";

/** Pinned: its binaries are what is measured with. */
const dawn = "webgpu@0.6.2";
const root = fileURLToPath(new URL("../../", import.meta.url));
const cache = join(root, "node_modules/.cache/clinfuse-gpu");
const stage = join(cache, "stage");
/** Files of onnxruntime-web that its WebGPU build loads. */
const vendor = ["ort-wasm-simd-threaded.asyncify.mjs", "ort-wasm-simd-threaded.asyncify.wasm"];

const args = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : (args[at + 1] ?? "");
};

/** Dawn's binaries for Node of this machine, and of Linux for a pack. */
function fetchDawn(): void {
  const folder = join(cache, "dawn");
  const installed = join(folder, "node_modules/webgpu");
  if (!existsSync(join(installed, "index.js"))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"private":true}\n');
    console.log(`fetching ${dawn} into ${folder} ...`);
    const npm = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "-E", dawn], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    });
    if (npm.status !== 0) throw new Error(`npm could not install ${dawn}: the benchmark needs it once, from the network`);
  }
  const own = `${process.platform}-${process.platform === "darwin" ? "universal" : process.arch}`;
  for (const platform of new Set([own, "linux-x64"])) {
    cpSync(join(installed, "dist", platform), join(stage, "webgpu/dist", platform), { recursive: true });
  }
  for (const name of ["index.js", "package.json", "LICENSE.md"]) cpSync(join(installed, name), join(stage, "webgpu", name));
}

/** The project's own modules and the cases, as one file. */
async function bundle(): Promise<void> {
  await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    root,
    plugins: [
      {
        name: "onnxruntime's folder beside the bundle",
        transform: (code, id) =>
          id.endsWith("src/runtime/ort.ts") ? code.replace('appAddress("vendor/ort/")', "globalThis.ortFolder") : undefined,
      },
    ],
    resolve: { conditions: ["onnxruntime-web-use-extern-wasm"] },
    ssr: { noExternal: true, target: "node", resolve: { conditions: ["onnxruntime-web-use-extern-wasm"] } },
    build: {
      ssr: join(root, "test/bench/gpu/run.ts"),
      outDir: stage,
      emptyOutDir: false,
      minify: false,
      target: "node20",
      rollupOptions: { output: { entryFileNames: "run.mjs", chunkFileNames: "[name].mjs" } },
    },
  });
  const ort = join(root, "node_modules/onnxruntime-web/dist");
  for (const name of vendor) cpSync(join(ort, name), join(stage, "ort", name), { recursive: true, dereference: true });
}

/** Chromium brings a software Vulkan and its loader. */
function softwareVulkan(): Record<string, string> {
  const folders = [dirname(findChromium()), "/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"];
  const folder = folders.find((path) => existsSync(join(path, "vk_swiftshader_icd.json")));
  if (!folder)
    throw new Error("--backend swiftshader: no vk_swiftshader_icd.json beside a Chromium; CHROMIUM_PATH says where one is");
  const driver = join(folder, "vk_swiftshader_icd.json");
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  return { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries };
}

const pack = option("--pack");
if (args.includes("--pack") && !pack) throw new Error("--pack: expected a file");
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
fetchDawn();
await bundle();
if (pack) {
  const tar = spawnSync("tar", ["-czhf", resolve(pack), "-C", stage, "."], { stdio: "inherit" });
  if (tar.status !== 0) throw new Error(`tar could not write ${pack}`);
  console.log(JSON.stringify({ packed: resolve(pack), run: "node run.mjs --backend vulkan" }));
} else {
  const backend = option("--backend") ?? "null";
  const env = { ...process.env, ...(backend === "swiftshader" ? softwareVulkan() : {}) };
  const run = spawnSync(process.execPath, [join(stage, "run.mjs"), ...args], { stdio: "inherit", env });
  process.exitCode = run.status ?? 1;
}
