// One side of a product: where its numbers lie, and the functions by which a kernel reads them, singly or in fours. Knows no tile.

import type { Node, Value } from "../ops.ts";
import type { Plan } from "./fold.ts";
import { Block, type Place, strides } from "./place.ts";
import { fn, type Writer } from "./writer.ts";

export interface Operand {
  readonly name: "a" | "b";
  readonly value: Value;
  /** Size along the output. */
  readonly outer: number;
  /** Size along the sum. */
  readonly inner: number;
  /** Axis of the value along the output, and along the sum. */
  readonly outerAxis: number;
  readonly innerAxis: number;
  /** Place of the number at index `o` along the output and `k` along the sum. */
  at(block: Block, o: string, k: string): Place;
}

/** How a kernel reads an operand. */
export interface Reading {
  /** True where neighbours along the sum are neighbours in memory: threads lie along it then. */
  readonly turned: boolean;
  /**
   * Functions of the kernel. `load_<name>(z, o, k)`: a number, which has to be there. `four_<name>(z, o, k)`: four of them, along the output, or
   * along the sum where they are turned; from a multiple of four on.
   */
  readonly functions: readonly string[];
  /** Tells whether there is `four_<name>`; else there is `load_<name>` alone. */
  readonly fours: boolean;
}

/** `wide`: in fours where they lie so. */
export function readingOf(w: Writer, operand: Operand, wide: boolean): Reading {
  const { name, value, outerAxis, innerAxis, at } = operand;
  const turned = isUnit(value, innerAxis, w.plan);
  const block = new Block();
  const place = at(block, "o", "k");
  if (wide && inFours(value, turned ? innerAxis : outerAxis, w.plan)) {
    const four = w.readFour(value, place);
    const [head = "", ...rest] = fn(`four_${name}`, "z: u32, o: u32, k: u32", block, four);
    return { turned, functions: [head.replace("-> f32", "-> vec4f"), ...rest], fours: true };
  }
  return { turned, functions: fn(`load_${name}`, "z: u32, o: u32, k: u32", block, w.read(value, place)), fours: false };
}

/** Tells whether neighbours along an axis are neighbours in memory, by the views that a product reads through. */
function isUnit(value: Value, axis: number, plan: Plan): boolean {
  const end = throughViews(value, axis, plan, () => true);
  return end !== undefined && strides(end.value.shape)[end.axis] === 1;
}

/** Tells whether each four along an axis, from a multiple of four on, lie so in memory too. */
function inFours(value: Value, axis: number, plan: Plan): boolean {
  const end = throughViews(value, axis, plan, (size) => size % 4 === 0);
  if (end?.value.dtype !== "float32" || !plan.stored.has(end.value.id)) return false;
  return strides(end.value.shape)[end.axis] === 1;
}

interface Axis {
  readonly value: Value;
  readonly axis: number;
}

/** Follows an axis through views to the value that they show; undefined where it ends on the way, or where `fits` denies a size or a beginning. */
function throughViews(value: Value, axis: number, plan: Plan, fits: (size: number) => boolean): Axis | undefined {
  if (!fits(value.shape[axis] as number)) return undefined;
  const node = plan.stored.has(value.id) ? undefined : plan.producer(value);
  if (node?.op === "Transpose") {
    const { inputs, attrs } = node as Node<"Transpose">;
    return throughViews(inputs[0], attrs.perm[axis] as number, plan, fits);
  }
  if (node?.op === "Slice") {
    const { inputs, attrs } = node as Node<"Slice">;
    return attrs.axis === axis && !fits(attrs.start) ? undefined : throughViews(inputs[0], axis, plan, fits);
  }
  if (node?.op === "Expand" && node.inputs[0]?.shape.length === value.shape.length) {
    const from = node.inputs[0] as Value;
    return from.shape[axis] === value.shape[axis] ? throughViews(from, axis, plan, fits) : undefined;
  }
  if (node?.op === "Reshape") {
    const from = node.inputs[0] as Value;
    const same = strides(from.shape).findIndex((by, i) => by === strides(value.shape)[axis] && (from.shape[i] ?? 1) > 1);
    return same >= 0 ? throughViews(from, same, plan, fits) : undefined;
  }
  return { value, axis };
}
