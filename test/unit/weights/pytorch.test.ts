// torch.save's own files, in both forms, and files that want to run something.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readPytorch } from "../../../src/weights/pytorch.ts";

const folder = new URL("../../fixtures/pytorch/", import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const blobOf = (name: string) => new Blob([bytesOf(name)]);
const expected: Record<string, { shape: number[]; data: number[] }> = JSON.parse(
  readFileSync(new URL("expected.json", folder), "utf8"),
);

describe.each(["zip.bin", "zip64.bin", "legacy.bin"])("%s", (name) => {
  it("gives every float tensor as PyTorch has it: half types, parameters, tied, transposed and cut ones", async () => {
    const weights = await readPytorch(blobOf(name), name);
    expect([...weights.keys()].sort()).toEqual(Object.keys(expected).sort()); // without the integer positions
    for (const [key, { shape, data }] of Object.entries(expected)) {
      expect(weights.get(key)?.shape, key).toEqual(shape);
      expect([...(weights.get(key)?.data ?? [])], key).toEqual(data.map(Math.fround));
    }
  });

  it("says that it is cut off, wherever it is", async () => {
    const bytes = bytesOf(name);
    for (const share of [0.02, 0.3, 0.6, 0.9, 0.999]) {
      const cut = new Blob([bytes.slice(0, Math.floor(share * bytes.length))]);
      await expect(readPytorch(cut, name), `${share}`).rejects.toMatchObject({
        code: expect.stringMatching(/^model-(truncated|unsupported)$/),
      });
    }
  });
});

it("narrows doubles, and takes a wrapper's prefix off their names", async () => {
  const thirds = Float32Array.from({ length: 6 }, (_, i) => i / 3);
  expect(await readPytorch(blobOf("doubles.bin"), "doubles.bin")).toEqual(new Map([["bert.x", { shape: [2, 3], data: thirds }]]));
});

it.each([
  ["evil.bin", /posix\.system|os\.system/],
  ["evil-legacy.bin", /posix\.system|os\.system/],
  ["compressed.bin", /is compressed/],
  ["nested.bin", /holds no tensor/],
])("refuses %s by name", async (name, why) => {
  const error = readPytorch(blobOf(name), name);
  await expect(error).rejects.toMatchObject({ code: "model-unsupported" });
  await expect(error).rejects.toThrow(why);
});

it.each([
  ["text", "hello, this is no checkpoint"],
  ["nothing", ""],
  ["a zip's first bytes", "PK\u0003\u0004 and then nothing"],
])("refuses %s", async (_, content) => {
  await expect(readPytorch(new Blob([content]), "x.bin")).rejects.toMatchObject({
    code: expect.stringMatching(/^model-(truncated|unsupported)$/),
  });
});

it("refuses a tensor that reaches beyond its storage", async () => {
  // The shape of `float`, (3, 4), stands in the pickle as K\x03K\x04\x86: 3 rows become 200.
  const bytes = bytesOf("zip.bin");
  const at = bytes.findIndex(
    (_, i) => bytes[i] === 0x4b && bytes[i + 1] === 3 && bytes[i + 2] === 0x4b && bytes[i + 3] === 4 && bytes[i + 4] === 0x86,
  );
  expect(at).toBeGreaterThan(0);
  bytes[at + 1] = 200;
  await expect(readPytorch(new Blob([bytes]), "x.bin")).rejects.toThrow("float reaches beyond its storage");
});

it.each(["zip.bin", "zip64.bin", "legacy.bin"])(
  "throws nothing but our errors, whatever byte of %s is damaged",
  { timeout: 60_000 },
  async (name) => {
    const whole = bytesOf(name);
    for (const damage of [0xff, 0x01]) {
      for (let at = 0; at < whole.length; at++) {
        const bytes = whole.slice();
        bytes[at] = (bytes[at] as number) ^ damage;
        const error = await readPytorch(new Blob([bytes]), "x.bin").then(
          () => undefined, // what is damaged in a number stays a number
          (e: unknown) => e,
        );
        if (error === undefined) continue;
        expect(error, `byte ${at}`).toMatchObject({ code: expect.stringMatching(/^model-(truncated|unsupported)$/) });
      }
    }
  },
);
