// Training steps in the tab against onnxruntime-web's own products, jax-js and native PyTorch, in one run:
// npm run bench:train [-- --cases MiniLM:16x64,BERT-base:16x128+checkpointing] [--threads 2,1] [--steps N] [--modes] [--no-jax] [--device webgpu] [--native PYTHON]

import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import process from "node:process";
import type { ModelOptions } from "../../src/nn/model.ts";
import { type BenchTab, openTab, serveSources } from "./browsers.ts";
import type { Case, Timed } from "./train.page.ts";

const args = process.argv.slice(2);
const option = (name: string, otherwise: string) =>
  args.includes(name) ? (args[args.indexOf(name) + 1] ?? otherwise) : otherwise;
const device = option("--device", "wasm");
const rounds = Number(option("--steps", "3"));
const python = option("--native", "");
const most = Math.min(2, availableParallelism());
const threadCounts = option("--threads", most > 1 ? `${most},1` : "1")
  .split(",")
  .map(Number);

/** With checkpointing a step is timed by all cores alone, and beside nothing: it does other work than its rivals. */
interface BenchCase extends Case {
  readonly checkpointing: boolean;
}
const cases = option("--cases", "MiniLM:16x64,MiniLM:32x128,BERT-base:4x64,BERT-base:8x128,BERT-base:16x128+checkpointing")
  .split(",")
  .map((text): BenchCase => {
    const [, encoder, batch, tokens, more] = /^(.+):(\d+)x(\d+)(\+checkpointing)?$/.exec(text) ?? [];
    if (encoder !== "MiniLM" && encoder !== "BERT-base" && encoder !== "BERT-large")
      throw new Error(`--cases: expected MiniLM:16x64 or BERT-base:16x128+checkpointing, got ${text}`);
    return { encoder, batch: Number(batch), tokens: Number(tokens), checkpointing: more !== undefined };
  });

const median = (xs: readonly number[]) => xs.toSorted((a, b) => a - b)[Math.floor(xs.length / 2)] as number;
const round = (x: number) => Math.round(1000 * x) / 1000;
const nameOf = ({ encoder, batch, tokens, checkpointing }: BenchCase) =>
  `${encoder} ${batch}x${tokens}${checkpointing ? ", checkpointing" : ""}`;

const server = await serveSources();
const module = "/test/bench/train.page.ts";

interface Measured {
  readonly step: number;
  readonly products: number | undefined;
  readonly jax: number | undefined;
  readonly gflop: number;
  readonly megabytes: number;
}

/** Whoever is compared takes turns, so that whatever else the machine does slows all. */
async function measure(
  at: BenchCase,
  threads: number,
  options: ModelOptions,
  against: { products: boolean; jax: boolean },
): Promise<Measured> {
  const cores = { cores: threads, webgpu: device === "webgpu" };
  const ours = await openTab(server, module, cores);
  let jax = against.jax ? await openTab(server, module, cores) : undefined;
  try {
    const gflop = await ours.call<number>("openOurs", device, at, options, false);
    const first = await ours.call<Timed>("step"); // compiles
    const second = await ours.call<Timed>("step");
    const megabytes = ours.peakMegabytes(); // before the products are there
    try {
      await jax?.call("openJax", at);
      if (jax) await sameWork(jax, [first, second]);
    } catch (error) {
      if (!(error instanceof Error) || !/memory|allocation/i.test(error.message)) throw error;
      console.log(`${nameOf(at)}: jax-js has not the memory for it (${error.message.split("\n")[0]})`);
      await jax?.close();
      jax = undefined;
    }
    const roof = against.products ? await openTab(server, module, cores) : undefined;
    await roof?.call("openOurs", device, at, options, true);
    await roof?.call("products");
    const times: { step: number[]; products: number[]; jax: number[] } = { step: [second.milliseconds], products: [], jax: [] };
    for (let i = 0; i < rounds; i++) {
      times.step.push((await ours.call<Timed>("step")).milliseconds);
      if (roof) times.products.push((await roof.call<Timed>("products")).milliseconds);
      if (jax) times.jax.push((await jax.call<Timed>("step")).milliseconds);
    }
    await roof?.close();
    const found = (xs: readonly number[]) => (xs.length > 0 ? median(xs) : undefined);
    return { step: median(times.step), products: found(times.products), jax: found(times.jax), gflop, megabytes };
  } finally {
    await ours.close();
    await jax?.close();
  }
}

/** Its losses must be ours: else it does other work. It does not update the tables, so that the second is close alone. */
async function sameWork(jax: BenchTab, expected: readonly Timed[]): Promise<void> {
  for (const [i, { loss = Number.NaN }] of expected.entries()) {
    const got = (await jax.call<Timed>("step")).loss ?? Number.NaN;
    if (!(Math.abs(got - loss) <= (i === 0 ? 1e-4 : 5e-3) * Math.abs(loss)))
      throw new Error(`jax-js computes another loss: ${got}, not ${loss}`);
  }
}

/** Milliseconds of native PyTorch, by case and threads. */
function native(): Record<string, number> {
  const all = cases
    .filter((at) => !at.checkpointing)
    .flatMap((at) => threadCounts.map((threads) => `${at.encoder}:${at.batch}:${at.tokens}:${threads}`));
  const out = execFileSync(python, ["test/bench/train_native.py", `${rounds}`, ...all], { encoding: "utf8" });
  return JSON.parse(out.trim().split("\n").at(-1) as string) as Record<string, number>;
}

const modes: readonly [name: string, options: ModelOptions][] = [
  ["last 2 layers", { trains: { kind: "layers", last: 2 } }],
  ["LoRA, rank 8", { trains: { kind: "lora", rank: 8, alpha: 16 } }],
  ["biases (BitFit)", { trains: { kind: "biases" } }],
  ["head alone", { trains: { kind: "head" } }],
  ["dropout 0.1", { dropout: 0.1 }],
  ["everything, checkpointing", { checkpointing: true }],
];

try {
  const roofShare: Record<string, number> = {};
  const jaxRatio: Record<string, number> = {};
  const peakHeapMB: Record<string, number> = {};
  const nativeMs = python ? native() : undefined;
  for (const threads of threadCounts) {
    for (const at of cases) {
      const key = `${nameOf(at)}${threads === most ? "" : `, ${threads} thread`}`;
      if (at.checkpointing && threads !== most) continue;
      const beside = !at.checkpointing;
      const wanted = { products: beside, jax: beside && device === "wasm" && !args.includes("--no-jax") };
      const { step, products, jax, gflop, megabytes } = await measure(at, threads, { checkpointing: at.checkpointing }, wanted);
      const torch = nativeMs?.[`${at.encoder}:${at.batch}:${at.tokens}:${threads}`];
      if (products) roofShare[key] = round(products / step);
      if (jax) jaxRatio[key] = round(step / jax);
      peakHeapMB[key] = megabytes;
      console.log(
        [
          key.padEnd(28),
          `${Math.round(step)} ms a step`,
          `${((1000 * gflop) / step).toFixed(1)} GFLOP/s`,
          products ? `products alone ${Math.round(products)} ms (${roofShare[key]} of the step)` : "",
          jax ? `jax-js ${Math.round(jax)} ms (${jaxRatio[key]} of it)` : "",
          torch ? `PyTorch ${Math.round(torch)} ms (${(step / torch).toFixed(2)} times)` : "",
          `${megabytes} MB`,
        ]
          .filter(Boolean)
          .join(", "),
      );
    }
  }
  const modeShare: Record<string, number> = {};
  for (const [name, options] of args.includes("--modes") ? modes : []) {
    const at = cases[0] as BenchCase;
    const none = { products: false, jax: false };
    const [whole, part] = [await measure(at, most, {}, none), await measure(at, most, options, none)];
    modeShare[name] = round(part.step / whole.step);
    console.log(
      `${nameOf(at)}, ${name}: ${Math.round(part.step)} ms a step, ${modeShare[name]} of training everything; ${part.megabytes} MB`,
    );
  }
  const tab = await openTab(server, module);
  const adamwNsPerParameter = round(await tab.call<number>("adamWNanoseconds", 22_000_000, 5));
  await tab.close();
  console.log(`AdamW: ${adamwNsPerParameter} ns a parameter`);
  const more = args.includes("--modes") ? { modeShare } : {};
  console.log(JSON.stringify({ roofShare, jaxRatio, peakHeapMB, adamwNsPerParameter, ...more }));
} finally {
  await server.close();
}
