import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { canonicalJson, sha256 } from "../../../src/base/hash.ts";

it("hashes text as UTF-8, as Node's own crypto does", async () => {
  for (const text of ["", "abc", "naïve β-blocker 😀"]) {
    expect(await sha256(text)).toBe(createHash("sha256").update(text).digest("hex"));
  }
});

it("writes equal data alike whatever the order of keys, and keeps the order of lists", () => {
  expect(canonicalJson({ b: [{ y: 1, x: 2 }], a: null })).toBe('{"a":null,"b":[{"x":2,"y":1}]}');
  expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
});
