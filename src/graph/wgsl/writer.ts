// The code of one kernel as it grows: what it reads and writes, and the expression of a value at a place. Knows no kind of kernel.

import type { Constant } from "../graph.ts";
import { type Node, sizeOf, type Value } from "../ops.ts";
import type { Kernel, Plan } from "./fold.ts";
import { halfAt, halfFour } from "./halves.ts";
import { libraries, type Read, ruleOf } from "./operators.ts";
import type { Block, Place } from "./place.ts";
import { subgroupEntry } from "./totals.ts";

/** One dispatch: its code, and what lies at its bindings, those that are read first. */
export interface Shader {
  readonly code: string;
  readonly reads: readonly Value[];
  readonly writes: readonly Value[];
  readonly groups: readonly [x: number, y: number, z: number];
}

/** Main function of a kernel, and what stands before it. */
export interface Body {
  readonly before: readonly string[];
  readonly main: readonly string[];
  readonly workgroup: readonly number[];
  readonly groups: readonly [x: number, y: number, z: number];
}

/** WebGPU's limit for each axis of a dispatch. */
const maxGroups = 65535;

/** So many workgroups, on two axes; `groupIndex` is the number of one. */
export function spread(count: number): [number, number, number] {
  if (count > maxGroups ** 2) throw new Error(`a kernel would need ${count} workgroups`);
  const x = Math.min(count, maxGroups);
  return [x, Math.ceil(count / x), 1];
}
export const groupIndex = "wid.y * nwg.x + wid.x";

/** One number of the kernel's main output: where it lies, and the numbers of its nodes' outputs there. */
export interface Spot {
  readonly at: Place;
  readonly main: ReadonlyMap<number, string>;
}

export class Writer {
  readonly #reads: Value[] = [];
  readonly #writes: readonly Value[];
  readonly #scalars = new Map<number, number>();
  /** Values whose buffers are bound in fours. */
  readonly #fours = new Set<number>();

  constructor(
    readonly plan: Plan,
    readonly kernel: Kernel,
    constants: readonly Constant[],
    /** Written in the place of the kernel's outputs. */
    instead?: Value,
  ) {
    this.#writes = instead ? [instead] : kernel.outputs.filter(({ id }) => !kernel.hidden.has(id));
    for (const { value, data } of constants) if (sizeOf(value.shape) === 1) this.#scalars.set(value.id, Number(data[0]));
  }

  /** Tells whether a thread has to store two numbers at once, the first at an even index. */
  get paired(): boolean {
    return this.#writes.some(({ id }) => this.plan.halves.has(id));
  }

  /** The number of a value at a place; `bound`: numbers at hand, by the value's id. */
  readonly read = (value: Value, at: Place, bound: ReadonlyMap<number, string> = none): string => {
    const known = bound.get(value.id);
    if (known !== undefined) return known;
    const scalar = this.#scalars.get(value.id);
    if (scalar !== undefined) return literal(scalar);
    return this.plan.stored.has(value.id) ? this.memory(value, at) : this.#computed(value, at, bound);
  };

  /** The number at a place of a value that lies in memory. */
  memory(value: Value, at: Place): string {
    const buffer = this.#buffer(value);
    const index = at.flat;
    if (this.plan.halves.has(value.id)) return at.block.hold(halfAt(buffer, index, this.#fours.has(value.id)));
    return at.block.hold(this.#fours.has(value.id) ? `${buffer}[${index} / 4u][${index} % 4u]` : `${buffer}[${index}]`);
  }

  /** Four numbers that lie together from a place on, a multiple of four. To be asked for before single numbers of the same value are. */
  readFour(value: Value, at: Place): string {
    if (!this.plan.stored.has(value.id)) {
      const node = this.plan.producer(value);
      const rule = node && ruleOf(node);
      if (rule?.kind !== "view") throw new Error(`value ${value.id} does not lie in fours`);
      return rule.read(node as Node, at, (input, place) => this.readFour(input, place));
    }
    this.#fours.add(value.id);
    const four = `${at.flat} / 4u`;
    const buffer = this.#buffer(value);
    return at.block.hold(this.plan.halves.has(value.id) ? halfFour(buffer, at.block.hold(four)) : `${buffer}[${four}]`);
  }

  #computed(value: Value, at: Place, bound: ReadonlyMap<number, string>): string {
    const node = this.plan.producer(value);
    if (!node) throw new Error(`value ${value.id} has neither memory nor a node`);
    const rule = ruleOf(node);
    const read: Read = (input, place) => this.read(input, place, bound);
    if (rule.kind === "view") return at.block.hold(rule.read(node, at, read));
    if (rule.kind !== "pointwise") throw new Error(`${node.op} has no expression`);
    const [x = "", y = ""] = node.inputs.map((input) => input && read(input, at.of(input.shape)));
    const expression = rule.write(x ?? "", y ?? "");
    return at.block.hold(node.op === "Mul" && this.plan.exact.has(value.id) ? `rounded${expression}` : expression);
  }

  #buffer(value: Value): string {
    if (value.dtype !== "float32" && value.dtype !== "int32") throw new Error(`a kernel cannot read ${value.dtype}`);
    const found = this.#reads.findIndex(({ id }) => id === value.id);
    return `b${found < 0 ? this.#reads.push(value) - 1 : found}`;
  }

  /** Stores the kernel's outputs at a spot, or at the two of a pair. `skip`: outputs that are stored elsewhere. */
  store(spots: readonly [Spot, Spot?], skip: ReadonlySet<number> = new Set()): void {
    const own = spots.flatMap((spot) => (spot ? [{ at: spot.at, bound: new Map(spot.main) }] : []));
    for (const value of this.kernel.outputs) {
      if (skip.has(value.id)) continue;
      const found = own.map(({ at, bound }) => {
        const place = at.as(value.shape);
        const number = bound.get(value.id) ?? this.#computed(value, place, bound);
        bound.set(value.id, number);
        return { block: at.block, index: place.flat, number };
      });
      if (this.plan.halves.has(value.id)) {
        const [{ block, index }] = found as [(typeof found)[0]];
        const line = this.write(value, `${index} / 2u`, `packed(${found.map(({ number }) => number).join(", ")})`);
        if (line) block.add(line);
        continue;
      }
      for (const { block, index, number } of found) {
        const line = this.write(value, index, number);
        if (line) block.add(line);
      }
    }
  }

  /** The statement that stores one number; none for an output that nobody reads. */
  write(value: Value, index: string, number: string): string | undefined {
    const i = this.#writes.findIndex(({ id }) => id === value.id);
    return i < 0 ? undefined : `o${i}[${index}] = ${number};`;
  }

  #typeOf({ id, dtype }: Value): string {
    if (dtype !== "float32") return "i32";
    const [one, four] = this.plan.halves.has(id) ? ["u32", "vec2u"] : ["f32", "vec4f"];
    return this.#fours.has(id) ? four : one;
  }

  shader({ before, main, workgroup, groups }: Body): Shader {
    const text = [...before, ...main].join("\n");
    const used = libraries.filter(([call]) => text.includes(call)).map(([, code]) => code);
    const buffers = [
      ...this.#reads.map((value, i) => binding(i, "read", `b${i}`, this.#typeOf(value))),
      ...this.#writes.map(({ id }, i) =>
        binding(this.#reads.length + i, "read_write", `o${i}`, this.plan.halves.has(id) ? "u32" : "f32"),
      ),
    ];
    const rounds = text.includes("rounded(");
    const subgroups = text.includes("subgroupIndex");
    const code = [
      ...(subgroups ? subgroupEntry.before : []),
      ...buffers,
      ...(rounds ? ["var<private> nothing: u32;"] : []),
      ...used,
      ...before,
      `@compute @workgroup_size(${workgroup.join(", ")})`,
      "fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u,",
      "        @builtin(local_invocation_index) lane: u32, @builtin(local_invocation_id) lid: vec3u",
      subgroups ? `, ${subgroupEntry.parameters}) {` : ") {",
      ...(subgroups ? subgroupEntry.main : []),
      ...(rounds ? ["nothing = nwg.z >> 16u;"] : []),
      ...main,
      "}",
    ].join("\n");
    return { code, reads: this.#reads, writes: this.#writes, groups };
  }
}

const none: ReadonlyMap<number, string> = new Map();

const binding = (i: number, access: string, name: string, type: string) =>
  `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${type}>;`;

/** A float32 as WGSL writes it. */
export function literal(x: number): string {
  if (!Number.isFinite(x)) throw new Error(`a kernel cannot hold the constant ${x}`);
  return Number.isInteger(x) && Math.abs(x) < 1e9 ? `${x}.0f` : `${x}f`;
}

/** A function of the kernel: its lines end in what it gives. */
export function fn(name: string, parameters: string, block: Block, result?: string): string[] {
  const type = result === undefined ? "" : " -> f32";
  return [`fn ${name}(${parameters})${type} {`, ...block.lines, ...(result === undefined ? [] : [`return ${result};`]), "}"];
}

/** The one node of a kernel that has one. */
export const nodeOf = ({ nodes: [node] }: Kernel): Node => node as Node;
