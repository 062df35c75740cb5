// Tokens per second of the engines on the same ClinGen prompts of both tasks, in one run:
// npm run bench:generate [-- --prompts N] [--grammar] [--rows 1,4,8,16,32] [--engines wllama,batch,int8] [--native PYTHON]

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { openTab, serveSources } from "./browsers.ts";
import type * as Page from "./generate.page.ts";
import type { Contender, Outcome } from "./generate.page.ts";

const args = process.argv.slice(2);
const option = (name: string, otherwise: string) =>
  args.includes(name) ? (args[args.indexOf(name) + 1] ?? otherwise) : otherwise;
const prompts = Number(option("--prompts", "64"));
const rows = option("--rows", "1,4,8,16,32").split(",").map(Number);
const chosen = new Set(option("--engines", "wllama,batch,int8").split(","));
const python = option("--native", "");
const grammar = args.includes("--grammar");

const server = await serveSources();

/** In a browser of its own, so that its memory is its own. */
async function inBrowser<T>(call: keyof typeof Page, ...given: readonly unknown[]): Promise<{ result: T; megabytes: number }> {
  const tab = await openTab(server, "/test/bench/generate.page.ts");
  try {
    const result = await tab.call<T>(call, ...given);
    return { result, megabytes: tab.peakMegabytes() };
  } finally {
    await tab.close();
  }
}

const rate = ({ completionTokens, seconds }: Outcome) => completionTokens / seconds;

async function measure(name: string, contender: Contender): Promise<number> {
  const { result, megabytes } = await inBrowser<Outcome>("write", contender, prompts, grammar);
  const perMinute = (60 * result.accepted) / result.seconds;
  console.log(
    `${name.padEnd(22)} ${rate(result).toFixed(1).padStart(6)} tokens/s  ${perMinute.toFixed(1).padStart(6)} accepted/min  first after ${result.first.toFixed(1).padStart(5)} s  ${megabytes} MB  (${result.completionTokens} tokens, ${result.seconds.toFixed(1)} s)`,
  );
  return Math.round(10 * rate(result)) / 10;
}

/** transformers.generate on the same file at the same batches, with short prompts and greedily; and `batch` on the same. */
async function native(): Promise<{ native: Record<string, number>; batchAsNative: Record<string, number> }> {
  const model = join("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");
  const out = execFileSync(python, ["test/bench/generate_native.py", model, ...rows.map(String)], { encoding: "utf8" });
  const there = JSON.parse(out.trim().split("\n").at(-1) as string) as Record<string, number>;
  const here: Record<string, number> = {};
  for (const n of rows) {
    here[n] = Math.round(10 * (await inBrowser<number>("writeAsNative", n)).result) / 10;
    console.log(`short prompts, 40 tokens each, ${n} rows: batch ${here[n]} tokens/s, transformers natively ${there[n]}`);
  }
  return { native: there, batchAsNative: here };
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
  const { result: share } = await inBrowser<number>("nonMatmulShare");
  const best = (rates: Record<string, number>) => Math.max(...Object.values(rates));
  const compared = Object.keys(batch).length > 0 && Object.keys(wllama).length > 0;
  const ratio = compared ? Math.round((100 * best(batch)) / best(wllama)) / 100 : null;
  if (ratio !== null) console.log(`batch is ${ratio} times wllama's best`);
  console.log(`${Math.round(100 * share)} % of a step of 16 rows is no matrix product`);
  const nonMatmulShare = Math.round(100 * share) / 100;
  const summary = { batch, batchInt8, wllama, ratio, nonMatmulShare, ...(python ? await native() : {}) };
  console.log(JSON.stringify(summary));
} finally {
  await server.close();
}
