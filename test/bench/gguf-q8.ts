// A GGUF transcoded to Q8_0, so that llama.cpp's WebAssembly build, which has no fast 4-bit kernels, is measured at its best.

import type { Gguf, GgufValue } from "../../src/weights/gguf.ts";

const alignment = 32;
const types = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

/** Numbers that llama.cpp wants as floats although they may be whole. */
const floatKeys = /freq_base|epsilon|scores|scale/;

export async function toQ8(gguf: Gguf): Promise<Blob> {
  const names = [...gguf.tensors.keys()];
  const head = writer();
  head.bytes(new TextEncoder().encode("GGUF"));
  head.uint32(3);
  head.uint64(names.length);
  head.uint64(gguf.metadata.size);
  for (const [key, value] of gguf.metadata) {
    head.text(key);
    if (key === "general.file_type")
      writeValue(head, key, 7); // mostly Q8_0
    else writeValue(head, key, value);
  }
  const data: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const name of names) {
    const { shape } = gguf.tensors.get(name) as { shape: readonly number[] };
    const floats = await gguf.read(name);
    const quantised = shape.length > 1;
    const bytes = quantised ? blocks(floats) : new Uint8Array(floats.buffer);
    head.text(name);
    head.uint32(shape.length);
    for (const d of shape.toReversed()) head.uint64(d);
    head.uint32(quantised ? 8 : 0); // Q8_0, F32
    head.uint64(offset);
    const padded = new Uint8Array(Math.ceil(bytes.length / alignment) * alignment);
    padded.set(bytes);
    data.push(padded);
    offset += padded.length;
  }
  const header = head.done();
  return new Blob([header, new Uint8Array(-header.length & (alignment - 1)), ...data]);
}

/** Blocks of 32: a half float, the largest magnitude over 127, and 32 signed bytes. */
function blocks(floats: Float32Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((floats.length / 32) * 34);
  const view = new DataView(out.buffer) as DataView & { setFloat16(at: number, value: number, little: boolean): void };
  for (let b = 0; b < floats.length / 32; b++) {
    const block = floats.subarray(b * 32, b * 32 + 32);
    const scale = block.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 127;
    view.setFloat16(b * 34, scale, true);
    for (let i = 0; i < 32; i++) view.setInt8(b * 34 + 2 + i, scale === 0 ? 0 : Math.round((block[i] as number) / scale));
  }
  return out;
}

type Writer = ReturnType<typeof writer>;

function writeValue(to: Writer, key: string, value: GgufValue): void {
  if (Array.isArray(value)) {
    to.uint32(types.array);
    to.uint32(typeOf(key, value[0] ?? 0, types.int32));
    to.uint64(value.length);
    for (const element of value) writeScalar(to, typeOf(key, element, types.int32), element);
    return;
  }
  const type = typeOf(key, value, types.uint32);
  to.uint32(type);
  writeScalar(to, type, value);
}

function typeOf(key: string, value: GgufValue, whole: number): number {
  if (typeof value === "string") return types.string;
  if (typeof value === "boolean") return types.bool;
  return floatKeys.test(key) || !Number.isInteger(value) ? types.float32 : whole;
}

function writeScalar(to: Writer, type: number, value: GgufValue): void {
  if (type === types.string) to.text(value as string);
  else if (type === types.bool) to.bytes(Uint8Array.of(Number(value)));
  else if (type === types.float32) to.bytes(new Uint8Array(Float32Array.of(value as number).buffer));
  else to.uint32((value as number) >>> 0);
}

function writer() {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const bytes = (b: Uint8Array<ArrayBuffer>) => void parts.push(b);
  const uint64 = (n: number) => bytes(new Uint8Array(BigUint64Array.of(BigInt(n)).buffer));
  return {
    bytes,
    uint64,
    uint32: (n: number) => bytes(new Uint8Array(Uint32Array.of(n).buffer)),
    text(s: string) {
      const encoded = new TextEncoder().encode(s);
      uint64(encoded.length);
      bytes(encoded);
    },
    done() {
      const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    },
  };
}
