// The choices that a run's examples were made by, which those chosen now may have left behind. Pure.

import { type RunConfig, runId } from "../generate/run-config.ts";
import type { SourceConfig } from "../generate/source.ts";
import { steeredOf, withWriter, writerOf } from "../generate/sources.ts";
import { batchFile, isBatchWriter, isByBatchFile } from "./batch-file.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import type { Notebook } from "./notebook.ts";

/** The catalogue's id of a model that a run names by engine and model. */
const modelOf = (id: string): string => id.slice(id.indexOf("/") + 1);

/**
 * The notebook as its files tell it: source and seed of the generation run `made`, the encoder's choices untouched. Without a run, or for one of
 * another source, as it is.
 */
export function asMade(notebook: Notebook, made: RunConfig | undefined): Notebook {
  const { config } = notebook;
  if (!made || made.source.kind !== config.source.kind) return notebook;
  const engine = engineOfRun(writerOf(made.source)?.model, config);
  return { ...notebook, config: { ...config, source: sourceOfRun(made.source, config.source), seed: made.seed, engine } };
}

/** A run's config tells another machine from this one; which engine of this browser wrote is as chosen. */
function engineOfRun(wrote: string | undefined, config: Pick<ExperimentConfig, "engine">): string {
  if (wrote !== undefined && isBatchWriter(wrote)) return batchFile;
  return isByBatchFile(config) ? "auto" : config.engine;
}

/** Origins of topics and styles stay those chosen: changing them ends the run, and the oldest runs do not name them. */
function sourceOfRun(made: SourceConfig, chosen: SourceConfig): SourceConfig {
  const [writer, steered] = [writerOf(made), steeredOf(chosen)];
  const named = writer ? withWriter(made, { model: modelOf(writer.model) }) : made;
  return steeredOf(named) && steered ? ({ ...named, topics: steered.topics, styles: steered.styles } as SourceConfig) : named;
}

/** Tells whether the choices that decide a text are other ones now: the next generation then begins another run than `made`. */
export async function isChosenAnew(
  { source, seed, engine }: Pick<ExperimentConfig, "source" | "seed" | "engine">,
  made: RunConfig,
): Promise<boolean> {
  const [chosen, wrote] = [writerOf(source)?.model, writerOf(made.source)?.model];
  if (chosen !== undefined && wrote !== undefined) {
    if (!isModel(wrote, chosen) || isBatchWriter(wrote) !== isByBatchFile({ engine })) return true;
  }
  const now = { ...made, source: wrote === undefined ? source : withWriter(source, { model: wrote }), seed };
  return (await runId(now)) !== (await runId(made));
}

/** WebLLM may open another build of the model that was chosen: its name says nothing. */
const isModel = (wrote: string, chosen: string): boolean => modelOf(wrote) === chosen || wrote.startsWith("webllm/");
