// A grid: tasks x encoders x seeds x sources as the cells of a plan, and how cells are told together. Pure.

import type { SourceConfig, SourceKind } from "../generate/source.ts";
import { sourceOf, suits } from "../generate/sources.ts";
import { type TaskRef, taskIdOf, taskOf } from "../tasks/catalogue.ts";
import type { ExperimentConfig, Preset } from "./experiment-config.ts";
import { presetConfig, presetSource, withTopicsOf } from "./presets.ts";

export type GridPreset = "laptop" | "paper";

/** Every choice of a grid. */
export interface Grid {
  /** Ids of the paper's, and tasks of the user's own, whole: an arena outlives them. */
  readonly tasks: readonly TaskRef[];
  readonly sources: readonly SourceConfig[];
  /** Ids in models/manifest.json. */
  readonly encoders: readonly string[];
  readonly seeds: readonly number[];
  /** Accepted examples of a source that is asked for so many. */
  readonly size: number;
  readonly preset: Preset;
}

/** `paper`: App. C. `laptop`: a night's work of a computer without a GPU. The encoder is the user's: the paper's is not in the app. */
export const gridPresets: Readonly<Record<GridPreset, Pick<Grid, "seeds" | "size" | "preset">>> = {
  paper: { preset: "paper", size: 5000, seeds: [1, 2, 3] },
  laptop: { preset: "small", size: 200, seeds: [1, 2] },
};

/** A cell as the grid names it, before its data are read. */
export interface GridCell {
  /** Id. */
  readonly task: string;
  readonly encoder: string;
  readonly seed: number;
  readonly source: SourceConfig;
  readonly config: ExperimentConfig;
}

/** Cells that share stage I stand side by side: the sources vary first. A source that makes no examples for a task has no cell there. */
export function gridCells({ tasks, sources, encoders, seeds, size, preset }: Grid): readonly GridCell[] {
  return tasks.flatMap((ref) =>
    encoders.flatMap((encoder) =>
      seeds.flatMap((seed) =>
        sources
          .filter((source) => suits(source, taskOf(ref)))
          .map((source) => ({
            task: taskIdOf(ref),
            encoder,
            seed,
            source,
            config: presetConfig(preset, { task: ref, source: withTopicsOf(ref, source), encoder, seed, size }),
          })),
      ),
    ),
  );
}

/** Name of a source's row: its title, whatever the task. */
export const methodName = (source: SourceConfig): string => sourceOf(source).title(source);

export const sourcesOf = (preset: Preset, kinds: readonly SourceKind[], model?: string): readonly SourceConfig[] =>
  kinds.map((kind) => presetSource(preset, kind, model));
