// Kernel of sums over axes, several over the same numbers at once. Knows no other operator.

import { type Node, type Shape, sizeOf, type Value } from "../ops.ts";
import { Block, Place } from "./place.ts";
import { totals } from "./totals.ts";
import { type Body, fn, groupIndex, literal, spread, type Writer } from "./writer.ts";

/** Sums beside each other in a workgroup where neighbours in memory belong to different ones. */
const across = 16;
/** Terms that one thread adds by itself. */
const fewTerms = 32;
const serialLanes = 64;

type Axes = Pick<Node<"ReduceSum">["attrs"], "axes">;

export function sumBody(w: Writer): Body {
  const { nodes, outputs } = w.kernel;
  const [node] = nodes as [Node];
  const input = node.inputs[0] as Value;
  const count = sizeOf(outputs[0]?.shape ?? []);
  const over = sizeOf(input.shape) / count;
  const { order, leading } = layoutOf(input.shape, (node.attrs as Axes).axes);
  const terms = nodes.flatMap((each, i) => {
    const block = new Block();
    const term = w.read(each.inputs[0] as Value, placeOf(block, input.shape, order, over));
    return fn(`term${i}`, "o: u32, k: u32", block, term);
  });
  return over <= fewTerms ? serialBody(w, terms, count, over) : treeBody(w, terms, { count, over, leading });
}

/** Lines that store the sums, whose variables they are given, and what builds on them. */
function storing(w: Writer, over: number, sumOf: (i: number) => string): readonly string[] {
  const { nodes, outputs } = w.kernel;
  const block = new Block();
  const numbers = nodes.map((sum, i) => {
    const scale = sum.op === "ReduceMean" ? ` * ${literal(Math.fround(1 / over))}` : "";
    return [(outputs[i] as Value).id, block.hold(`${sumOf(i)}${scale}`)] as const;
  });
  w.store([{ at: Place.flat(block, (outputs[0] as Value).shape, "o"), main: new Map(numbers) }]);
  return block.lines;
}

/** A thread for each sum. */
function serialBody(w: Writer, terms: readonly string[], count: number, over: number): Body {
  const { nodes } = w.kernel;
  const main = [
    `let o = wid.y * nwg.x * ${serialLanes}u + gid.x;`,
    `if (o >= ${count}u) { return; }`,
    ...nodes.map((_, i) => `var sum${i} = 0.0;`),
    `for (var k = 0u; k < ${over}u; k++) { ${nodes.map((_, i) => `sum${i} += term${i}(o, k);`).join(" ")} }`,
    ...storing(w, over, (i) => `sum${i}`),
  ];
  return { before: terms, main, workgroup: [serialLanes], groups: spread(Math.ceil(count / serialLanes)) };
}

/** A workgroup for each sum, or for some beside each other; it adds by a tree or by subgroups, so that the order is always the same. */
function treeBody(
  w: Writer,
  terms: readonly string[],
  { count, over, leading }: { readonly count: number; readonly over: number; readonly leading: boolean },
): Body {
  const { nodes } = w.kernel;
  const width = leading ? across : 1;
  const parts = leading ? 16 : lanesFor(over);
  const bySubgroups = width === 1 && w.plan.subgroups;
  const shared = nodes.map((_, i) => `var<workgroup> sh${i}: array<f32, ${width * parts}>;`);
  const each = (line: (i: number) => string) => nodes.map((_, i) => line(i));
  const own = [
    `let o = (${groupIndex}) * ${width}u + lane % ${width}u;`,
    `let part = lane / ${width}u;`,
    ...each((i) => `var sum${i} = 0.0;`),
    `if (o < ${count}u) { for (var k = part; k < ${over}u; k += ${parts}u) { ${each((i) => `sum${i} += term${i}(o, k);`).join(" ")} } }`,
  ];
  const first = `if (part != 0u || o >= ${count}u) { return; }`;
  const groups = spread(Math.ceil(count / width));
  if (bySubgroups) {
    const main = [...own, ...each((i) => `sum${i} = addAll(lane, sum${i});`), first, ...storing(w, over, (i) => `sum${i}`)];
    return { before: [...totals(parts, true), ...terms], main, workgroup: [parts], groups };
  }
  const main = [
    ...own,
    ...each((i) => `sh${i}[lane] = sum${i};`),
    "workgroupBarrier();",
    `for (var half = ${parts / 2}u; half > 0u; half = half / 2u) {`,
    `if (part < half) { ${each((i) => `sh${i}[lane] += sh${i}[lane + half * ${width}u];`).join(" ")} }`,
    "workgroupBarrier();",
    "}",
    first,
    ...storing(w, over, (i) => `sh${i}[lane]`),
  ];
  return { before: [...shared, ...terms], main, workgroup: [width * parts], groups };
}

/** Threads for a sum of so many: a power of two. */
export const lanesFor = (count: number): number => (count > 512 ? 256 : count > 128 ? 128 : count > 32 ? 64 : 32);

interface Layout {
  /** Axes of the input that stay, and those that are summed over; each rising. */
  readonly order: { readonly kept: readonly number[]; readonly summed: readonly number[] };
  /** True where all that are summed over come before those that stay. */
  readonly leading: boolean;
}

function layoutOf(shape: Shape, axes: readonly number[]): Layout {
  const wide = shape.map((_, i) => i).filter((i) => shape[i] !== 1);
  const kept = wide.filter((i) => !axes.includes(i));
  const summed = wide.filter((i) => axes.includes(i));
  return { order: { kept, summed }, leading: kept.length > 0 && summed.every((a) => kept.every((k) => a < k)) };
}

/** Where term k of sum o lies. */
function placeOf(block: Block, shape: Shape, { kept, summed }: Layout["order"], over: number): Place {
  const sizes = (axes: readonly number[]) => axes.map((i) => shape[i] as number);
  if (kept.every((a) => summed.every((k) => a < k))) return Place.flat(block, shape, block.hold(`o * ${over}u + k`));
  if (summed.every((a) => kept.every((k) => a < k)))
    return Place.flat(block, shape, block.hold(`k * ${sizeOf(sizes(kept))}u + o`));
  const [outer, inner] = [Place.flat(block, sizes(kept), "o").axes, Place.flat(block, sizes(summed), "k").axes];
  const at = shape.map((_, i) => (kept.includes(i) ? outer[kept.indexOf(i)] : inner[summed.indexOf(i)]) ?? "0u");
  return Place.axes(block, shape, at);
}
