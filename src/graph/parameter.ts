// A tensor that training changes: its name and shape in the graph and in a checkpoint. Knows no file format.

import type { Shape } from "./ops.ts";

export interface Parameter {
  /** Name of the graph's input, of the weights on a device, and of the saved tensor. */
  readonly name: string;
  readonly shape: Shape;
  /** Other names under which a checkpoint may hold it, the likeliest first. */
  readonly aliases: readonly string[];
  /** Value where a checkpoint lacks it: an error, zeros, normal with mean 0 and this deviation, or uniform between two numbers. */
  readonly missing: "error" | "zeros" | { readonly deviation: number } | { readonly low: number; readonly high: number };
}

/** Sizes that a graph is built for. */
export interface BatchShape {
  readonly batch: number;
  readonly tokens: number;
}

/** The input that has the rows of a table, for a graph that does not look them up itself: [batch, tokens, columns]. */
export const rowsInput = (table: string) => `rows:${table}`;
