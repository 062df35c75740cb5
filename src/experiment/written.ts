// Events of a run under way, from the worker that has what its source needs. Knows no store.

import type { Feedback } from "../generate/source.ts";
import { needs } from "../generate/sources.ts";
import type { CellEvent, Drive } from "./drive-cell.ts";
import type { NotebookData } from "./notebook.ts";
import { trainRequestOf } from "./requests.ts";
import type { GenerateRequest } from "./steps.ts";

type Writing = Extract<CellEvent, { type: "generate" | "masked" | "train" }>;

/** The run of the request, to its end or to its next barrier. */
export async function* written(
  { cell, ports, signal }: Drive,
  request: GenerateRequest,
  data: NotebookData,
  feedback: Feedback | undefined,
): AsyncGenerator<Writing, void> {
  const run = { ...request, ...(feedback ? { feedback } : {}) };
  const { source } = request.config;
  if (!needs(source, "masked")) {
    for await (const event of ports.pipeline.generate(run, signal)) yield { type: "generate", event };
    return;
  }
  const config = { ...cell.config, seed: cell.seeds.training };
  const { encoder, device, seed } = config;
  const { validation } = data;
  const stage = needs(source, "encoder") ? await trainRequestOf(config, data, [], cell.place, ports.trainer.recipe) : undefined;
  yield* ports.trainer.fill({ run, encoder, device, validation, seed, ...(stage ? { stage } : {}) }, signal);
}
