// onnxruntime-web's WebAssembly with the two kernels of sgemm.ts in the place of its own, for browsers with relaxed SIMD: its own multiply, then
// add, for two rows at a time. All else, and the file itself for other browsers, is the package's.

import { createHash } from "node:crypto";
import { assembled } from "../wat.ts";
import { sgemmText } from "./sgemm.ts";

/**
 * SHA-256 of the bodies of SgemmKernelZero and SgemmKernelAdd in onnxruntime-web 1.30.0, in the order of sgemm.ts. In another version they are the
 * two functions of the kernels' type that have dozens of f32x4.mul followed by f32x4.add; the one that reads C before it writes it adds.
 */
const replaced = [
  "f7728808b5f87253962b9f639f830459c0961fbc2cd2f8463534e97ae5a7e534",
  "9e72cc3a5fb5a445d440bf86c3de4b8bb338ee3773f763c730af6227034c8f08",
] as const;

/** The file's bytes with the kernels changed. Errors: a file that does not hold each of the known kernels once. */
export async function fusedWasm(original: Uint8Array): Promise<Uint8Array> {
  const code = codeSection(original);
  const module = await assembled("sgemm.wat", sgemmText(), { simd: true, relaxed_simd: true, threads: true });
  const kernels = codeSection(module).bodies;
  const bodies = [...code.bodies];
  for (const [i, hash] of replaced.entries()) {
    const at = code.bodies.flatMap((body, index) => (sha256(body) === hash ? [index] : []));
    if (at.length !== 1) throw new Error(`onnxruntime-web is not the one that scripts/ort knows: ${at.length} kernels ${hash}`);
    bodies[at[0] as number] = kernels[i] as Uint8Array;
  }
  const content = Buffer.concat([leb(bodies.length), ...bodies.flatMap((body) => [leb(body.length), body])]);
  const section = [Uint8Array.of(codeId), leb(content.length), content];
  return Buffer.concat([original.subarray(0, code.start), ...section, original.subarray(code.end)]);
}

const codeId = 10;

interface CodeSection {
  /** Offsets of the whole section, its head included. */
  readonly start: number;
  readonly end: number;
  /** Locals and instructions of each function, without the size before them. */
  readonly bodies: readonly Uint8Array[];
}

/** A function's body refers to its own locals and to the module's memory alone, as the kernels' do, so that it may go into another module. */
function codeSection(module: Uint8Array): CodeSection {
  for (let start = 8; start < module.length; ) {
    const size = unsigned(module, start + 1);
    const end = size.end + size.value;
    if (module[start] !== codeId) {
      start = end;
      continue;
    }
    const count = unsigned(module, size.end);
    const bodies: Uint8Array[] = [];
    for (let at = count.end; bodies.length < count.value; ) {
      const length = unsigned(module, at);
      at = length.end + length.value;
      bodies.push(module.subarray(length.end, at));
    }
    return { start, end, bodies };
  }
  throw new Error("a WebAssembly module without code");
}

/** LEB128, WebAssembly's form of a whole number. */
function unsigned(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}

function leb(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; bytes.length === 0 || left > 0; left = Math.floor(left / 128)) {
    bytes.push((left % 128) | (left >= 128 ? 0x80 : 0));
  }
  return Uint8Array.from(bytes);
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
