import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { canonicalJson, runningSha256, sha256, sha256OfBlob } from "../../../src/base/hash.ts";

it("hashes text as UTF-8, as Node's own crypto does", async () => {
  for (const text of ["", "abc", "naïve β-blocker 😀"]) {
    expect(await sha256(text)).toBe(createHash("sha256").update(text).digest("hex"));
  }
});

it("hashes a file of many pieces, and what comes bit by bit, as Node's own crypto does", async () => {
  const bytes = new Uint8Array(300_007).map((_, i) => (i * i) % 251);
  const expected = createHash("sha256").update(bytes).digest("hex");
  expect(await sha256OfBlob(new Blob([bytes]))).toBe(expected);
  expect(await sha256OfBlob(new Blob([]))).toBe(createHash("sha256").digest("hex"));
  const hash = runningSha256();
  for (let at = 0; at < bytes.length; at += 997) hash.update(bytes.subarray(at, at + 997));
  expect(hash.hex()).toBe(expected);
});

it("writes equal data alike whatever the order of keys, and keeps the order of lists", () => {
  expect(canonicalJson({ b: [{ y: 1, x: 2 }], a: null })).toBe('{"a":null,"b":[{"x":2,"y":1}]}');
  expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
});
