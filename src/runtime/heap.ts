// WebAssembly's memory against what a model needs of it. Knows no model.

import { ClinfuseError } from "../base/errors.ts";

/** End of the 32-bit address space. */
export const heapBytes = 2 ** 32;

/** Throws `out-of-memory` with both numbers where so many bytes, all that it holds while a session is made, cannot fit. */
export function requireHeap(bytes: number): void {
  if (bytes <= heapBytes) return;
  const [got, expected] = [bytes, heapBytes].map((n) => `${(n / 2 ** 30).toFixed(1)} GiB`) as [string, string];
  const sentence = `the model needs ${got} while it loads, and WebAssembly has ${expected}`;
  throw new ClinfuseError("out-of-memory", sentence, { got, expected });
}
