// Tokens per second of the engines on the same ClinGen prompts of both tasks, in one run:
// npm run bench:generate [-- --prompts N] [--grammar] [--rows 1,4,8,16,32] [--engines wllama,batch,int8] [--native PYTHON]

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { chromium } from "playwright-core";
import { createServer } from "vite";
import { findChromium, quietFlags } from "../../scripts/chromium.ts";
import type { Contender, Outcome } from "./generate.page.ts";

const args = process.argv.slice(2);
const option = (name: string, otherwise: string) =>
  args.includes(name) ? (args[args.indexOf(name) + 1] ?? otherwise) : otherwise;
const prompts = Number(option("--prompts", "64"));
const rows = option("--rows", "1,4,8,16,32").split(",").map(Number);
const chosen = new Set(option("--engines", "wllama,batch,int8").split(","));
const python = option("--native", "");
const grammar = args.includes("--grammar");

const server = await createServer({
  configFile: "vite.config.ts",
  server: { port: 0, hmr: false, watch: null },
  logLevel: "error",
});
await server.listen();

type Page = typeof import("./generate.page.ts");

/** In a browser of its own, so that its memory is its own. */
async function inBrowser<A extends readonly unknown[], T>(
  call: keyof Page,
  ...given: A
): Promise<{ result: T; megabytes: number }> {
  const browser = await chromium.launchServer({ executablePath: findChromium(), args: [...quietFlags] });
  try {
    const page = await (await chromium.connect(browser.wsEndpoint())).newPage();
    page.on("pageerror", (error) => console.error(error));
    await page.goto(`${server.resolvedUrls?.local[0]}test/bench/blank.html`);
    const result = await page.evaluate(
      async ([path, name, values]) => {
        const bench = (await import(path as string)) as Record<string, (...xs: unknown[]) => Promise<unknown>>;
        return bench[name as string]?.(...(values as unknown[]));
      },
      ["/test/bench/generate.page.ts", call, given] as const,
    );
    return { result: result as T, megabytes: peakMegabytes(browser.process().pid ?? 0) };
  } finally {
    await browser.close();
  }
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

const rate = ({ completionTokens, seconds }: Outcome) => completionTokens / seconds;

async function measure(name: string, contender: Contender): Promise<number> {
  const { result, megabytes } = await inBrowser<readonly unknown[], Outcome>("write", contender, prompts, grammar);
  const perMinute = (60 * result.accepted) / result.seconds;
  console.log(
    `${name.padEnd(22)} ${rate(result).toFixed(1).padStart(6)} tokens/s  ${perMinute.toFixed(1).padStart(6)} accepted/min  first after ${result.first.toFixed(1).padStart(5)} s  ${megabytes} MB  (${result.completionTokens} tokens, ${result.seconds.toFixed(1)} s)`,
  );
  return Math.round(10 * rate(result)) / 10;
}

/** transformers.generate on the same file at the same batches. */
function native(): Record<string, number> {
  const model = join("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");
  const out = execFileSync(python, ["test/bench/generate_native.py", model, ...rows.map(String)], { encoding: "utf8" });
  return JSON.parse(out.trim().split("\n").at(-1) as string) as Record<string, number>;
}

try {
  console.log(
    `${prompts} conversations, half BC5CDR-Disease (one turn), half MQP (two turns), ${grammar ? "with" : "without"} grammar`,
  );
  const batch: Record<string, number> = {};
  const batchInt8: Record<string, number> = {};
  const wllama: Record<string, number> = {};
  for (const file of chosen.has("wllama") ? (["shipped", "Q8_0"] as const) : []) {
    wllama[file] = await measure(`wllama ${file}`, { kind: "wllama", file });
  }
  for (const n of chosen.has("batch") ? rows : []) {
    batch[n] = await measure(`batch ${n} rows`, { kind: "batch", rows: n, precision: "float32" });
  }
  for (const n of chosen.has("int8") ? rows : []) {
    batchInt8[n] = await measure(`batch ${n} rows, int8`, { kind: "batch", rows: n, precision: "int8" });
  }
  const { result: share } = await inBrowser<readonly unknown[], number>("nonMatmulShare");
  const best = (rates: Record<string, number>) => Math.max(...Object.values(rates));
  const compared = Object.keys(batch).length > 0 && Object.keys(wllama).length > 0;
  const ratio = compared ? Math.round((100 * best(batch)) / best(wllama)) / 100 : null;
  if (ratio !== null) console.log(`batch is ${ratio} times wllama's best`);
  console.log(`${Math.round(100 * share)} % of a step of 16 rows is no product with a matrix`);
  const nonMatmulShare = Math.round(100 * share) / 100;
  const summary = { batch, batchInt8, wllama, ratio, nonMatmulShare, ...(python ? { native: native() } : {}) };
  console.log(JSON.stringify(summary));
} finally {
  await server.close();
}
