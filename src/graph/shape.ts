// Shapes and types of every operator's outputs, checked against its inputs. Knows no values and no runtime.

import type { Attrs, Binary, Inputs, NoAttrs, Op, Reduction, Shape, TensorType, Unary, Value } from "./ops.ts";
import { sizeOf } from "./ops.ts";

type Infer<I, A> = (inputs: I, attrs: A) => readonly TensorType[];

/** Throws an Error that names the operator, what it got and what it expected. */
export function inferShapes<O extends Op>(op: O, inputs: Inputs<O>, attrs: Attrs<O>): readonly TensorType[] {
  try {
    return (rules[op] as Infer<Inputs<O>, Attrs<O>>)(inputs, attrs);
  } catch (error) {
    const got = (inputs as readonly (Value | null)[]).map((v) => (v ? `${v.dtype}[${v.shape}]` : "none")).join(", ");
    const given = Object.keys(attrs as object).length > 0 ? ` ${JSON.stringify(attrs)}` : "";
    throw new Error(`${op}(${got})${given}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

const float = (shape: Shape): readonly TensorType[] => [{ dtype: "float32", shape }];

function needFloat(...values: readonly (Value | null)[]): void {
  for (const v of values) if (v && v.dtype !== "float32") throw new Error(`expected float32, got ${v.dtype}`);
}

/** Numpy's rule, from the last axis back. */
export function broadcast(x: Shape, y: Shape): Shape {
  const rank = Math.max(x.length, y.length);
  return Array.from({ length: rank }, (_, i) => {
    const a = x[x.length - rank + i] ?? 1;
    const b = y[y.length - rank + i] ?? 1;
    if (a !== b && a !== 1 && b !== 1) throw new Error(`[${x}] and [${y}] do not broadcast`);
    return a === 1 ? b : a;
  });
}

function needAxis(axis: number, shape: Shape): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
    throw new Error(`expected an axis from 0 to ${shape.length - 1}, got ${axis}`);
  }
}

const unary: Infer<Unary["inputs"], NoAttrs> = ([x]) => {
  needFloat(x);
  return float(x.shape);
};

const binary: Infer<Binary["inputs"], NoAttrs> = ([x, y]) => {
  needFloat(x, y);
  return float(broadcast(x.shape, y.shape));
};

const reduction: Infer<Reduction["inputs"], Reduction["attrs"]> = ([x], { axes, keepdims }) => {
  needFloat(x);
  for (const axis of axes) needAxis(axis, x.shape);
  if (new Set(axes).size !== axes.length) throw new Error(`an axis twice in [${axes}]`);
  return float(x.shape.map((d, i) => (axes.includes(i) ? 1 : d)).filter((_, i) => keepdims || !axes.includes(i)));
};

const rules: { readonly [O in Op]: Infer<Inputs<O>, Attrs<O>> } = {
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Exp: unary,
  Log: unary,
  Erf: unary,
  Tanh: unary,
  Sigmoid: unary,
  Floor: unary,
  MatMul: ([x, y]) => {
    needFloat(x, y);
    if (x.shape.length < 2 || y.shape.length < 2) throw new Error("expected at least two axes each");
    const [rows, inner] = x.shape.slice(-2) as [number, number];
    const [inner2, columns] = y.shape.slice(-2) as [number, number];
    if (inner !== inner2) throw new Error(`inner sizes ${inner} and ${inner2} differ`);
    return float([...broadcast(x.shape.slice(0, -2), y.shape.slice(0, -2)), rows, columns]);
  },
  Gemm: ([a, b, c], { transA, transB }) => {
    needFloat(a, b, c);
    if (a.shape.length !== 2 || b.shape.length !== 2) throw new Error("expected matrices");
    const [rows, inner] = (transA ? a.shape.toReversed() : a.shape) as [number, number];
    const [inner2, columns] = (transB ? b.shape.toReversed() : b.shape) as [number, number];
    if (inner !== inner2) throw new Error(`inner sizes ${inner} and ${inner2} differ`);
    if (c && `${broadcast(c.shape, [rows, columns])}` !== `${[rows, columns]}`) {
      throw new Error(`[${c.shape}] does not broadcast to [${rows},${columns}]`);
    }
    return float([rows, columns]);
  },
  DynamicQuantizeMatMul: ([x, w, scale]) => {
    needFloat(x, scale);
    if (w.dtype !== "int8") throw new Error(`expected int8 weights, got ${w.dtype}`);
    const [inner, columns] = w.shape as [number, number];
    if (x.shape.at(-1) !== inner) throw new Error(`inner sizes ${x.shape.at(-1)} and ${inner} differ`);
    if (`${scale.shape}` !== `${columns}`)
      throw new Error(`expected a scale for each of ${columns} columns, got [${scale.shape}]`);
    return float([...x.shape.slice(0, -1), columns]);
  },
  MatMulNBits: ([x, w, scale], { bits, block }) => {
    needFloat(x, scale);
    if (w.dtype !== "uint8") throw new Error(`expected uint8 weights, got ${w.dtype}`);
    const inner = x.shape.at(-1) as number;
    const columns = w.shape[0] as number;
    if (inner % block !== 0) throw new Error(`inner size ${inner} is no multiple of ${block}`);
    const expected = [columns, inner / block, (block * bits) / 8];
    if (`${w.shape}` !== `${expected}`) throw new Error(`expected weights of [${expected}], got [${w.shape}]`);
    if (`${scale.shape}` !== `${(columns * inner) / block}`) {
      throw new Error(`expected ${(columns * inner) / block} scales, got [${scale.shape}]`);
    }
    return float([...x.shape.slice(0, -1), columns]);
  },
  Transpose: ([x], { perm }) => {
    needFloat(x);
    if (perm.length !== x.shape.length || perm.toSorted((a, b) => a - b).some((p, i) => p !== i)) {
      throw new Error(`expected an order of ${x.shape.length} axes, got [${perm}]`);
    }
    return float(perm.map((p) => x.shape[p] as number));
  },
  Expand: ([x], { shape }) => {
    needFloat(x);
    if (`${broadcast(x.shape, shape)}` !== `${shape}`) throw new Error(`[${x.shape}] does not broadcast to [${shape}]`);
    return float(shape);
  },
  Reshape: ([x], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x.shape)) throw new Error(`expected ${sizeOf(x.shape)} elements, got [${shape}]`);
    return [{ dtype: x.dtype, shape }];
  },
  Softmax: ([x]) => {
    needFloat(x);
    needAxis(0, x.shape);
    return float(x.shape);
  },
  LayerNormalization: ([x, scale, bias]) => {
    needFloat(x, scale, bias);
    needAxis(0, x.shape);
    const columns = x.shape.at(-1) as number;
    for (const v of [scale, bias]) {
      if (`${v.shape}` !== `${columns}`) throw new Error(`expected scale and bias of [${columns}], got [${v.shape}]`);
    }
    const row = { dtype: "float32", shape: [...x.shape.slice(0, -1), 1] } as const;
    return [{ dtype: "float32", shape: x.shape }, row, row];
  },
  SimplifiedLayerNormalization: ([x, scale]) => {
    needFloat(x, scale);
    needAxis(0, x.shape);
    if (`${scale.shape}` !== `${x.shape.at(-1)}`)
      throw new Error(`expected a scale of [${x.shape.at(-1)}], got [${scale.shape}]`);
    return float(x.shape);
  },
  SkipSimplifiedLayerNormalization: ([x, skip, scale]) => {
    needFloat(x, skip, scale);
    needAxis(0, x.shape);
    if (`${skip.shape}` !== `${x.shape}`) throw new Error(`[${x.shape}] and [${skip.shape}] differ`);
    if (`${scale.shape}` !== `${x.shape.at(-1)}`)
      throw new Error(`expected a scale of [${x.shape.at(-1)}], got [${scale.shape}]`);
    return [...float(x.shape), ...float(x.shape)];
  },
  RotaryEmbedding: ([x, positions, cos, sin]) => {
    needFloat(x, cos, sin);
    if (positions.dtype !== "int64") throw new Error(`expected int64 positions, got ${positions.dtype}`);
    if (x.shape.length !== 3 || `${positions.shape}` !== `${x.shape.slice(0, 2)}`) {
      throw new Error("expected [rows, tokens, features] and a position for each token");
    }
    const half = cos.shape[1] ?? 0;
    if (`${sin.shape}` !== `${cos.shape}` || cos.shape.length !== 2 || (x.shape[2] as number) % (2 * half) !== 0) {
      throw new Error("expected as many cosines as sines for each position, and whole heads of twice as many features");
    }
    return float(x.shape);
  },
  ReduceSum: reduction,
  ReduceMean: reduction,
  Gather: ([data, indices]) => {
    needFloat(data);
    if (indices.dtype === "float32") throw new Error("expected integer indices");
    needAxis(0, data.shape);
    return float([...indices.shape, ...data.shape.slice(1)]);
  },
  Concat: ([x, ...others], { axis }) => {
    needFloat(x, ...others);
    needAxis(axis, x.shape);
    for (const { shape } of others) {
      if (x.shape.length !== shape.length || x.shape.some((d, i) => i !== axis && d !== shape[i])) {
        throw new Error(`[${x.shape}] and [${shape}] differ beyond axis ${axis}`);
      }
    }
    const size = others.reduce((sum, { shape }) => sum + (shape[axis] as number), x.shape[axis] as number);
    return float(x.shape.with(axis, size));
  },
  Split: ([x], { axis, sizes }) => {
    needFloat(x);
    needAxis(axis, x.shape);
    const sum = sizes.reduce((a, b) => a + b, 0);
    if (sum !== x.shape[axis]) throw new Error(`expected parts of ${x.shape[axis]} in all, got ${sizes}`);
    return sizes.flatMap((size) => float(x.shape.with(axis, size)));
  },
  Slice: ([x], { axis, start, end }) => {
    needFloat(x);
    needAxis(axis, x.shape);
    const size = x.shape[axis] as number;
    if (start < 0 || end > size || start >= end) throw new Error(`expected 0 <= start < end <= ${size}, got ${start} and ${end}`);
    return float(x.shape.map((d, i) => (i === axis ? end - start : d)));
  },
  Pad: ([x], { axis, before, after }) => {
    needFloat(x);
    needAxis(axis, x.shape);
    if (before < 0 || after < 0) throw new Error(`expected no negative padding, got ${before} and ${after}`);
    return float(x.shape.map((d, i) => (i === axis ? before + d + after : d)));
  },
};
