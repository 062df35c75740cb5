// A grid: tasks x encoders x seeds x sources x writers x shares as the cells of a plan, and how cells are told together. Pure.

import type { ConfigOf, SourceConfig, SourceKind } from "../generate/source.ts";
import { sourceOf, suits, withWriter, writerOf } from "../generate/sources.ts";
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
  /** Percent of each synthetic set, for its curve: the set is made once. Absent: the whole set. */
  readonly shares?: readonly number[];
  /** Writers beside those of the sources, for a curve of language models: ids in models/manifest.json. Absent: none. */
  readonly models?: readonly string[];
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
  /** Percent of the synthetic set. */
  readonly share: number;
  readonly config: ExperimentConfig;
}

/** Shares of the curve of size, in percent (Fig. 5 does not state its own). */
export const curveShares: readonly number[] = [1, 5, 10, 25, 50, 100];

/** Sources of the grid, each once for each writer. */
export function gridSources({ sources, models = [] }: Pick<Grid, "sources" | "models">): readonly SourceConfig[] {
  return sources.flatMap((source) => {
    const own = writerOf(source)?.model;
    if (own === undefined) return [source];
    return [source, ...models.filter((model) => model !== own).map((model) => withWriter(source, { model }))];
  });
}

/** Shares of a source's cells: one that makes no set has nothing to take a share of. */
export function sharesOf(source: SourceConfig, { shares = [100] }: Pick<Grid, "shares">): readonly number[] {
  return makesSet(source) ? shares : [100];
}

/** Tells whether stage II learns from examples that the source makes. */
export function makesSet(source: SourceConfig): boolean {
  const { answers, extent } = sourceOf(source);
  return !answers && extent(1, 1, 0) > 0;
}

/** The cell's config with its share; the whole set needs no word. */
export const withShare = (config: ExperimentConfig, share: number): ExperimentConfig =>
  share === 100 ? config : { ...config, share };

/** Cells that share stage I stand side by side: the sources vary first. A source that makes no examples for a task has no cell there. */
export function gridCells(grid: Grid): readonly GridCell[] {
  const { tasks, encoders, seeds, size, preset } = grid;
  const sources = gridSources(grid);
  return tasks.flatMap((ref) =>
    encoders.flatMap((encoder) =>
      seeds.flatMap((seed) =>
        sources
          .filter((source) => suits(source, taskOf(ref)))
          .flatMap((source) => {
            const config = presetConfig(preset, { task: ref, source: withTopicsOf(ref, source), encoder, seed, size });
            const of = { task: taskIdOf(ref), encoder, seed, source };
            return sharesOf(source, grid).map((share) => ({ ...of, share, config: withShare(config, share) }));
          }),
      ),
    ),
  );
}

/** Name of a source's row: its title, whatever the task. */
export const methodName = (source: SourceConfig): string => sourceOf(source).title(source);

/** The name with its writer's, where the grid has several: `name` tells a model's. */
export function rowName(grid: Pick<Grid, "models">, source: SourceConfig, name: (model: string) => string = (id) => id): string {
  const model = writerOf(source)?.model;
  return grid.models?.length && model !== undefined ? `${methodName(source)}, ${name(model)}` : methodName(source);
}

/** ClinGen's ablations (Table 3) of a config: each origin of topics without styles, and no topics. */
export function ablationsOf(source: ConfigOf<"clingen">): readonly ConfigOf<"clingen">[] {
  const { styles } = source;
  const kept = styles === "none" ? "paper" : styles;
  return [
    { ...source, topics: "kg", styles: kept },
    { ...source, topics: "kg", styles: "none" },
    { ...source, topics: "llm", styles: kept },
    { ...source, topics: "llm", styles: "none" },
    { ...source, topics: "none", styles: kept },
  ];
}

export const sourcesOf = (preset: Preset, kinds: readonly SourceKind[], model?: string): readonly SourceConfig[] =>
  kinds.map((kind) => presetSource(preset, kind, model));
