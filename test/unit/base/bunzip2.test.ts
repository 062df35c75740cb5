import { describe, expect, it } from "vitest";
import { bunzip2 } from "../../../src/base/bunzip2.ts";

/** Lines and a long run, as three streams end to end, the middle one empty; packed by Python's bz2 at levels 1, 9 and 9. */
const packed = Buffer.from(
  "QlpoMTFBWSZTWevV9qAAAIfZgAAQQAR/4APjjgAgAJAoNGjQZAaDZSU2iekaNB6j6Bn6sGKKLGKrG+vXHfeV444atrwByBjEdL7VrNsY8vMA5l3o0w0aSLNG7Zlmt6myRfYGQPQG4GQLAa/APkAyBcCgOoGZJLAUB+kkSBNpJP4u5IpwoSHXq+1AQlpoORdyRThQkAAAAABCWmg5MUFZJlNZiXajRgAAzVmIgBBABH/gI+OOAAAQAAgwATthgZJjIqnqA9QAIZRkE00ABhCqIAAD1GjCKfDDEFJSRUUBVBEU1BFCqiynlWsDazwLXlcxnpNxRHYGjOCgIMItHB6EEjsgkOYzXPXh1F3bCddJ9DYiM2ttbx1h16+wQSMrVx/vW67T7ICU2YSQBrkvRE0rQJi7FXVgm8rxwRk7m6QdeyI48TxkTyqm7ACpCLuZSBWibbbB/h7/BA+iCRoimEU7opoimaKbAUwIpoimtFMkU4IpoCmaKZIp+BSVANoKcX+LuSKcKEhEu1GjAA==",
  "base64",
);
const lines = Array.from({ length: 60 }, (_, i) => `gout ${(i * i) % 97} of the toe, seen ${i} times\n`).join("");

async function unpack(bytes: Uint8Array, step = bytes.length): Promise<string> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => bytes.slice(i * step, (i + 1) * step));
  const parts: Uint8Array[] = [];
  let next = 0;
  const read = async () =>
    next < pieces.length
      ? { done: false as const, value: pieces[next++] as Uint8Array }
      : { done: true as const, value: undefined };
  for await (const part of bunzip2({ read })) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe("bzip2", () => {
  it("of several streams is unpacked whole, in whatever pieces it comes", async () => {
    for (const step of [packed.length, 1, 7]) expect(await unpack(packed, step)).toBe(lines + "a".repeat(700));
  });

  it("that is cut off anywhere is refused", async () => {
    for (let length = 1; length < packed.length; length += 13) {
      const end = await unpack(packed.subarray(0, length)).catch((error: Error) => error);
      if (typeof end === "string")
        expect((lines + "a".repeat(700)).startsWith(end)).toBe(true); // between two streams
      else expect(end.message).toMatch(/ends too early/);
    }
    await expect(unpack(packed.subarray(0, packed.length - 1))).rejects.toThrow(/ends too early/);
  });

  it("with any byte altered is refused, or gives the text all the same where the byte tells nothing", async () => {
    const whole = lines + "a".repeat(700);
    for (let at = 0; at < packed.length; at += 11) {
      const altered = Uint8Array.from(packed);
      altered[at] = (altered[at] as number) ^ 0x10;
      const end = await unpack(altered).catch(() => "refused");
      expect(end === "refused" || end === whole).toBe(true);
    }
  });

  it("followed by something else is refused", async () => {
    await expect(unpack(Buffer.concat([packed, Buffer.from("<html>")]))).rejects.toThrow(/bytes after its end/);
  });
});
