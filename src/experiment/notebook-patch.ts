// Changes of a notebook by fields, and when two of them contradict each other. Pure.

import { canonicalJson } from "../base/hash.ts";
import type { Notebook, Step } from "./notebook.ts";

/** Fields to set; a field that is there and undefined is removed. Of `spent`, `logs` and `products` it says what is added. */
export type NotebookPatch = { readonly [K in keyof Omit<Notebook, "id" | "version">]?: Notebook[K] | undefined };

type Fields = Readonly<Record<string, unknown>>;
type Add = (there: unknown, added: unknown) => unknown;

const union: Add = (there, added) => [...new Set([...((there ?? []) as string[]), ...(added as string[])])];

/** Fields that several tabs may add to at once: no addition contradicts another. */
const additive: Readonly<Record<string, Add>> = {
  spent: (there, added) => {
    const spent: Partial<Record<Step, number>> = { ...(there as Notebook["spent"] | undefined) };
    for (const [step, ms] of Object.entries(added as Notebook["spent"])) spent[step as Step] = (spent[step as Step] ?? 0) + ms;
    return spent;
  },
  logs: union,
  products: union,
  updatedAt: (there, added) => Math.max(Number(there ?? 0), Number(added)),
};

export function patched<N extends object>(notebook: N, patch: object): N {
  const fields = { ...notebook } as Record<string, unknown>;
  for (const [field, value] of Object.entries(patch)) {
    const add = additive[field];
    if (value === undefined) delete fields[field];
    else fields[field] = add ? add(fields[field], value) : value;
  }
  return fields as N;
}

/** Tells whether a field of the patch is no longer as in `base`, on which the change was made. */
export function conflicts(there: object, base: object, patch: object): boolean {
  const [now, then] = [there as Fields, base as Fields];
  return Object.keys(patch).some((field) => !additive[field] && canonicalJson([now[field]]) !== canonicalJson([then[field]]));
}
