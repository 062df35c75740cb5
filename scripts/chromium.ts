// Finds a Chromium, or installs one, or says how.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { type BrowserContext, chromium } from "playwright-core";
import { ClinfuseError } from "../src/base/errors.ts";

/** Flags that keep the browser quiet: it asks nothing of any host. */
export const quietFlags = [
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];

/** WebGPU by software, for machines without a GPU. It has no shader-f16. */
export const swiftShaderFlags = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
];

/** WebGPU on the graphics card, without a display. On Linux Chromium offers it by Vulkan alone, and only when told to. */
export const graphicsFlags =
  process.platform === "linux"
    ? [
        "--enable-unsafe-webgpu",
        "--ignore-gpu-blocklist",
        "--enable-features=Vulkan",
        "--use-angle=vulkan",
        "--disable-vulkan-surface",
      ]
    : ["--enable-unsafe-webgpu", "--ignore-gpu-blocklist"];

/** Tells whether a graphics card is here, as far as files say. Outside Linux Chromium falls back by itself, so there it is assumed. */
export function hasGraphics(dev = "/dev"): boolean {
  if (process.platform !== "linux") return true;
  const devices = existsSync(dev) ? readdirSync(dev) : [];
  const render = existsSync(join(dev, "dri")) ? readdirSync(join(dev, "dri")) : [];
  return devices.some((name) => /^nvidia\d+$|^dxg$|^kfd$/.test(name)) || render.some((name) => name.startsWith("renderD"));
}

/**
 * The flags of a browser that runs models: the graphics card where there is one, software otherwise; $CLINFUSE_GPU ("hardware", "software" or
 * "none") decides where the guess is wrong. $CLINFUSE_CHROMIUM_FLAGS, apart by spaces, come last, so that they have the last word.
 */
export function modelFlags(env: NodeJS.ProcessEnv = process.env, graphics = hasGraphics()): string[] {
  const choice = env.CLINFUSE_GPU || (graphics ? "hardware" : "software");
  const flags = { hardware: graphicsFlags, software: swiftShaderFlags, none: [] }[choice];
  if (!flags) throw new Error(`CLINFUSE_GPU is "${choice}"; it takes hardware, software or none`);
  const extra = (env.CLINFUSE_CHROMIUM_FLAGS ?? "").split(/\s+/).filter(Boolean);
  return [...quietFlags, ...flags, ...extra];
}

export interface Launched {
  readonly context: BrowserContext;
  /** Its graphics adapter in words. */
  readonly adapter: string;
  close(): Promise<void>;
}

/**
 * A browser for models. Where a card is here and Chromium offers no adapter for it (a driver without Vulkan, most often), it starts again on
 * software, unless $CLINFUSE_GPU asked for the card. `url` is a page of the app: only there is WebGPU to be had. With a `profile`, a folder, what
 * the app stores outlives the browser.
 */
export async function launchForModels(
  url: string,
  { profile, flags: own = [] }: { readonly profile?: string; readonly flags?: readonly string[] } = {},
  graphics = hasGraphics(),
): Promise<Launched> {
  const launch = async (flags: readonly string[]) => {
    const context = await openContext([...flags, ...own], profile);
    return { context, adapter: await adapterName(context, url) };
  };
  let launched = await launch(modelFlags(process.env, graphics));
  if (launched.adapter === undefined && graphics && !process.env.CLINFUSE_GPU) {
    await closeContext(launched.context);
    launched = await launch(modelFlags({ ...process.env, CLINFUSE_GPU: "software" }));
  }
  const { context, adapter = "none" } = launched;
  const real = !/^none$|swiftshader|llvmpipe|lavapipe/i.test(adapter);
  const remark =
    graphics && !real ? " (a graphics card seems to be here, but Chromium offers none; models/README.md has the flags)" : "";
  return { context, adapter: `${adapter}${remark}`, close: () => closeContext(context) };
}

/** A browser that was killed lets go of its profile a moment later. */
const profileWait = 30_000; // milliseconds

async function openContext(flags: readonly string[], profile: string | undefined): Promise<BrowserContext> {
  const stops = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }; // the command closes it, once it has said so
  const options = { executablePath: findChromium(), headless: true, args: [...flags], ...stops };
  if (profile === undefined) return (await chromium.launch(options)).newContext({ acceptDownloads: true });
  for (const start = Date.now(); ; ) {
    try {
      return await chromium.launchPersistentContext(profile, { ...options, acceptDownloads: true });
    } catch (error) {
      if (Date.now() - start > profileWait) throw inPlainWords(error);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/** A browser's fault without its start-up line and its own log; the words of a browser that is gone, or of a profile in use, say what to do. */
export function inPlainWords(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ClinfuseError) return error;
  const found = faults.find(({ of }) => of.test(error.message));
  const [message = ""] = error.message.split(/\n(?:Call log|Browser logs):/);
  return new Error(found?.words ?? message, { cause: error });
}

const faults: readonly { readonly of: RegExp; readonly words: string }[] = [
  {
    of: /ProcessSingleton|profile is already in use/,
    words: "another browser holds this folder's profile: end it, or name another folder",
  },
  {
    of: /has been closed|Target crashed|browser has disconnected/,
    words: "the browser is gone: it was closed, or the system ended it (out of memory?). The same command goes on where it stood",
  },
];

async function closeContext(context: BrowserContext): Promise<void> {
  const browser = context.browser();
  await context.close();
  await browser?.close();
}

async function adapterName(context: BrowserContext, url: string): Promise<string | undefined> {
  const page = await context.newPage();
  try {
    await page.goto(url);
    return await page.evaluate(async () => {
      const info = (await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }))?.info;
      return info && (info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(" ") || "unnamed");
    });
  } finally {
    await page.close();
  }
}

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const name of names) {
    for (const folder of folders) if (folder && existsSync(join(folder, name))) return join(folder, name);
  }
  const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  return existsSync(mac) ? mac : undefined;
}

/** Path of a Chromium: $CHROMIUM_PATH, the system's, Playwright's own; else installs it where that is possible. Throws with what to do. */
export function findChromium(): string {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (!existsSync(given)) throw new Error(`CHROMIUM_PATH is ${given}, and there is no such file`);
    return given;
  }
  const found = onPath() ?? (existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined);
  if (found) return found;
  if (process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.error("No Chromium found: installing it with apt-get ...");
    execFileSync("apt-get", ["update", "-qq"], { stdio: "inherit" });
    execFileSync("apt-get", ["install", "-y", "-qq", "chromium"], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    const installed = onPath();
    if (installed) return installed;
  }
  throw new Error(
    "No Chromium found. Install one (Debian: apt-get install chromium; anywhere: npx playwright install chromium) or set CHROMIUM_PATH to it.",
  );
}
