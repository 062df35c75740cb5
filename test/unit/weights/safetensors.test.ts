// Safetensors: what PyTorch's library wrote, what we write and read back, and files that are not what they say.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { halvedSafetensors, outlineSafetensors, readSafetensors, writeSafetensors } from "../../../src/weights/safetensors.ts";

/** A file of this header, with so many bytes after it. */
function file(header: unknown, bytes: number | Uint8Array<ArrayBuffer>, claimed?: number): Blob {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const size = new DataView(new ArrayBuffer(8));
  size.setBigUint64(0, BigInt(claimed ?? json.length), true);
  return new Blob([size, json, typeof bytes === "number" ? new Uint8Array(bytes) : bytes]);
}

const half = (dtype: string, ...bits: number[]) =>
  file({ x: { dtype, shape: [bits.length], data_offsets: [0, 2 * bits.length] } }, new Uint8Array(Uint16Array.from(bits).buffer));

describe("readSafetensors", () => {
  it("reads what the format's own library wrote", async () => {
    const blob = new Blob([readFileSync(new URL("../../fixtures/bert-step/single.safetensors", import.meta.url))]);
    const weights = await readSafetensors(blob, "pair.safetensors");
    expect(weights.get("before:bert.embeddings.word_embeddings.weight")?.shape).toEqual([40, 8]);
    expect(weights.get("before:classifier.bias")?.data).toHaveLength(3);
    expect([...weights.values()].every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });

  it("reads what it writes: names, shapes, bits, in any alignment", async () => {
    const weights = new Map([
      ["a", { shape: [2, 2], data: Float32Array.of(1, -0, Number.POSITIVE_INFINITY, 1e-40) }],
      ["scalar", { shape: [], data: Float32Array.of(Math.PI) }],
      ["empty", { shape: [0, 3], data: new Float32Array(0) }],
      ["ünïcode", { shape: [1], data: Float32Array.of(2) }],
    ]);
    const blob = writeSafetensors(weights, { format: "pt" });
    expect(await readSafetensors(blob, "x")).toEqual(weights);
    const header = Number(new DataView(await blob.slice(0, 8).arrayBuffer()).getBigUint64(0, true));
    expect(header % 8).toBe(0);
  });

  it("writes a view into a larger array as what it shows alone", async () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const read = await readSafetensors(writeSafetensors(new Map([["x", { shape: [2], data }]])), "x");
    expect(read.get("x")?.data).toEqual(Float32Array.of(1, 2));
  });

  it("widens half precision of both kinds", async () => {
    const f16 = await readSafetensors(half("F16", 0x3e00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x8000), "x");
    expect(f16.get("x")?.data).toEqual(Float32Array.of(1.5, -2, 2 ** -24, 65504, Number.NEGATIVE_INFINITY, -0));
    expect((await readSafetensors(half("F16", 0x7e00), "x")).get("x")?.data[0]).toBeNaN();
    const bf16 = await readSafetensors(half("BF16", 0x3fc0, 0xc000, 0x0080, 0x7f80), "x");
    expect(bf16.get("x")?.data).toEqual(Float32Array.of(1.5, -2, 2 ** -126, Number.POSITIVE_INFINITY));
  });

  it("narrows doubles", async () => {
    const header = { x: { dtype: "F64", shape: [3], data_offsets: [0, 24] } };
    const read = await readSafetensors(file(header, new Uint8Array(Float64Array.of(1.5, 1 / 3, -1e-300).buffer)), "x");
    expect(read.get("x")?.data).toEqual(Float32Array.of(1.5, 1 / 3, -0));
  });

  it.each([
    ["module.bert.pooler.dense.bias", "bert.pooler.dense.bias"],
    ["_orig_mod.module.embeddings.LayerNorm.bias", "embeddings.LayerNorm.bias"],
    ["0.auto_model.encoder.layer.0.output.dense.bias", "encoder.layer.0.output.dense.bias"],
    ["model.bert.embeddings.LayerNorm.gamma", "bert.embeddings.LayerNorm.gamma"],
    ["model.embed_tokens.weight", "model.embed_tokens.weight"], // a Llama's own name
    ["model.norm.weight", "model.norm.weight"],
    ["modules.0.weight", "modules.0.weight"],
  ])("names %s %s", async (written, name) => {
    const header = { [written]: { dtype: "F32", shape: [1], data_offsets: [0, 4] } };
    expect([...(await readSafetensors(file(header, 4), "x")).keys()]).toEqual([name]);
  });

  it("leaves integer tensors out: position ids are no weights", async () => {
    const header = { position_ids: { dtype: "I64", shape: [1, 2], data_offsets: [0, 16] } };
    expect((await readSafetensors(file(header, 16), "x")).size).toBe(0);
  });
});

const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };

describe("a file that is not what it says", () => {
  it.each([
    ["seven bytes", new Blob([new Uint8Array(7)]), "model-truncated", "m has 7 bytes, its header says at least 8"],
    ["a header cut off", file({ x: entry }, 0, 9000), "model-truncated", /m has \d+ bytes, its header says at least 9008/],
    ["tensors cut off", file({ x: entry }, 7), "model-truncated", /says at least \d+/],
    ["a header of 2^50 bytes", file({}, 0, 2 ** 50), "model-unsupported", "its header claims 1125899906842624 bytes"],
    ["a header of no bytes", file("", 0), "model-unsupported", "its header claims 0 bytes"],
    ["a header that is no JSON", file("hello", 0), "model-unsupported", "its header is not JSON"],
    ["a header that is a list", file([1], 0), "model-unsupported", "its header is not an object"],
    ["an entry without a shape", file({ x: { dtype: "F32" } }, 8), "model-unsupported", 'the header\'s entry "x" makes no sense'],
    ["a negative size", file({ x: { ...entry, shape: [-2] } }, 8), "model-unsupported", "makes no sense"],
    ["a range backwards", file({ x: { ...entry, data_offsets: [8, 0] } }, 8), "model-unsupported", "makes no sense"],
    ["a range of another size", file({ x: { ...entry, shape: [3] } }, 8), "model-unsupported", "x has shape [3] and 8 bytes"],
    [
      "a type that does not exist",
      file({ x: { ...entry, dtype: "F31" } }, 8),
      "model-unsupported",
      'x has the unknown type "F31"',
    ],
    [
      "a type that we do not read",
      file({ x: { ...entry, dtype: "F8_E4M3", shape: [8] } }, 8),
      "model-unsupported",
      "elements of type F8_E4M3",
    ],
  ])("%s", async (_, blob, code, message) => {
    const failure = await readSafetensors(blob, "m").catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "ClinfuseError", code, place: { file: "m" } });
    expect((failure as Error).message).toMatch(message);
  });
});

it("halves are the nearest ones; a tensor beyond the largest half stays whole", async () => {
  const near = Float32Array.of(1, -0.1, 1e-7, 65_504);
  const weights = new Map([
    ["near", { shape: [4], data: near }],
    ["far", { shape: [1], data: Float32Array.of(1e6) }],
    ["last", { shape: [1], data: Float32Array.of(0.5) }],
  ]);
  const halved = await halvedSafetensors(writeSafetensors(weights, { format: "pt" }), "model.safetensors");
  const outline = await outlineSafetensors(halved, "model.safetensors");
  expect(outline.map(({ name, dtype }) => [name, dtype])).toEqual([
    ["near", "F16"],
    ["far", "F32"],
    ["last", "F16"],
  ]);
  const read = await readSafetensors(halved, "model.safetensors");
  for (const [i, x] of (read.get("near")?.data ?? []).entries())
    expect(Math.abs(x - (near[i] as number))).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(near[i] as number) * 2 ** -11));
  expect([...(read.get("far")?.data ?? [])]).toEqual([1e6]);
  expect([...(read.get("last")?.data ?? [])]).toEqual([0.5]);
});
