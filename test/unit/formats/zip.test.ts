// Zip archives against fflate's reader and writer, and every way in which a hostile one is refused.

import { readFileSync } from "node:fs";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readZip, writeZip, type ZipEntry } from "../../../src/formats/zip.ts";

const never = new AbortController().signal;
const limits = { entries: 100, bytes: 1e6 };
const text = "the quick brown fox ".repeat(500);
const bytes = new TextEncoder().encode(text);
const archive = (files: Zippable) => zipSync(files) as Uint8Array<ArrayBuffer>;
const content = async (entry: ZipEntry | undefined) => new Response(entry?.stream()).text();
const read = (data: Uint8Array<ArrayBuffer>) => readZip(new Blob([data]), "a.zip", limits);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (e: unknown) => (e as { code?: string }).code,
  );

describe("readZip", () => {
  it("reads stored and deflated files, in folders or not, whatever their names' language", async () => {
    const entries = await read(
      archive({ "m/w.bin": [bytes, { level: 0 }], "m/ü.json": [bytes, { level: 9 }], empty: new Uint8Array() }),
    );
    expect(entries.map((e) => [e.path, e.bytes])).toEqual([
      ["m/w.bin", bytes.length],
      ["m/ü.json", bytes.length],
      ["empty", 0],
    ]);
    expect(await content(entries[0])).toBe(text);
    expect(await content(entries[1])).toBe(text);
    expect(await content(entries[2])).toBe("");
  });

  it("reads Zip64: sizes, places and the directory's own (test/fixtures/pytorch/make.py)", async () => {
    const of = async (name: string) => {
      const entries = await readZip(new Blob([readFileSync(`test/fixtures/pytorch/${name}`)]), name, limits);
      return Promise.all(entries.map(async (entry) => [entry.path, entry.bytes, await content(entry)]));
    };
    const plain = await of("zip.bin");
    expect(plain.length).toBeGreaterThan(5);
    expect(await of("zip64.bin")).toEqual(plain);
  });

  it.each(["../w.bin", "m/../../w.bin", "/etc/w.bin", "C:\\w.bin", "..\\w.bin", "m\\..\\..\\w.bin", "\\etc\\w.bin"])(
    "refuses the name %s",
    async (name) => {
      expect(await codeOf(read(archive({ [name]: bytes })))).toBe("file-malformed");
    },
  );

  it("refuses what is no zip and what is cut off", async () => {
    expect(await codeOf(read(new Uint8Array(5000)))).toBe("file-malformed");
    expect(await codeOf(read(new Uint8Array(0)))).toBe("file-malformed");
    const whole = archive({ a: bytes });
    for (const length of [whole.length - 1, whole.length - 30, 40])
      expect(await codeOf(read(whole.slice(0, length)))).toBe("file-malformed");
  });

  it("refuses too many files, and more bytes than are allowed, before it unpacks any", async () => {
    const many = archive(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`f${i}`, new Uint8Array(1)])));
    expect(await codeOf(read(many))).toBe("file-too-large");
    const bomb = archive({ bomb: [new Uint8Array(2e6), { level: 9 }] });
    expect(bomb.length).toBeLessThan(5000);
    expect(await codeOf(read(bomb))).toBe("file-too-large");
  });

  it("stops a file that unpacks to more than it states, and tells one that gives less", async () => {
    for (const stated of [1000, 20_000]) {
      const lying = archive({ a: [bytes, { level: 9 }] });
      const data = new DataView(lying.buffer);
      const directory = data.getUint32(lying.length - 22 + 16, true);
      data.setUint32(directory + 24, stated, true);
      const [entry] = await read(lying);
      await expect(content(entry)).rejects.toMatchObject({ code: "file-malformed" });
    }
  });

  it("tells a damaged content and one that is not where the directory says", async () => {
    const damaged = archive({ a: [bytes, { level: 9 }] });
    damaged.fill(0xff, 40, 60);
    await expect(content((await read(damaged))[0])).rejects.toMatchObject({ code: "file-malformed" });
    const moved = archive({ a: bytes });
    const data = new DataView(moved.buffer);
    data.setUint32(data.getUint32(moved.length - 22 + 16, true) + 42, 7, true);
    await expect(content((await read(moved))[0])).rejects.toMatchObject({ code: "file-malformed" });
  });
});

describe("a file of an archive whose content was changed", () => {
  it.each([0, 9] as const)("at level %i is told, though its length is as stated", async (level) => {
    const zip = archive({ a: [bytes, { level }] });
    const data = new DataView(zip.buffer);
    const directory = data.getUint32(zip.length - 22 + 16, true);
    data.setUint32(directory + 16, data.getUint32(directory + 16, true) ^ 1, true); // as if one bit of the content were another
    const [entry] = await read(zip);
    await expect(content(entry)).rejects.toMatchObject({
      code: "file-malformed",
      message: expect.stringMatching(/checksum differs/),
    });
  });
});

describe("writeZip", () => {
  const files = [
    { path: "m/w.bin", content: new Blob([bytes]) },
    { path: "m/ü.json", content: new Blob(["{}"]) },
  ];

  it("writes what another reader reads, and what its own does", async () => {
    const zip = await writeZip("m.zip", files, never);
    const there = unzipSync(new Uint8Array(await zip.arrayBuffer())); // checks the checksums' place, not their value
    expect(Object.keys(there)).toEqual(["m/w.bin", "m/ü.json"]);
    expect(new TextDecoder().decode(there["m/w.bin"])).toBe(text);
    const again = await readZip(zip, "m.zip", limits);
    expect(await content(again[0])).toBe(text);
    expect(await content(again[1])).toBe("{}");
  });

  it("has the checksum of the standard: that of 123456789 is cbf43926", async () => {
    const zip = await writeZip("m.zip", [{ path: "a", content: new Blob(["123456789"]) }], never);
    expect(new DataView(await zip.arrayBuffer()).getUint32(14, true)).toBe(0xcbf43926);
  });

  it("stops when told to", async () => {
    expect(await codeOf(writeZip("m.zip", files, AbortSignal.abort()))).toBe("aborted");
  });
});
