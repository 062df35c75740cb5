// Every operator declared once: its inputs, attributes and outputs, by ONNX's names. Knows no shapes, no gradients and no runtime.
//
// To add one: an entry here, then the compiler asks for its row in the tables of shape.ts, vjp.ts and onnx.ts.

export type DType = "float32" | "int32" | "int64" | "int8" | "uint8";
export type Shape = readonly number[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A tensor of a graph: an input, a constant or an output of a node. */
export interface Value extends TensorType {
  /** Unique within its graph, rising in the order of making. */
  readonly id: number;
}

export interface Unary {
  readonly inputs: readonly [x: Value];
}

/** Elementwise with numpy's broadcasting. */
export interface Binary {
  readonly inputs: readonly [x: Value, y: Value];
}

export interface Reduction {
  readonly inputs: readonly [x: Value];
  readonly attrs: { readonly axes: readonly number[]; readonly keepdims: boolean };
}

/** `attrs` and `outputs` where they are not declared: none, and one. Axes count from 0. An optional input that is absent is null. */
export interface Ops {
  Add: Binary;
  Sub: Binary;
  Mul: Binary;
  Div: Binary;
  Exp: Unary;
  Log: Unary;
  Erf: Unary;
  Tanh: Unary;
  Sigmoid: Unary;
  Floor: Unary;
  /** The last two axes multiply, those before them broadcast. */
  MatMul: { readonly inputs: readonly [x: Value, y: Value] };
  /** a b + c for matrices, c broadcast; a and b transposed first where asked. */
  Gemm: {
    readonly inputs: readonly [a: Value, b: Value, c: Value | null];
    readonly attrs: { readonly transA: boolean; readonly transB: boolean };
  };
  /**
   * x times the int8 matrix w [inner, columns], whose columns have a scale each: onnxruntime's own operator. x is rounded to 8 bits over the
   * range of all its numbers, so that a row's result depends a little on the other rows.
   */
  DynamicQuantizeMatMul: { readonly inputs: readonly [x: Value, w: Value, scale: Value] };
  /**
   * x times a matrix [columns, inner] of few bits a number, transposed: onnxruntime's own operator. Blocks of a row share a scale; a number is
   * scale * (q - 2^(bits - 1)). w: uint8 [columns, inner / block, block * bits / 8], the lower half of a byte first; scale: [columns * inner / block].
   */
  MatMulNBits: {
    readonly inputs: readonly [x: Value, w: Value, scale: Value];
    readonly attrs: { readonly bits: 4 | 8; readonly block: number };
  };
  Transpose: { readonly inputs: readonly [x: Value]; readonly attrs: { readonly perm: readonly number[] } };
  /** To a shape that x broadcasts to. */
  Expand: { readonly inputs: readonly [x: Value]; readonly attrs: { readonly shape: Shape } };
  Reshape: { readonly inputs: readonly [x: Value]; readonly attrs: { readonly shape: Shape } };
  /** Over the last axis. */
  Softmax: Unary;
  /** Over the last axis; the mean and inverse deviation keep it with size 1 and carry no gradient. */
  LayerNormalization: {
    readonly inputs: readonly [x: Value, scale: Value, bias: Value];
    readonly attrs: { readonly epsilon: number };
    readonly outputs: readonly [y: Value, mean: Value, inverseDeviation: Value];
  };
  /** x / sqrt(mean(x^2) + epsilon) * scale over the last axis (RMSNorm), under onnxruntime's name. */
  SimplifiedLayerNormalization: {
    readonly inputs: readonly [x: Value, scale: Value];
    readonly attrs: { readonly epsilon: number };
  };
  /** x + skip, and that sum normalised as above: onnxruntime's own operator. */
  SkipSimplifiedLayerNormalization: {
    readonly inputs: readonly [x: Value, skip: Value, scale: Value];
    readonly attrs: { readonly epsilon: number };
    readonly outputs: readonly [y: Value, sum: Value];
  };
  /**
   * Turns each head's halves (i, i + size / 2) by the angle of its token's position (Su et al. 2021): onnxruntime's own operator. x: [rows, tokens,
   * heads * size]; positions: int64 [rows, tokens]; cos, sin: [positions, size / 2].
   */
  RotaryEmbedding: { readonly inputs: readonly [x: Value, positions: Value, cos: Value, sin: Value] };
  ReduceSum: Reduction;
  ReduceMean: Reduction;
  /** Rows of `data` (axis 0) by integer index: indices.shape + data.shape[1:]. */
  Gather: { readonly inputs: readonly [data: Value, indices: Value] };
  /** One after another along one axis. */
  Concat: { readonly inputs: readonly [x: Value, ...others: Value[]]; readonly attrs: { readonly axis: number } };
  /** Parts of these sizes along one axis: Concat undone. */
  Split: {
    readonly inputs: readonly [x: Value];
    readonly attrs: { readonly axis: number; readonly sizes: readonly number[] };
    readonly outputs: readonly [first: Value, ...others: Value[]];
  };
  /** start <= i < end along one axis. */
  Slice: {
    readonly inputs: readonly [x: Value];
    readonly attrs: { readonly axis: number; readonly start: number; readonly end: number };
  };
  /** Zeros before and after along one axis. */
  Pad: {
    readonly inputs: readonly [x: Value];
    readonly attrs: { readonly axis: number; readonly before: number; readonly after: number };
  };
}

/** Operators that pass no gradient: for trained weights alone, or flat everywhere. */
export type GradientlessOp =
  | "DynamicQuantizeMatMul"
  | "MatMulNBits"
  | "SkipSimplifiedLayerNormalization"
  | "RotaryEmbedding"
  | "Split"
  | "Floor";

/** Attributes of an operator that has none. */
export type NoAttrs = Readonly<Record<never, never>>;

export type Op = keyof Ops;
export type DifferentiableOp = Exclude<Op, GradientlessOp>;
export type Inputs<O extends Op> = Ops[O]["inputs"];
export type Attrs<O extends Op> = Ops[O] extends { readonly attrs: infer A } ? A : NoAttrs;
export type Outputs<O extends Op> = Ops[O] extends { readonly outputs: infer T extends readonly Value[] } ? T : readonly [Value];
/** Result of `apply`: the value itself, or a tuple of them where an operator has several. */
export type Result<O extends Op> = Ops[O] extends { readonly outputs: infer T } ? T : Value;

/** One application of an operator. */
export interface Node<O extends Op = Op> {
  readonly op: O;
  readonly inputs: Inputs<O>;
  readonly attrs: Attrs<O>;
  readonly outputs: Outputs<O>;
}

/** Elements of a tensor of this shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((n, d) => n * d, 1);
}
