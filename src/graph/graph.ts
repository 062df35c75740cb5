// A graph of tensors under construction. Knows the operators' shapes; knows no gradients, no file format and no runtime.

import type { Attrs, DType, Inputs, Node, Op, Outputs, Result, Shape, TensorType, Value } from "./ops.ts";
import { sizeOf } from "./ops.ts";
import { inferShapes } from "./shape.ts";

type Data =
  | Float32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

export interface Constant {
  readonly value: Value;
  readonly data: Data;
}

/** `attrs` is an argument only where the operator has any. */
type AttrsArgument<O extends Op> = keyof Attrs<O> extends never ? [] : [attrs: Attrs<O>];

/**
 * Operators are pure, so applying one twice to the same inputs gives the same value back: forward and backward passes share
 * what they both need without saying so. Every method throws an Error that names the operator and the shapes when they do not fit.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly inputs = new Map<string, Value>();
  readonly outputs = new Map<string, Value>();
  readonly constants: Constant[] = [];
  readonly #producers = new Map<number, Node>();
  readonly #seen = new Map<string, unknown>();
  #ids = 0;

  /** A tensor that is fed at each run. */
  input(name: string, dtype: DType, shape: Shape): Value {
    if (this.inputs.has(name)) throw new Error(`input ${JSON.stringify(name)} exists already`);
    const value = this.#value({ dtype, shape });
    this.inputs.set(name, value);
    return value;
  }

  /** Names a value that a run gives back. */
  output(name: string, value: Value): void {
    if (this.outputs.has(name)) throw new Error(`output ${JSON.stringify(name)} exists already`);
    this.outputs.set(name, value);
  }

  /** A small tensor kept in the graph. Equal constants are one value. */
  constant(dtype: DType, shape: Shape, numbers: readonly number[]): Value {
    if (numbers.length !== sizeOf(shape)) {
      throw new Error(`constant of shape [${shape}]: expected ${sizeOf(shape)} numbers, got ${numbers.length}`);
    }
    return this.#once(`${dtype}[${shape}](${numbers})`, () => {
      const value = this.#value({ dtype, shape });
      this.constants.push({ value, data: dataOf(dtype, numbers) });
      return value;
    });
  }

  /** A float32 constant of shape []. */
  scalar(x: number): Value {
    return this.constant("float32", [], [x]);
  }

  apply<O extends Op>(op: O, inputs: Inputs<O>, ...[attrs]: AttrsArgument<O>): Result<O> {
    const key = `${op}(${inputs.map((v) => v?.id ?? "-")})${attrs ? JSON.stringify(attrs) : ""}`;
    return this.#once(key, () => {
      const given = (attrs ?? {}) as Attrs<O>;
      const outputs = inferShapes(op, inputs, given).map((t) => this.#value(t)) as unknown as Outputs<O>;
      const node: Node<O> = { op, inputs, attrs: given, outputs };
      this.nodes.push(node as unknown as Node);
      for (const value of outputs) this.#producers.set(value.id, node as unknown as Node);
      return (outputs.length === 1 ? outputs[0] : outputs) as Result<O>;
    });
  }

  /** The node that gives this value; undefined for inputs and constants. */
  producer(value: Value): Node | undefined {
    return this.#producers.get(value.id);
  }

  #value(type: TensorType): Value {
    return { id: this.#ids++, dtype: type.dtype, shape: type.shape };
  }

  #once<T>(key: string, make: () => T): T {
    if (!this.#seen.has(key)) this.#seen.set(key, make());
    return this.#seen.get(key) as T;
  }
}

function dataOf(dtype: DType, numbers: readonly number[]): Data {
  switch (dtype) {
    case "float32":
      return Float32Array.from(numbers);
    case "int32":
      return Int32Array.from(numbers);
    case "int8":
      return Int8Array.from(numbers);
    case "uint8":
      return Uint8Array.from(numbers);
    case "int64":
      return BigInt64Array.from(numbers, (n) => BigInt(n));
    default:
      return dtype satisfies never;
  }
}
