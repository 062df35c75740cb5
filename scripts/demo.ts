// npm run demo: the whole run in a headless Chromium, by the app's own code, on real models; writes out/<run>/.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import type { Browser, Page } from "playwright-core";
import { scriptedId } from "../src/engines/catalogue.ts";
import type { ExperimentEvent } from "../src/experiment/experiment.ts";
import type { Step } from "../src/experiment/notebook.ts";
import { writerOf } from "../src/generate/sources.ts";
import type { HeadlessReply } from "../src/headless.ts";
import type { StageId } from "../src/train/train-config.ts";
import { launchForModels } from "./chromium.ts";
import { narrator } from "./demo-narrator.ts";
import { type DemoOptions, readDemoOptions, usage } from "./demo-options.ts";
import { ensureModels } from "./models.ts";
import { buildApp, serveApp } from "./serve.ts";

type Finished = Extract<HeadlessReply, { ok: true }>;

async function main(): Promise<void> {
  const started = performance.now();
  const options = readDemoOptions(process.argv.slice(2));
  if (!options) {
    console.log(usage);
    return;
  }
  const { config } = options;
  console.log("Models ...");
  const needed = [writerOf(config.source)?.model ?? scriptedId, config.encoder].filter((id) => id !== scriptedId);
  for (const state of await ensureModels(needed)) if (!state.there) throw new Error(`${state.id} could not be had: ${state.why}`);
  console.log("Building the app ...");
  await buildApp();
  const served = await serveApp(4310);
  let browser: Browser | undefined;
  try {
    const preparation = performance.now() - started;
    const launched = await launchForModels(`${served.url}headless.html`);
    browser = launched.browser;
    console.log(`WebGPU adapter: ${launched.adapter}`);
    const page = await browser.newPage({ acceptDownloads: true });
    const reply = await runIn(page, served.url, options);
    const folder = join(options.out, reply.result.run);
    await saveAll(page, reply.files, folder);
    printTable(reply, options);
    console.log(`\nWritten to ${folder}/: ${reply.files.join(", ")}`);
    console.log(JSON.stringify(lastLine(reply, options, preparation)));
  } finally {
    await browser?.close();
    await served.close();
  }
}

async function runIn(page: Page, url: string, options: DemoOptions): Promise<Finished> {
  const crashed = new Promise<never>((_, reject) => {
    page.on("crash", () => reject(new Error("the browser's tab crashed (out of memory?)")));
  });
  page.on("pageerror", (error) => console.error(`page: ${error.message}`));
  const tell = narrator(console.log);
  await page.exposeFunction("clinfuseEvent", (event: ExperimentEvent) => tell(event));
  await page.goto(`${url}headless.html`);
  await page.waitForFunction(() => "clinfuse" in globalThis);
  const { config, folder, source, test } = options;
  const running = page.evaluate(
    (request) => {
      const say = (globalThis as unknown as { clinfuseEvent: (event: unknown) => void }).clinfuseEvent;
      return globalThis.clinfuse.run(request, say);
    },
    { config, folder, source, test },
  );
  const reply = await Promise.race([running, crashed]);
  if (!reply.ok) throw new Error(`${reply.code}: ${reply.message}`);
  return reply;
}

async function saveAll(page: Page, files: readonly string[], folder: string): Promise<void> {
  for (const name of files) {
    const target = join(folder, name);
    mkdirSync(dirname(target), { recursive: true });
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.evaluate((n) => globalThis.clinfuse.download(n), name),
    ]);
    await download.saveAs(target);
  }
}

const stageNames: Readonly<Record<StageId, string>> = { few: "few-shot alone", synthetic: "few-shot + synthetic" };

function printTable(reply: Finished, options: DemoOptions): void {
  const { results } = reply.result.training;
  console.log(
    `\n${options.config.task}, ${options.config.source.kind}, ${reply.accepted} synthetic examples, seed ${options.config.seed}`,
  );
  for (const remark of reply.remarks) console.log(`  ${remark}`);
  const metrics = Object.keys(results.few?.scores.values ?? results.synthetic?.scores.values ?? {});
  console.log(`${"".padEnd(24)}${metrics.map((m) => m.padStart(11)).join("")}   test examples`);
  for (const stage of ["few", "synthetic"] as const) {
    const scores = results[stage]?.scores;
    if (!scores) continue;
    const cells = Object.values(scores.values).map((v) => (100 * v).toFixed(1).padStart(11));
    console.log(`${stageNames[stage].padEnd(24)}${cells.join("")}${String(scores.examples).padStart(16)}`);
  }
}

/** The one JSON object that scripts read. */
function lastLine(reply: Finished, options: DemoOptions, preparation: number) {
  const { run, model, rejected, training, spent } = reply.result;
  const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
  const steps = Object.entries(spent).map(([step, milliseconds]): [Step, number] => [step as Step, seconds(milliseconds)]);
  return {
    run,
    task: options.config.task,
    method: options.config.source.kind,
    engine: model?.id ?? "",
    accepted: reply.accepted,
    rejected,
    scores: { few: training.results.few?.scores.values ?? {}, all: training.results.synthetic?.scores.values ?? {} },
    seconds: { preparation: seconds(preparation), ...Object.fromEntries(steps) },
  };
}

main().catch((error: unknown) => {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
