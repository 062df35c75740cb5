// Title of an arena: its tasks and its preset. Knows no store.

import type { Arena } from "../../experiment/arena.ts";
import type { GridPreset } from "../../experiment/grid.ts";
import { type TaskRef, tasks } from "../../tasks/catalogue.ts";

/** A change of an arena, from the latest state. */
export type ArenaChange = (before: Arena) => Arena;

/** Title by the tasks, in the order of the columns. */
export function arenaTitle(of: readonly TaskRef[], preset: GridPreset): string {
  return `${tasksWords(of)}, ${preset}`;
}

/** The change, followed by the title where the title is one of the app's own. */
export function retitled(change: ArenaChange): ArenaChange {
  return (before) => {
    const after = change(before);
    const preset = presetIn(before);
    return preset ? { ...after, title: arenaTitle(after.grid.tasks, preset) } : after;
  };
}

/** The arena with a title that tells its tasks: earlier versions kept their first title whatever was chosen. */
export const titled = (arena: Arena): Arena => retitled((same) => same)(arena);

/** A task that this version does not know is named by its id. */
const nameOf = (ref: TaskRef): string => (typeof ref === "string" ? (tasks.find(({ id }) => id === ref)?.name ?? ref) : ref.name);

function tasksWords(of: readonly TaskRef[]): string {
  const [first, second, ...others] = of.map(nameOf);
  if (first === undefined) return "No task yet";
  if (second === undefined) return first;
  return others.length === 0 ? `${first} and ${second}` : `${first} and ${others.length + 1} others`;
}

/** Title of earlier versions, but for the preset. */
const firstTitle = () => `${nameOf("bc5cdr-disease")} and others`;

/** Preset that the title names; undefined for a title that the app did not make. */
function presetIn({ title, grid }: Arena): GridPreset | undefined {
  const presets = ["laptop", "paper"] as const;
  return presets.find((preset) => title === arenaTitle(grid.tasks, preset) || title === `${firstTitle()}, ${preset}`);
}
