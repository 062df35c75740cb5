// Answers that an experiment's file names: folders of npm run batch, and the cells whose runs they hold. Knows no page.

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { canonicalJson } from "../src/base/hash.ts";
import type { Field } from "../src/base/json-field.ts";
import type { ExperimentConfig } from "../src/experiment/experiment-config.ts";
import type { Seeds } from "../src/experiment/plan.ts";
import { needs, sourceOf, withWriter } from "../src/generate/sources.ts";
import type { BatchAnswers } from "../src/headless.ts";
import { noKnowledge } from "../src/knowledge/topic.ts";
import { taskIdOf } from "../src/tasks/catalogue.ts";
import { type BatchPlan, batchFolder, logFile } from "./batch-folder.ts";
import type { BatchLine } from "./batch-step.ts";

/** A batch whose answers are all in. */
export interface Answered {
  /** The field that names it. */
  readonly field: Field;
  readonly folder: string;
  readonly plan: BatchPlan;
}

/** Folders are seen from `base`. Throws an Error that names the field where one is no batch, or waits for answers. */
export function answeredIn(given: Field, base: string): readonly Answered[] {
  return given.list().map((field) => {
    const folder = resolve(base, field.text());
    if (!existsSync(join(folder, "plan.json"))) throw new Error(`${field.name}: ${folder} is no folder of npm run batch`);
    const plan = batchFolder(folder).plan();
    const { next, accepted, size } = stateOf(folder, field);
    if (next !== null)
      throw new Error(`${field.name}: ${folder} waits for the answers to ${next} (${accepted} of ${size} examples)`);
    if (accepted === 0) throw new Error(`${field.name}: no answer in ${folder} was accepted`);
    return { field, folder, plan };
  });
}

function stateOf(folder: string, field: Field): BatchLine {
  try {
    return JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as BatchLine;
  } catch (error) {
    const message = `${field.name}: ${folder} has no summary.json that can be read: npm run batch -- --in ${folder} writes it anew`;
    throw new Error(message, { cause: error });
  }
}

interface Choices {
  readonly config: ExperimentConfig;
  readonly seeds: Seeds;
}

/** The choices that decide what a run writes: those of an encoder too, where one takes part. Whether a grammar went along is the batch's own: a server may know none. */
function chosen({ config, seeds }: Choices): string {
  const { task, source, topicCount, topicLists, licences, encoder, preset, train } = config;
  const judge = needs(source, "encoder") ? { encoder, preset, train } : {};
  return canonicalJson({
    task,
    source: withWriter(source, { grammar: false }),
    topicCount,
    topicLists,
    licences,
    seeds,
    ...judge,
  });
}

/** The batch that wrote the cell's run, or more of it. Answers to the test set are as many as it has, whatever the size. */
export function answersFor(cell: Choices, answered: readonly Answered[]): Answered | undefined {
  const wanted = chosen(cell);
  const isWhole = ({ config }: BatchPlan) => sourceOf(config.source).answers || config.size >= cell.config.size;
  return answered.find(({ plan }) => chosen(plan) === wanted && isWhole(plan));
}

/** The cell as the batch wrote it; which engine could write it here says nothing. */
export function asAnswered<C extends Choices>(cell: C, { folder, plan }: Answered): C & { readonly answers: string } {
  return { ...cell, config: { ...cell.config, source: plan.config.source, engine: "auto" }, answers: folder };
}

/** Throws for the first folder that no cell wants, with the choices that cells of the file would have to have. */
export function requireWanted(answered: readonly Answered[], cells: readonly { readonly answers?: string }[]): void {
  const spare = answered.find(({ folder }) => !cells.some(({ answers }) => answers === folder));
  if (!spare) return;
  const { config, seeds, model } = spare.plan;
  const { kind, ...choices } = withWriter(config.source, { model: "" });
  const own = JSON.stringify({ ...choices, writer: undefined });
  const seed = seeds.data === seeds.text && seeds.text === seeds.training ? seeds.text : JSON.stringify(seeds);
  throw new Error(
    `${spare.field.name}: no cell of the file has the choices of ${spare.folder}: ${taskIdOf(config.task)}, ${sourceOf(config.source).name} ` +
      `(${kind}${own === "{}" ? "" : ` ${own}`}) by ${model}, seed ${seed}, ${config.size} examples, preset ${config.preset}, ` +
      (config.licences ? `licences ${config.licences.join(", ")}` : "of any licence"),
  );
}

/** Log and knowledge of an answered batch, as the page takes them over. */
export function answersIn(folder: string): BatchAnswers {
  const log = readFileSync(join(folder, logFile), "utf8");
  return { log, knowledge: batchFolder(folder).gathered() ?? noKnowledge };
}
