// A weight matrix on a GPU: rows of one format, in as many buffers as the binding limit asks for. Knows no model and no kernel.

import { type MatrixFormat, type MatrixRows, paddedLength } from "../decoder-source.ts";
import type { ProgramDevice } from "../program/device.ts";
import { padded, type Span, storageBuffer, whole } from "../program/pipelines.ts";
import { ProgramRefusal } from "../program/program.ts";

/** Numbers that share a scale. */
export const blockNumbers = 32;

interface Layout {
  readonly bits: number;
  /** Numbers that one thread takes at a time: 4 or 8. */
  readonly unit: 4 | 8;
  /** Type of what holds a unit, and its four numbers, or its twice four, as WGSL. `w`: the unit; `scale`: its block's scale. */
  readonly type: "vec4f" | "vec2u" | "u32";
  readonly numbers: readonly string[];
  readonly scaled: boolean;
}

export const layouts: Readonly<Record<MatrixFormat, Layout>> = {
  float32: { bits: 32, unit: 4, type: "vec4f", numbers: ["w"], scaled: false },
  float16: { bits: 16, unit: 4, type: "vec2u", numbers: ["vec4f(unpack2x16float(w.x), unpack2x16float(w.y))"], scaled: false },
  blocks8: {
    bits: 8,
    unit: 4,
    type: "u32",
    numbers: ["scale * (vec4f((vec4u(w) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u)) - 128.0)"],
    scaled: true,
  },
  blocks4: {
    bits: 4,
    unit: 8,
    type: "u32",
    numbers: [
      "scale * (vec4f((vec4u(w) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(15u)) - 8.0)",
      "scale * (vec4f((vec4u(w) >> vec4u(16u, 20u, 24u, 28u)) & vec4u(15u)) - 8.0)",
    ],
    scaled: true,
  },
};

const rowBytes = (format: MatrixFormat, columns: number) => (paddedLength(columns) * layouts[format].bits) / 8;

export interface MatrixPart {
  /** Number of the first row, and how many there are. */
  readonly from: number;
  readonly rows: number;
  readonly weight: Span;
  readonly scale?: Span;
}

export interface Matrix {
  readonly format: MatrixFormat;
  readonly rows: number;
  readonly columns: number;
  readonly parts: readonly MatrixPart[];
  /** Fills rows, from a number on; gives how many. */
  write(row: number, rows: MatrixRows): number;
  close(): void;
}

/** Rows of a part are a multiple of it, so that no two that belong together are apart. */
const together = 64;

/** Throws ProgramRefusal for a matrix of which a few rows do not fit into one binding. */
export function openMatrix({ device, most }: ProgramDevice, format: MatrixFormat, rows: number, columns: number): Matrix {
  const bytes = rowBytes(format, columns);
  const scaleBytes = layouts[format].scaled ? (4 * columns) / blockNumbers : 0;
  const fitting = Math.floor(most / bytes / together) * together;
  if (fitting < together)
    throw new ProgramRefusal(`${together} rows of ${columns} numbers do not fit into a binding of ${most} bytes`);
  const parts: MatrixPart[] = [];
  for (let from = 0; from < rows; from += fitting) {
    const own = Math.min(fitting, rows - from);
    const buffer = (size: number) => whole(storageBuffer(device, padded(own * size)));
    parts.push({ from, rows: own, weight: buffer(bytes), ...(scaleBytes ? { scale: buffer(scaleBytes) } : {}) });
  }
  const write = (to: Span, at: number, each: number, from: number, count: number, data: ArrayBufferView<ArrayBuffer>) => {
    const part = new Uint8Array(data.buffer, data.byteOffset + from * each, count * each);
    device.queue.writeBuffer(to.buffer, to.offset + at * each, part);
  };
  return {
    format,
    rows,
    columns,
    parts,
    write(row, { weight, scale }) {
      const end = row + weight.byteLength / bytes;
      for (const part of parts) {
        const [from, to] = [Math.max(row, part.from), Math.min(end, part.from + part.rows)];
        if (from >= to) continue;
        write(part.weight, from - part.from, bytes, from - row, to - from, weight);
        if (part.scale && scale) write(part.scale, from - part.from, scaleBytes, from - row, to - from, scale);
      }
      return end - row;
    },
    close() {
      for (const { weight, scale } of parts) for (const span of [weight, scale]) span?.buffer.destroy();
    },
  };
}
