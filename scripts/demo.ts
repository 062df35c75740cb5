// npm run demo: the whole run in a headless Chromium, by the app's own code, on real models; writes out/<run>/. Stopped and started again it goes on.

import { rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { scriptedId } from "../src/engines/catalogue.ts";
import type { CellSummary } from "../src/experiment/cell-summary.ts";
import { embeddingEncoder } from "../src/experiment/measured.ts";
import type { Step } from "../src/experiment/notebook.ts";
import { sameSeeds } from "../src/experiment/plan.ts";
import { contentKey } from "../src/experiment/product.ts";
import { trainingOf } from "../src/experiment/training-basis.ts";
import { writerOf } from "../src/generate/sources.ts";
import type { HeadlessCell, HeadlessEvent } from "../src/headless.ts";
import { secondStageOf } from "../src/report/second-stage.ts";
import { taskIdOf, taskOf } from "../src/tasks/catalogue.ts";
import type { StageId } from "../src/train/train-config.ts";
import { endWithReader, showFailure } from "./command.ts";
import { narrator } from "./demo-narrator.ts";
import { type DemoOptions, readDemoOptions, usage } from "./demo-options.ts";
import { checkData } from "./experiment-read.ts";
import { alone } from "./folder-lock.ts";
import { withHeadless } from "./headless-page.ts";
import { ensureModels } from "./models.ts";
import { buildApp } from "./serve.ts";

async function main(): Promise<void> {
  const started = performance.now();
  const options = givenOptions();
  if (!options) return;
  const { config, folder, source, test, own } = options;
  const seeds = sameSeeds(config.seed);
  const data = { folder, source, test, ...(own ? { own } : {}) };
  await checkData([{ config, seeds, data }], () => undefined); // before minutes of models and building
  console.log("Models ...");
  const needed = [writerOf(config.source)?.model ?? scriptedId, config.encoder].filter((id) => id !== scriptedId);
  for (const state of await ensureModels(needed)) if (!state.there) throw new Error(`${state.id} could not be had: ${state.why}`);
  const unmeasured = await lacksEmbedder();
  if (unmeasured) console.log(`The texts will not be measured beside the real ones: ${unmeasured}`);
  console.log("Building the app ...");
  await buildApp();
  const preparation = performance.now() - started;
  const unfinished = await unfinishedFolder(options);
  await alone(unfinished, async () => {
    await drive(options, { config, seeds, keepModel: true, place: "demo", data }, { unfinished, preparation });
    rmSync(unfinished, { recursive: true, force: true });
  });
}

/** Where a run is kept until its folder is written: the same command finds it there. */
async function unfinishedFolder({ config, source, test, out }: DemoOptions): Promise<string> {
  const key = await contentKey({ config, source, test: test ?? null });
  return join(out, `unfinished-${key}`);
}

interface Begun {
  readonly unfinished: string;
  /** Milliseconds. */
  readonly preparation: number;
}

async function drive(options: DemoOptions, cell: HeadlessCell, { unfinished, preparation }: Begun): Promise<void> {
  const { config } = options;
  const task = taskIdOf(config.task);
  const narrate = narrator(taskOf(config.task), console.log);
  const results: CellSummary[] = [];
  const onEvent = (event: HeadlessEvent) => {
    if (event.type === "result") results.push(event.summary);
    narrate(event);
  };
  const line = await withHeadless({ profile: join(unfinished, "profile"), tell: console.log, onEvent }, async (page) => {
    await page.run([cell]);
    const [summary] = results;
    if (!summary) throw new Error("the cell ended without a result");
    const folder = join(
      options.out,
      summary.run ?? `${task}-${trainingOf(config) ? config.source.kind : "few-shot"}-${config.seed}`,
    );
    const names = await page.saveArtefacts(folder);
    printTable(summary, options);
    console.log(`\nWritten to ${folder}/: ${names.join(", ")}`);
    return lastLine(summary, options, preparation);
  });
  console.log(JSON.stringify(line));
}

/** Undefined where there is nothing to run: the usage was asked for, or an option does not fit and that was said. */
function givenOptions(): DemoOptions | undefined {
  try {
    const options = readDemoOptions(process.argv.slice(2));
    if (!options) console.log(usage);
    return options;
  } catch (error) {
    showFailure(error, "The demo", "bad-arguments");
    return undefined;
  }
}

/** Why the encoder of the measures cannot be had; undefined where it is there. A run goes without. */
async function lacksEmbedder(): Promise<string | undefined> {
  try {
    const [state] = await ensureModels([embeddingEncoder]);
    return state?.there === false ? state.why : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function printTable(summary: CellSummary, { config }: DemoOptions): void {
  const { scores, accepted, test } = summary;
  const training = trainingOf(config);
  const stageNames: Readonly<Record<StageId, string>> = {
    few: "few-shot alone",
    synthetic: `few-shot + ${secondStageOf(training ? { training } : {})}`,
  };
  const written = accepted > 0 || !training ? `, ${accepted} synthetic examples` : "";
  console.log(`\n${taskIdOf(config.task)}, ${config.source.kind}${written}, seed ${config.seed}`);
  for (const remark of summary.remarks) console.log(`  ${remark}`);
  const metrics = Object.keys(scores.few ?? scores.synthetic ?? {});
  console.log(`${"".padEnd(24)}${metrics.map((m) => m.padStart(11)).join("")}   test examples`);
  for (const stage of ["few", "synthetic"] as const) {
    const values = scores[stage];
    if (!values) continue;
    const cells = Object.values(values).map((v) => (100 * v).toFixed(1).padStart(11));
    console.log(`${stageNames[stage].padEnd(24)}${cells.join("")}${String(test).padStart(16)}`);
  }
}

/** The one JSON object that scripts read. */
function lastLine({ run, writer, accepted, rejected, scores, spent }: CellSummary, options: DemoOptions, preparation: number) {
  const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
  const steps = Object.entries(spent).map(([step, milliseconds]): [Step, number] => [step as Step, seconds(milliseconds)]);
  return {
    run,
    task: taskIdOf(options.config.task),
    method: options.config.source.kind,
    engine: writer,
    accepted,
    rejected,
    scores: { few: scores.few ?? {}, all: scores.synthetic ?? {} },
    seconds: { preparation: seconds(preparation), ...Object.fromEntries(steps) },
  };
}

endWithReader();
main().catch((error: unknown) => showFailure(error, "The demo"));
