// Products of a decoder's step against sums in double precision: every kind, format and norm, few and many lines, sizes that nothing divides.

import { expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import { openMatrix } from "../../src/runtime/decode/matrix.ts";
import { mostNormed, type ProductKind, type ProductShape, productCode, productGroups } from "../../src/runtime/decode/product.ts";
import { floatRows, paddedLength } from "../../src/runtime/decoder-source.ts";
import { programDevice } from "../../src/runtime/program/device.ts";
import { encodeAll, storageBuffer, whole } from "../../src/runtime/program/pipelines.ts";
import { reader } from "../../src/runtime/program/reader.ts";
import { relativeError } from "./run-graph.ts";

interface Case {
  readonly kind: ProductKind;
  readonly rows: number;
  readonly columns: number;
  readonly lines: number;
  readonly held: number;
  readonly normed: boolean;
}

const kinds = ["write", "add", "gated"] as const satisfies readonly ProductKind[];
const cases: readonly Case[] = kinds.flatMap((kind) =>
  [
    { rows: 10, columns: 30, lines: 1, held: 8 },
    { rows: 66, columns: 33, lines: 31, held: 8 },
    { rows: 18, columns: 260, lines: 33, held: 16 },
  ].flatMap((sizes) =>
    (kind === "add" || sizes.held > mostNormed ? [false] : [false, true]).map((normed) => ({ kind, ...sizes, normed })),
  ),
);

const epsilon = 1e-3;
const silu = (x: number) => x / (1 + Math.exp(-x));
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

it.each(cases)("$kind, $rows x $columns, $lines lines, norm $normed", async ({ kind, rows, columns, lines, held, normed }) => {
  const on = await programDevice();
  const { device, pipelines } = on;
  const draws = rng("product", kind, rows, columns);
  const numbers = (n: number) => Float32Array.from({ length: n }, () => 2 * (draws.next() - 0.5));
  const outputs = kind === "gated" ? rows / 2 : rows;
  const stride = outputs + 3;
  const [x, w, scale, bias, before] = [lines * columns, rows * columns, columns, rows, lines * stride].map(numbers) as [
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
  ];
  const withBias = kind === "write";

  const shape: ProductShape = {
    kind,
    format: "float32",
    columns,
    rows,
    from: 0,
    stride,
    held,
    bias: withBias,
    ...(normed ? { norm: { columns, epsilon } } : {}),
  };
  const matrix = openMatrix(on, "float32", rows, columns);
  matrix.write(0, floatRows("float32", w, columns));
  const heldLines = Math.ceil(lines / held) * held;
  const upload = (data: ArrayBufferView<ArrayBuffer>, bytes: number) => {
    const buffer = storageBuffer(device, bytes);
    device.queue.writeBuffer(buffer, 0, data as GPUAllowSharedBufferSource);
    return buffer;
  };
  const padded = upload(floatRows("float32", x, columns).weight, 4 * heldLines * paddedLength(columns));
  const y = upload(before, 4 * heldLines * stride);
  const reads = [
    whole(padded),
    ...matrix.parts.map(({ weight }) => weight),
    ...(withBias ? [whole(upload(bias, bias.byteLength))] : []),
    ...(normed ? [whole(upload(scale, scale.byteLength))] : []),
  ];
  const pipeline = await pipelines.compile(productCode(shape), reads.length, 1);
  const back = reader(device);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  encodeAll(pass, [{ pipeline, group: pipelines.group(reads, [whole(y)]), groups: productGroups(shape, lines) }]);
  pass.end();
  const read = back.copy(encoder, y, 0, 4 * lines * stride);
  device.queue.submit([encoder.finish()]);
  const got = await read();
  back.close();

  const expected = Array.from({ length: lines }, (_, line) => {
    const own = Array.from({ length: columns }, (_, k) => x[line * columns + k] as number);
    const length = normed ? Math.sqrt(sum(own.map((one) => one * one)) / columns + epsilon) : 1;
    const given = own.map((one, k) => (normed ? (one / length) * (scale[k] as number) : one));
    const product = (row: number) => sum(given.map((one, k) => one * (w[row * columns + k] as number)));
    const at = (o: number) => before[line * stride + o] as number;
    const output = (o: number) => {
      if (kind === "gated") return silu(product(2 * o)) * product(2 * o + 1);
      return product(o) + (kind === "add" ? at(o) : (bias[o] as number));
    };
    // Numbers beyond the outputs stay as they are.
    return Array.from({ length: stride }, (_, o) => (o < outputs ? output(o) : at(o)));
  }).flat();
  expect(relativeError([...got], expected)).toBeLessThan(1e-5);
});
