// Progress of work on a whole graph, in rows. Knows no work and no store.

import type { GraphManifest } from "./graph-columns.ts";

export interface RowProgress {
  readonly type: "progress";
  /** Rows, each as often as the work reads it. */
  readonly done: number;
  readonly total: number;
}

/** Counts rows on: each call adds some, and tells how far the work is. */
export function rowProgress(total: number): (rows: number) => RowProgress {
  let done = 0;
  return (rows) => {
    done += rows;
    return { type: "progress", done, total };
  };
}

const sum = (columns: readonly { readonly count: number }[]): number => columns.reduce((all, { count }) => all + count, 0);

export const nodesOf = ({ nodes }: GraphManifest): number => sum(nodes);
export const rowsOf = ({ nodes, edges }: GraphManifest): number => sum(nodes) + sum(edges);
