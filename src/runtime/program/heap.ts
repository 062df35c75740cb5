// Buffers for what programs hold between kernels: those of one program are used again by the next. Knows no graph.

import { padded, storageBuffer } from "./pipelines.ts";

/** Programs of one heap run one after another, never at once. */
export class Heap {
  readonly #buffers: GPUBuffer[] = [];

  constructor(private readonly device: GPUDevice) {}

  get bytes(): number {
    return this.#buffers.reduce((sum, { size }) => sum + size, 0);
  }

  /** A program's own view: all buffers are free at its beginning. */
  lease(): Lease {
    const free = new Set(this.#buffers);
    return {
      take: (bytes) => {
        const size = padded(bytes);
        // Up to twice the size; else a few numbers would hold a large buffer.
        const fitting = [...free].filter((buffer) => buffer.size >= size && buffer.size <= 2 * size);
        const [best] = fitting.toSorted((a, b) => a.size - b.size);
        const buffer = best ?? storageBuffer(this.device, size);
        if (best) free.delete(best);
        else this.#buffers.push(buffer);
        return buffer;
      },
      give: (buffer) => {
        free.add(buffer);
      },
    };
  }

  close(): void {
    for (const buffer of this.#buffers.splice(0)) buffer.destroy();
  }
}

export interface Lease {
  take(bytes: number): GPUBuffer;
  give(buffer: GPUBuffer): void;
}
