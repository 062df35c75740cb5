// Places in a tensor as WGSL: an index into its flat array or one for each axis, and the variables that hold them. Knows no operator.

import { type Shape, sizeOf } from "../ops.ts";

/** Row-major. */
export const strides = (shape: Shape): number[] => shape.map((_, i) => sizeOf(shape.slice(i + 1)));

/** Lines of one block. An expression that it holds already is one variable, however often it is asked for. */
export class Block {
  readonly #names = new Map<string, string>();
  #lines: string[] = [];

  constructor(private readonly prefix = "t") {}

  /** The name of a variable with that value; a name or a literal stays as it is. */
  hold(expression: string): string {
    if (/^[\w.]+$/.test(expression)) return expression;
    let name = this.#names.get(expression);
    if (name === undefined) {
      name = `${this.prefix}${this.#names.size}`;
      this.#names.set(expression, name);
      this.#lines.push(`let ${name} = ${expression};`);
    }
    return name;
  }

  /** A statement after all that was held so far. */
  add(line: string): void {
    this.#lines.push(line);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}

/** Where a number of a tensor of that shape lies. Either form is worked out from the other when it is asked for. */
export class Place {
  readonly block: Block;
  readonly shape: Shape;
  #flat: string | undefined;
  #axes: readonly string[] | undefined;

  private constructor(block: Block, shape: Shape, flat: string | undefined, axes: readonly string[] | undefined) {
    this.block = block;
    this.shape = shape;
    this.#flat = flat;
    this.#axes = axes;
  }

  static flat(block: Block, shape: Shape, index: string): Place {
    return new Place(block, shape, sizeOf(shape) === 1 ? "0u" : index, undefined);
  }

  static axes(block: Block, shape: Shape, indices: readonly string[]): Place {
    return new Place(
      block,
      shape,
      undefined,
      indices.map((index, i) => (shape[i] === 1 ? "0u" : index)),
    );
  }

  get flat(): string {
    if (this.#flat === undefined) {
      const by = strides(this.shape);
      const terms = this.axes.flatMap((index, i) => (index === "0u" ? [] : [by[i] === 1 ? index : `${index} * ${by[i]}u`]));
      this.#flat = terms.length === 0 ? "0u" : this.block.hold(terms.join(" + "));
    }
    return this.#flat;
  }

  get axes(): readonly string[] {
    this.#axes ??= this.#split();
    return this.#axes;
  }

  #split(): string[] {
    const flat = this.#flat as string;
    const by = strides(this.shape);
    return this.shape.map((size, i) => {
      if (size === 1) return "0u";
      const over = by[i] === 1 ? flat : this.block.hold(`${flat} / ${by[i]}u`);
      return sizeOf(this.shape.slice(0, i)) === 1 ? over : this.block.hold(`${over} % ${size}u`);
    });
  }

  /** The same number under another shape of as many. */
  as(shape: Shape): Place {
    return `${shape}` === `${this.shape}` ? this : Place.flat(this.block, shape, this.flat);
  }

  /** The number of an operand that broadcasts to this shape. */
  of(operand: Shape): Place {
    const size = sizeOf(operand);
    if (size === 1) return Place.flat(this.block, operand, "0u");
    if (size === sizeOf(this.shape)) return this.as(operand);
    const lacking = this.shape.length - operand.length;
    if (this.#flat !== undefined && `${this.shape.slice(lacking)}` === `${operand}`) {
      return Place.flat(this.block, operand, this.block.hold(`${this.#flat} % ${size}u`));
    }
    return Place.axes(this.block, operand, this.axes.slice(lacking));
  }
}
