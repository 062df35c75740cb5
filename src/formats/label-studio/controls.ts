// The controls of a labelling page whose choices are labels of the task. Knows no file format.

import { taskLabel } from "../reading/annotated.ts";
import type { Collection } from "../reading/collection.ts";
import { listed } from "../reading/paths.ts";
import { malformed, refuse } from "../reading/text-file.ts";
import type { StudioTask } from "./task.ts";

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(" and ");

/**
 * The controls whose choices are read. Of several, those that give labels of the task alone; else those that give some. Throws `unknown-label` where none
 * does, and `file-malformed` where several do and a text carries one label.
 */
export function labelControls(rows: Collection, all: readonly StudioTask[], file: string): ReadonlySet<string> {
  const { task } = rows;
  const values = new Map<string, Set<string>>();
  for (const { control, value } of all.flatMap(({ choices }) => choices))
    values.set(control, (values.get(control) ?? new Set()).add(value));
  const names = [...values.keys()];
  if (names.length < 2 || task.shape === "token" || task.shape === "relation") return new Set(names);
  const isLabel = (value: string) => taskLabel(task, value) !== undefined;
  const whole = names.filter((name) => [...(values.get(name) ?? [])].every(isLabel));
  const fitting = whole.length > 0 ? whole : names.filter((name) => [...(values.get(name) ?? [])].some(isLabel));
  if (fitting.length === 0) {
    const told = names.map((name) => `"${name}" (${listed([...(values.get(name) ?? [])])})`).join(" and ");
    const expected = task.labels.map(({ id }) => id).join(", ");
    const why = `the choices are of the controls ${told}, and none of them gives a label of ${task.name}; expected ${expected}`;
    return refuse("unknown-label", file, undefined, why, { expected });
  }
  const one = task.shape === "pair" || task.carries === "one";
  const called = fitting.filter((name) => /^labels?$/i.test(name));
  const chosen = one && fitting.length > 1 ? called : fitting;
  if (chosen.length !== 1 && one)
    malformed(
      file,
      undefined,
      `the controls ${quoted(fitting)} all give labels of ${task.name}, and a text carries one: call the one that counts "label", or leave it alone in the file`,
    );
  if (chosen.length > 1) rows.remark(`The choices of the controls ${quoted(chosen)} were put together.`);
  const others = names.filter((name) => !chosen.includes(name));
  if (others.length > 0)
    rows.remark(`The labels are the choices of ${quoted(chosen)}; those of ${quoted(others)} were passed over.`);
  return new Set(chosen);
}
