// Browsers for benchmarks, each with a memory of its own, and how much of it the tab took at most. Linux alone tells.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { chromium, type Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { findChromium, quietFlags, swiftShaderFlags } from "../../scripts/chromium.ts";

/** Serves the sources. */
export async function serveSources(): Promise<ViteDevServer> {
  const server = await createServer({
    configFile: "vite.config.ts",
    server: { port: 0, hmr: false, watch: null },
    logLevel: "error",
  });
  await server.listen();
  return server;
}

export interface BenchTab {
  /** Calls a function that the module exports. */
  call<T>(name: string, ...given: readonly unknown[]): Promise<T>;
  /** The most megabytes that one process of the browser has held so far: the tab's. NaN where it cannot be told. */
  peakMegabytes(): number;
  close(): Promise<void>;
}

export interface TabOptions {
  /** Cores that the page is told of. */
  readonly cores?: number;
  readonly webgpu?: boolean;
}

/** A page of a browser of its own. `module` is a path below the project's root. */
export async function openTab(server: ViteDevServer, module: string, options: TabOptions = {}): Promise<BenchTab> {
  const args = [...quietFlags, ...(options.webgpu ? swiftShaderFlags : [])];
  const browser = await chromium.launchServer({ executablePath: findChromium(), args });
  const page: Page = await (await chromium.connect(browser.wsEndpoint())).newPage();
  page.on("pageerror", (error) => console.error(error));
  if (options.cores) {
    await page.addInitScript((cores) => Object.defineProperty(navigator, "hardwareConcurrency", { value: cores }), options.cores);
  }
  await page.goto(`${server.resolvedUrls?.local[0]}test/bench/blank.html`);
  return {
    call: <T>(name: string, ...given: readonly unknown[]) =>
      page.evaluate(
        async ([path, called, values]) => {
          const bench = (await import(path as string)) as Record<string, (...xs: unknown[]) => Promise<unknown>>;
          return bench[called as string]?.(...(values as unknown[]));
        },
        [module, name, given] as const,
      ) as Promise<T>,
    peakMegabytes: () => peakMegabytes(browser.process().pid ?? 0),
    close: () => browser.close(),
  };
}

/** Most memory that one process of the browser held: the tab's. Linux alone tells. */
function peakMegabytes(browser: number): number {
  if (process.platform !== "linux") return Number.NaN;
  const stat = (pid: string) =>
    readFileSync(join("/proc", pid, "stat"), "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
  const parents = new Map<number, number[]>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(stat(pid)[1]);
      parents.set(parent, [...(parents.get(parent) ?? []), Number(pid)]);
    } catch {} // ended meanwhile
  }
  const below = (pid: number): number[] => [pid, ...(parents.get(pid) ?? []).flatMap(below)];
  const peak = (pid: number) => {
    try {
      return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(join("/proc", `${pid}`, "status"), "utf8"))?.[1] ?? 0) / 1024;
    } catch {
      return 0;
    }
  };
  return Math.round(Math.max(...below(browser).map(peak)));
}
