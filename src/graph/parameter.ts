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
  /** Rows, both halves where they are mixed. */
  readonly batch: number;
  readonly tokens: number;
  /** The layer, from 1, after which each row of the first half is mixed with its partner in the second. Absent: no mixing. */
  readonly mix?: number;
}

const mixPrefix = "mix:";

/** The input, float32 [], of the share that a row of the first half has in its mixture. Its name says after which layer. */
export const mixInput = (layer: number) => `${mixPrefix}${layer}`;

/** The layer that the names of a graph's inputs say, see `mixInput`. */
export function mixedAfter(inputs: readonly string[]): number | undefined {
  const name = inputs.find((input) => input.startsWith(mixPrefix));
  return name === undefined ? undefined : Number(name.slice(mixPrefix.length));
}

/** The input that has the rows of a table, for a graph that does not look them up itself: [batch, tokens, columns]. */
export const rowsInput = (table: string) => `rows:${table}`;
