// Times training steps in a headless browser:
// npx tsx test/bench/train-step.ts [wasm|webgpu] [batch x tokens ...] [--steps N] [--trains layers:2|biases|head|lora:8] [--dropout 0.1]

import process from "node:process";
import { chromium } from "playwright-core";
import { createServer } from "vite";
import { findChromium, quietFlags, swiftShaderFlags } from "../../scripts/chromium.ts";
import type { Trains } from "../../src/nn/trains.ts";
import type { Timing } from "./train-step.page.ts";

const args = process.argv.slice(2);
const device = args.find((arg) => arg === "webgpu") ?? "wasm";
const shapes = args.flatMap((arg) => [...arg.matchAll(/^(\d+)x(\d+)$/g)].map((m) => [Number(m[1]), Number(m[2])]));
const steps = args.includes("--steps") ? Number(args[args.indexOf("--steps") + 1]) : 5;

const option = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const [kind = "all", number = ""] = (option("--trains") ?? "").split(":").filter(Boolean);
const trains = {
  kind,
  ...(kind === "layers" ? { last: Number(number) } : {}),
  ...(kind === "lora" ? { rank: Number(number), alpha: 2 * Number(number) } : {}),
} as Trains;
const what = { trains, dropout: Number(option("--dropout") ?? 0) };

const server = await createServer({ configFile: "vite.config.ts", server: { port: 0 }, logLevel: "error" });
await server.listen();
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: [...quietFlags, ...(device === "webgpu" ? swiftShaderFlags : [])],
});
try {
  for (const [batch, tokens] of shapes.length > 0
    ? shapes
    : [
        [16, 64],
        [32, 128],
      ]) {
    const page = await browser.newPage(); // each shape in a heap of its own
    page.on("console", (message) => console.error(message.text()));
    await page.goto(`${server.resolvedUrls?.local[0]}test/bench/blank.html`);
    const timing = await page.evaluate(
      async ([path, name, rows, width, count, options]) => {
        const bench = (await import(path as string)) as typeof import("./train-step.page.ts");
        return bench.time(
          name as "wasm" | "webgpu",
          rows as number,
          width as number,
          count as number,
          options as Parameters<typeof bench.time>[4],
        );
      },
      ["/test/bench/train-step.page.ts", device, batch, tokens, steps, what] as const,
    );
    console.log(line(timing));
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}

function line({ batch, tokens, threads, first, step, infer, gflops, matmulGflops }: Timing): string {
  const share = Math.round((100 * gflops) / matmulGflops);
  return `${device}, ${threads} threads, ${batch} x ${tokens}: ${Math.round(step)} ms a step (first ${Math.round(first)}), ${gflops.toFixed(1)} GFLOP/s, ${share} % of a plain MatMul's ${matmulGflops.toFixed(1)}; prediction ${Math.round(infer)} ms`;
}
