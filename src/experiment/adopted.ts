// A run that was written past this machine, put where the driver of a cell looks for one. Knows no file and no storage.

import { ClinfuseError } from "../base/errors.ts";
import { canonicalJson } from "../base/hash.ts";
import type { LogEntry, RunStore } from "../generate/log.ts";
import { type RunConfig, runId } from "../generate/run-config.ts";
import { writerOf } from "../generate/sources.ts";
import type { StoredLog } from "../generate/stored-log.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import { writerElsewhere } from "./batch-file.ts";
import type { NotebookData } from "./notebook.ts";
import { type Cell, dataKeys } from "./plan.ts";
import type { ProductStore } from "./product.ts";
import { readLog } from "./requests.ts";
import { madeKey, runConfigOf } from "./run-inputs.ts";

export interface BatchRun extends StoredLog {
  readonly knowledge: KnowledgeData;
}

export interface Adoption {
  readonly cell: Cell;
  readonly data: NotebookData;
  /** Name of what the run came in, for the sentence of a fault. */
  readonly name: string;
  readonly run: BatchRun;
  /** Id of the engine that the product names. */
  readonly engine: string;
  /** A way out, where the store holds the same run with other answers: a sentence without its full stop. */
  readonly wayOut: string;
}

export interface Adopted {
  /** Id of the run. */
  readonly run: string;
  /** Key of the cell's product. */
  readonly key: string;
  readonly knowledge: KnowledgeData;
}

/**
 * The run's log and the cell's product that names it, as if the cell had written them. Taken over again, they stay. Throws `file-malformed` where
 * the run follows from other choices or rows than the cell's, or where the store holds the same run with other answers.
 */
export async function adopt(
  { cell, data, name, run, engine, wayOut }: Adoption,
  products: ProductStore,
  runs: RunStore,
): Promise<Adopted> {
  const { knowledge, entries } = run;
  const writer = writerOf(run.config.source)?.model;
  const config = await runConfigOf({ ...cell.config, seed: cell.seeds.text }, writer, data, knowledge, cell.seeds.training);
  requireSame(config, run.config, await Promise.all([runId(config), runId(run.config)]), name);
  const { id } = await runs.open(config);
  const held: LogEntry[] = [];
  for await (const entry of runs.read(id)) held.push(entry);
  const both = Math.min(held.length, entries.length); // a smaller size takes the beginning of what is held
  if (canonicalJson(held.slice(0, both)) !== canonicalJson(entries.slice(0, both))) {
    const message = `${name}: this run is held already, with other answers. ${wayOut}`;
    throw new ClinfuseError("file-malformed", message, { file: name });
  }
  await runs.append(id, entries.slice(held.length));
  const { key, size } = await madeKey(cell, await dataKeys(data), data, knowledge);
  const { synthetic, rejected, tokens } = await readLog(
    ({ id: of }) => runs.read(of) as AsyncGenerator<LogEntry, void>,
    id,
    size,
  );
  const value = { run: id, writer: writerElsewhere(writer ?? "", engine), size, accepted: synthetic.length, rejected, tokens };
  await products.put({ kind: "made", key, state: "whole", milliseconds: 0, value });
  return { run: id, key, knowledge };
}

/** Choices whose difference a reader of the fault can do something about. */
const causes: Readonly<Partial<Record<keyof RunConfig, string>>> = {
  examples: "its prompts show other examples than the cell's: the same data and the same seed of the data are needed",
  seed: "it was written with another seed",
  wording: "its prompts are of another version of the task's words",
};

function requireSame(own: RunConfig, given: RunConfig, [id, other]: readonly [string, string], name: string): void {
  if (id === other) return;
  const differing = (Object.keys(causes) as (keyof RunConfig)[]).find(
    (of) => canonicalJson(own[of] ?? null) !== canonicalJson(given[of] ?? null),
  );
  const why = (differing && causes[differing]) ?? "it follows from other choices than the cell's";
  throw new ClinfuseError("file-malformed", `${name} cannot be the cell's run: ${why}`, { file: name });
}
