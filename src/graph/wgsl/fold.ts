// Which values of a graph get memory, and which kernel computes each; the others are computed again wherever they are read. Knows no WGSL.

import type { Graph } from "../graph.ts";
import { type Node, sizeOf, type Value } from "../ops.ts";
import { halvesOf } from "./halves.ts";
import { liveNodes } from "./live-nodes.ts";
import { presentInputs, ruleOf } from "./operators.ts";

/** Buffers that one kernel may use: as many as WebGPU promises. */
export const maxBindings = 8;
/** Buffers that the expression of a value without memory may read. */
const maxLeaves = 5;
/** Instructions of an expression that may be computed again for another reader. */
const maxAgain = 48;
/** Instructions of an expression at all: a longer one would be long to compile. */
const maxCost = 400;
/** Values that one kernel writes. */
const maxOutputs = 4;

export type KernelKind = "map" | "sum" | "rows" | "product";

/** One dispatch. A map has no nodes; the others have one, sums of one form perhaps several. */
export interface Kernel {
  readonly kind: KernelKind;
  readonly nodes: Node[];
  /** Computed by it, in order: its nodes' outputs first. Each of the others may build on those before it. */
  readonly outputs: Value[];
  /** Outputs that nobody else reads: they are not written. */
  readonly hidden: Set<number>;
}

export interface Plan {
  readonly kernels: readonly Kernel[];
  /** Inputs, constants of more than one number, and whatever a kernel writes or holds. */
  readonly stored: ReadonlySet<number>;
  /** Values whose products are rounded before they are added to: a Floor depends on them, and would jump. */
  readonly exact: ReadonlySet<number>;
  /** Stored as 16-bit floats. */
  readonly halves: ReadonlySet<number>;
  /** Threads may add up within their subgroup. */
  readonly subgroups: boolean;
  producer(value: Value): Node | undefined;
}

/** How a graph becomes kernels. */
export interface Lowering {
  /** Values to be stored as 16-bit floats where a kernel can. */
  readonly short?: ReadonlySet<number> | undefined;
  /** The device has subgroups, and WGSL their numbers. */
  readonly subgroups?: boolean;
}

/** Throws an Error that names an operator without a kernel. */
export function plan(g: Graph, { short = new Set(), subgroups = false }: Lowering = {}): Plan {
  const nodes = liveNodes(g);
  for (const node of nodes) {
    const rule = ruleOf(node);
    if (rule.kind === "none") throw new Error(`${node.op} has no kernel: ${rule.why}`);
  }
  const memory = new Memory(g, nodes);
  for (const node of nodes) memory.take(node);
  const kernels = new Kernels(memory, nodes).list;
  const exact = beforeFloors(nodes, memory);
  return {
    kernels,
    stored: memory.stored,
    exact,
    subgroups,
    halves: halvesOf(kernels, short, new Set([...memory.outputs, ...exact])),
    producer: memory.producer,
  };
}

const isFolded = (node: Node | undefined): boolean => node !== undefined && ["pointwise", "view"].includes(ruleOf(node).kind);
/** Views through which a product reads what lies in memory. */
const seenThrough = new Set(["Reshape", "Transpose", "Expand", "Slice"]);

/** Decides, node by node, what is stored. */
class Memory {
  readonly stored = new Set<number>();
  readonly outputs: ReadonlySet<number>;
  readonly #producers = new Map<number, Node>();
  readonly #readers = new Map<number, number>();
  /** To be stored: a product would compute it once for each tile, a norm is read again on the way back. */
  readonly #wanted = new Set<number>();
  readonly #costs = new Map<number, number>();

  constructor(g: Graph, nodes: readonly Node[]) {
    this.outputs = new Set([...g.outputs.values()].map((value) => value.id));
    for (const value of g.inputs.values()) this.stored.add(value.id);
    for (const { value } of g.constants) if (sizeOf(value.shape) > 1 || this.outputs.has(value.id)) this.stored.add(value.id);
    for (const node of nodes) {
      for (const value of node.outputs) this.#producers.set(value.id, node);
      for (const { id } of new Map(presentInputs(node).map((v) => [v.id, v])).values())
        this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    }
    for (const node of nodes) {
      if (ruleOf(node).kind === "product") for (const operand of presentInputs(node).slice(0, 2)) this.#want(operand);
      if (node.op.endsWith("LayerNormalization")) this.#want(node.inputs[0] as Value);
    }
  }

  readonly producer = (value: Value): Node | undefined => this.#producers.get(value.id);

  #want(value: Value): void {
    const node = this.producer(value);
    if (node && seenThrough.has(node.op)) this.#want(node.inputs[0] as Value);
    else this.#wanted.add(value.id);
  }

  /** Values in memory that a value's number is computed from: the value itself where it lies there. */
  leaves(value: Value, found = new Map<number, Value>()): Map<number, Value> {
    if (this.stored.has(value.id)) return found.set(value.id, value);
    const node = this.producer(value);
    if (node) for (const input of presentInputs(node)) this.leaves(input, found);
    return found;
  }

  leavesOfAll(values: readonly Value[]): Map<number, Value> {
    const found = new Map<number, Value>();
    for (const value of values) this.leaves(value, found);
    return found;
  }

  take(node: Node): void {
    const inputs = presentInputs(node);
    if (!isFolded(node)) {
      this.#limit(inputs, maxBindings - 1 - node.outputs.length);
      for (const value of node.outputs) if (this.outputs.has(value.id) || this.#readers.has(value.id)) this.stored.add(value.id);
      return;
    }
    this.#limit(inputs, maxLeaves);
    const [value] = node.outputs;
    const rule = ruleOf(node);
    const own = rule.kind === "pointwise" ? rule.cost : 1;
    const cost = own + inputs.reduce((sum, input) => sum + (this.stored.has(input.id) ? 1 : (this.#costs.get(input.id) ?? 0)), 0);
    this.#costs.set(value.id, cost);
    const again = (this.#readers.get(value.id) ?? 0) > 1 && node.op !== "Reshape";
    const tooMuch = cost > (again ? maxAgain : maxCost) || (again && this.#inPlace(node));
    if (this.outputs.has(value.id) || this.#wanted.has(value.id) || tooMuch) this.stored.add(value.id);
  }

  /** Stores inputs until the expressions of all read no more than so many buffers. */
  #limit(inputs: readonly Value[], most: number): void {
    while (this.leavesOfAll(inputs).size > most) {
      const open = inputs.filter((value) => !this.stored.has(value.id) && this.leaves(value).size > 1);
      const [widest] = open.toSorted((a, b) => this.leaves(b).size - this.leaves(a).size);
      if (!widest) throw new Error(`a kernel would need ${this.leavesOfAll(inputs).size} buffers`);
      this.stored.add(widest.id);
    }
  }

  /** Tells whether storing a pointwise result costs nothing: it takes the place of a product that nobody else reads. */
  #inPlace(node: Node): boolean {
    if (ruleOf(node).kind !== "pointwise") return false;
    const size = sizeOf(node.outputs[0].shape);
    return presentInputs(node).some((input) => {
      const from = this.producer(input);
      const isProduct = from !== undefined && ruleOf(from).kind === "product";
      return isProduct && this.#readers.get(input.id) === 1 && sizeOf(input.shape) === size;
    });
  }
}

/** Puts what is stored into kernels, in the order of the nodes. */
class Kernels {
  readonly list: Kernel[] = [];
  /** Value -> index of the kernel that writes it. */
  readonly #writer = new Map<number, number>();

  constructor(
    private readonly memory: Memory,
    nodes: readonly Node[],
  ) {
    for (const node of nodes) this.#place(node);
    this.#hide();
  }

  #place(node: Node): void {
    const own = node.outputs.filter((value) => this.memory.stored.has(value.id));
    const [first] = own;
    if (!first) return;
    if (isFolded(node)) {
      const leaves = this.memory.leavesOfAll(presentInputs(node));
      const host = this.#host(first, leaves);
      if (host === undefined) this.#append({ kind: "map", nodes: [], outputs: [first], hidden: new Set() });
      else this.#join(host, first);
      return;
    }
    const kind = ruleOf(node).kind as KernelKind;
    const sibling = kind === "sum" ? this.#sibling(node) : undefined;
    if (sibling === undefined) {
      this.#append({ kind, nodes: [node], outputs: own, hidden: new Set() });
      return;
    }
    this.list[sibling]?.nodes.push(node);
    this.#join(sibling, first);
  }

  #append(kernel: Kernel): void {
    for (const value of kernel.outputs) this.#writer.set(value.id, this.list.length);
    this.list.push(kernel);
  }

  #join(index: number, value: Value): void {
    this.list[index]?.outputs.push(value);
    this.#writer.set(value.id, index);
  }

  /** Index of the last kernel that writes one of these; -1 for none. */
  #last(leaves: ReadonlyMap<number, Value>): number {
    return Math.max(-1, ...[...leaves.keys()].map((id) => this.#writer.get(id) ?? -1));
  }

  /** Buffers of a kernel that reads these as well, its own results aside, and writes one more value. */
  #bindings(kernel: Kernel, leaves: ReadonlyMap<number, Value>): number {
    const own = new Set(kernel.outputs.map(({ id }) => id));
    const read = new Set([...this.#reads(kernel).keys(), ...leaves.keys()].filter((id) => !own.has(id)));
    return read.size + kernel.outputs.length + 1;
  }

  #reads({ nodes, outputs }: Kernel): Map<number, Value> {
    const made = new Set(nodes.flatMap((node) => node.outputs.map(({ id }) => id)));
    const folded = outputs.filter(({ id }) => !made.has(id)).map((value) => this.memory.producer(value) as Node);
    return this.memory.leavesOfAll([...nodes, ...folded].flatMap(presentInputs));
  }

  /** The kernel that can compute a value beside its own: the last that the value waits for, if it reads that number by number. */
  #host(value: Value, leaves: ReadonlyMap<number, Value>): number | undefined {
    const index = this.#last(leaves);
    const kernel = this.list[index];
    if (!kernel || kernel.outputs.length >= maxOutputs || this.#bindings(kernel, leaves) > maxBindings) return undefined;
    const main = kernel.nodes[0]?.outputs[0] ?? kernel.outputs[0];
    if (!main || sizeOf(main.shape) !== sizeOf(value.shape)) return undefined;
    const own = new Set(kernel.outputs.map(({ id }) => id));
    // A norm's mean is one for each row.
    const beside = new Set(kernel.kind === "rows" ? kernel.nodes[0]?.outputs.slice(1).map(({ id }) => id) : []);
    return this.#isAligned(value, own, beside) ? index : undefined;
  }

  /** Tells whether number i of a value needs number i of `own`, no other number of them, and none of `beside`. */
  #isAligned(value: Value, own: ReadonlySet<number>, beside: ReadonlySet<number>): boolean {
    const size = sizeOf(value.shape);
    const walk = (node: Node, straight: boolean): boolean => {
      const rule = ruleOf(node);
      const on = straight && (rule.kind === "pointwise" || (rule.kind === "view" && !rule.moved));
      return presentInputs(node).every((input) => {
        const same = on && sizeOf(input.shape) === size;
        if (own.has(input.id)) return same && !beside.has(input.id);
        const next = this.memory.stored.has(input.id) ? undefined : this.memory.producer(input);
        return next === undefined || walk(next, same);
      });
    };
    return walk(this.memory.producer(value) as Node, true);
  }

  /** A kernel of sums over the same axes of the same shape that comes after all that this one reads. */
  #sibling(node: Node): number | undefined {
    const leaves = this.memory.leavesOfAll(presentInputs(node));
    const last = this.#last(leaves);
    for (let i = this.list.length - 1; i > last; i--) {
      const kernel = this.list[i] as Kernel;
      if (kernel.kind !== "sum" || kernel.outputs.length !== kernel.nodes.length || kernel.nodes.length >= maxOutputs) continue;
      if (formOf(kernel.nodes[0] as Node) === formOf(node) && this.#bindings(kernel, leaves) <= maxBindings) return i;
    }
    return undefined;
  }

  #hide(): void {
    const read = new Set<number>(this.memory.outputs);
    for (const [i, kernel] of this.list.entries()) {
      for (const id of this.#reads(kernel).keys()) if (this.#writer.get(id) !== i) read.add(id);
    }
    for (const { outputs, hidden } of this.list) for (const { id } of outputs) if (!read.has(id)) hidden.add(id);
  }
}

const formOf = ({ inputs: [x], attrs }: Node): string => `${x?.shape} ${JSON.stringify(attrs)}`;

/** Values without memory of their own, or with, that a Floor depends on by numbers alone. */
function beforeFloors(nodes: readonly Node[], memory: Memory): ReadonlySet<number> {
  const found = new Set<number>();
  for (const node of nodes.toReversed()) {
    if (node.op !== "Floor" && !node.outputs.some(({ id }) => found.has(id))) continue;
    for (const input of presentInputs(node)) if (isFolded(memory.producer(input))) found.add(input.id);
  }
  return found;
}
