import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type Gunzipped, GzipFault, gunzip } from "../../../src/base/gunzip.ts";

/** Plain bytes of packed ones that come in pieces of a size. */
async function unpacked(packed: Uint8Array, piece = 1000): Promise<{ plain: Buffer } & Gunzipped> {
  const reader = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < packed.length; at += piece) controller.enqueue(packed.subarray(at, at + piece));
      controller.close();
    },
  }).getReader();
  const pieces: Uint8Array[] = [];
  const stream = gunzip(reader);
  for (let step = await stream.next(); ; step = await stream.next()) {
    if (step.done) return { plain: Buffer.concat(pieces), ...step.value };
    pieces.push(step.value);
  }
}

const fault = async (packed: Uint8Array, piece?: number) => {
  const error = await unpacked(packed, piece).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(GzipFault);
  return (error as GzipFault).message;
};

/** Text with runs, near and far copies, and bytes that do not shrink. */
function sample(bytes: number): Buffer {
  const data = Buffer.alloc(bytes);
  let state = 12345;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    data[i] = i % 5000 < 1000 ? 97 : i > 33_000 && i % 7 < 5 ? (data[i - 32_700] as number) : state >>> 24;
  }
  return data;
}

describe("gunzip", () => {
  const strategies = [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE];
  const levels = [0, 1, 6, 9];
  it.each(levels.flatMap((level) => strategies.map((strategy) => [level, strategy])))(
    "gives back what zlib packed at level %i by strategy %i",
    async (level, strategy) => {
      const plain = sample(400_000);
      const packed = gzipSync(plain, { level: level as number, strategy: strategy as number });
      expect((await unpacked(packed)).plain.equals(plain)).toBe(true);
      expect(
        (await unpacked(gzipSync(plain.subarray(0, 3000), { level: level as number }), 1)).plain.equals(plain.subarray(0, 3000)),
      ).toBe(true);
    },
  );

  it("reads every member of a file, empty ones too, cut anywhere", async () => {
    const parts = [sample(100), Buffer.alloc(0), sample(70_000), Buffer.from("end")];
    const packed = Buffer.concat(parts.map((part) => gzipSync(part)));
    for (const piece of [97, 4096, 1_000_000]) {
      const { plain, trailing } = await unpacked(packed, piece);
      expect(plain.equals(Buffer.concat(parts))).toBe(true);
      expect(trailing).toBe(0);
    }
  });

  it("reads a header with extra field, name, comment and checksum", async () => {
    const raw = deflateRawSync(Buffer.from("gout"));
    const tail = gzipSync(Buffer.from("gout")).subarray(-8);
    const head = Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, 65, 66, 0, 67, 0, 9, 9]);
    expect((await unpacked(Buffer.concat([head, raw, tail]), 2)).plain.toString()).toBe("gout");
  });

  it("passes over zeros at the end, and counts what is no member", async () => {
    const packed = gzipSync(Buffer.from("gout"));
    expect(await unpacked(Buffer.concat([packed, Buffer.alloc(513)]), 100)).toMatchObject({ trailing: 0 });
    const more = await unpacked(Buffer.concat([packed, Buffer.alloc(40), packed]), 10);
    expect(more.plain.toString()).toBe("goutgout");
    const rubbish = await unpacked(Buffer.concat([packed, Buffer.from("<html>not gzip</html>")]), 5);
    expect(rubbish).toMatchObject({ trailing: 21 });
    expect(rubbish.plain.toString()).toBe("gout");
  });

  it("tells a file that was cut off at any byte, in its first member or its last", async () => {
    const packed = gzipSync(sample(300), { level: 9 });
    for (let length = 1; length < packed.length; length += 3)
      expect(await fault(packed.subarray(0, length), 7)).toMatch(/too early|none/);
    const second = Buffer.concat([packed, gzipSync(Buffer.from("asthma")).subarray(0, 15)]);
    expect(await fault(second)).toMatch(/too early/);
  });

  it("tells damage by the checksum or before", async () => {
    const packed = gzipSync(sample(5000), { level: 0 });
    const damaged = Buffer.from(packed);
    damaged[2000] = (damaged[2000] as number) ^ 1;
    expect(await fault(damaged)).toMatch(/checksum differs/);
    expect(await fault(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))).toMatch(
      /no known kind/,
    );
    expect(await fault(Buffer.from("id\ttype\tname"))).toMatch(/does not begin/);
  });
});
