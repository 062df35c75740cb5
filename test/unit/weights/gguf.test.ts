// GGUF files against what the Python package `gguf` reads from them, and files that are not whole or not GGUF.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { openGguf } from "../../../src/weights/gguf.ts";

const folder = join(import.meta.dirname, "../../fixtures/gguf");
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const open = (bytes: Uint8Array<ArrayBuffer>) => openGguf(new Blob([bytes]), "x.gguf");

async function failure(bytes: Uint8Array<ArrayBuffer>): Promise<ClinfuseError> {
  const error = await open(bytes).then(
    () => new Error("it opened"),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ClinfuseError);
  return error as ClinfuseError;
}

/** A file put together by hand: each part a string, a [bits, number] pair or bytes. */
function gguf(...parts: readonly (string | readonly [32 | 64, number] | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.flatMap((part) => {
    if (typeof part === "string") return [...new TextEncoder().encode(part)];
    if (part instanceof Uint8Array) return [...part];
    const [bits, n] = part;
    return Array.from({ length: bits / 8 }, (_, i) => Number((BigInt(n) >> BigInt(8 * i)) & 255n));
  });
  return Uint8Array.from(bytes);
}
const text = (s: string) => gguf([64, s.length], s);
const tensor = (type: number, ...shape: number[]) =>
  gguf(text("w"), [32, shape.length], ...shape.map((d) => [64, d] as const), [32, type], [64, 0]);
const header = (tensors: number, pairs: number) => gguf("GGUF", [32, 3], [64, tensors], [64, pairs]);

describe("element types", () => {
  it.each(["f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q4_k", "q5_k", "q6_k"])(
    "%s to the bit",
    async (type) => {
      const file = await open(bytesOf(`${type}.gguf`));
      expect(file.tensors.get("w")).toMatchObject({ shape: [3, 512], type: type.toUpperCase() });
      const got = new Uint32Array((await file.read("w")).buffer);
      const expected = new Uint32Array(bytesOf(`${type}.f32`).buffer);
      expect([...got]).toEqual([...expected]);
    },
  );

  it("reads a tensor of several chunks", async () => {
    const rows = 3000; // 6 MB
    const data = Float32Array.from({ length: rows * 512 }, (_, i) => i);
    const head = gguf(header(1, 0), tensor(0, 512, rows));
    const bytes = new Uint8Array(Math.ceil(head.length / 32) * 32 + data.byteLength);
    bytes.set(head);
    bytes.set(new Uint8Array(data.buffer), bytes.length - data.byteLength);
    const read = await (await open(bytes)).read("w");
    expect(Buffer.compare(Buffer.from(read.buffer), Buffer.from(data.buffer))).toBe(0);
  });
});

it("reads every kind of metadata", async () => {
  const { metadata } = await open(bytesOf("f32.gguf"));
  expect(Object.fromEntries([...metadata].filter(([key]) => key.startsWith("m.")))).toEqual({
    "m.u8": 200,
    "m.i8": -100,
    "m.u16": 60000,
    "m.i16": -30000,
    "m.u32": 4000000000,
    "m.i32": -2000000000,
    "m.f32": Math.fround(0.1),
    "m.f64": 0.1,
    "m.u64": 2 ** 52,
    "m.i64": -(2 ** 52),
    "m.bool": true,
    "m.string": "naïve – 日本 🩺",
    "m.strings": ["", "Ġthe", "é"],
    "m.numbers": [1, -2, 3],
  });
});

it("reads a header longer than the first piece of the file", async () => {
  const long = "a".repeat(1_200_000);
  const file = await open(gguf(header(0, 1), text("k"), [32, 8], text(long)));
  expect(file.metadata.get("k")).toBe(long);
});

it("keeps a mark of byte order that is a token of its own", async () => {
  const file = await open(gguf(header(0, 1), text("k"), [32, 8], gguf([64, 3], "\ufeff")));
  expect(file.metadata.get("k")).toBe("\ufeff");
});

describe("refuses", () => {
  const latin = Uint8Array.of(0x6e, 0x61, 0xef, 0x76, 0x65); // "naïve"
  const texts = gguf([32, 9], [32, 8], [64, 2], text("a"), [64, 5], latin);
  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ["a metadata name", gguf(header(0, 1), [64, 5], latin, [32, 7], "\0"), "the name of metadata entry 0, at byte 32,"],
    ["a metadata text", gguf(header(0, 1), text("k"), [32, 8], [64, 5], latin), "a text of k, at byte 45,"],
    ["a text of a list", gguf(header(0, 1), text("k"), texts), "a text of k, at byte 66,"],
    [
      "a tensor's name",
      gguf(header(1, 0), [64, 5], latin, [32, 1], [64, 1], [32, 0], [64, 0]),
      "the name of tensor 0, at byte 32,",
    ],
  ])("%s that is not UTF-8, and says which", async (_, bytes, where) => {
    const error = await failure(bytes);
    expect(error).toMatchObject({ code: "model-unsupported", place: { file: "x.gguf" } });
    expect(error.message).toContain(`${where} is not UTF-8 text`);
  });

  it("a file cut off anywhere", async () => {
    const whole = bytesOf("q4_k.gguf");
    for (let size = 0; size < whole.length - 31; size += 31) {
      expect(await failure(whole.slice(0, size)), `${size} bytes`).toMatchObject({
        code: "model-truncated",
        place: { got: size },
      });
    }
  });

  it("another magic", async () => {
    const error = await failure(gguf("PK\u0003\u0004", [64, 0], [64, 0], [64, 0]));
    expect(error).toMatchObject({ code: "model-unsupported", place: { file: "x.gguf" } });
    expect(error.message).toContain("PK");
  });

  it.each([1, 4, 0x03000000])("version %i", async (version) => {
    const error = await failure(gguf("GGUF", [32, version], [64, 0], [64, 0]));
    expect(error).toMatchObject({ code: "model-unsupported" });
    expect(error.message).toContain(`${version}`);
  });

  it("an element type that we do not read, by its name", async () => {
    const error = await failure(gguf(header(1, 0), tensor(10, 256, 1), new Uint8Array(4096)));
    expect(error).toMatchObject({ code: "model-unsupported", place: { what: "w", got: "Q2_K" } });
    expect(await failure(gguf(header(1, 0), tensor(77, 256, 1), new Uint8Array(4096)))).toMatchObject({
      code: "model-unsupported",
      place: { what: "w", got: "number 77" },
    });
  });

  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ["a thousand million tensors", header(1e9, 0), "model-unsupported"],
    ["a thousand million metadata entries", header(0, 1e9), "model-unsupported"],
    ["a string longer than the file", gguf(header(0, 1), [64, 2 ** 50], "k"), "model-truncated"],
    ["an array longer than the file", gguf(header(0, 1), text("k"), [32, 9], [32, 0], [64, 2 ** 26]), "model-truncated"],
    ["an array of more than any vocabulary", gguf(header(0, 1), text("k"), [32, 9], [32, 0], [64, 2 ** 40]), "model-unsupported"],
    ["a metadata value of an unknown type", gguf(header(0, 1), text("k"), [32, 99], [64, 0]), "model-unsupported"],
    ["a tensor of more elements than memory", gguf(header(1, 0), tensor(0, 2 ** 40, 2 ** 40)), "model-unsupported"],
    ["a tensor with no elements", gguf(header(1, 0), tensor(0, 0)), "model-unsupported"],
    ["a tensor of nine axes", gguf(header(1, 0), tensor(0, ...Array(9).fill(1))), "model-unsupported"],
    ["rows that are no whole blocks", gguf(header(1, 0), tensor(2, 33, 1), new Uint8Array(99)), "model-unsupported"],
    ["a tensor beyond the end", gguf(header(1, 0), tensor(0, 1000, 1000), new Uint8Array(99)), "model-truncated"],
    [
      "an alignment of nothing",
      gguf(header(0, 1), text("general.alignment"), [32, 4], [32, 0], new Uint8Array(9)),
      "model-unsupported",
    ],
  ])("%s", async (_, bytes, code) => {
    expect(await failure(bytes)).toMatchObject({ code, place: { file: "x.gguf" } });
  });

  it("a tensor that is not there", async () => {
    const file = await open(bytesOf("f16.gguf"));
    await expect(file.read("nothing")).rejects.toMatchObject({ code: "model-unsupported", place: { what: "nothing" } });
  });
});
