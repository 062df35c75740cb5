// Data folders on their way to a page: the same rows and remarks as of the files themselves, whatever their encoding.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readFolder } from "../../../scripts/data-folder.ts";
import { pickedFiles } from "../../../scripts/picked-files.ts";
import { readRows } from "../../../src/formats/dataset.ts";
import { type FolderFiles, treeOf } from "../../../src/formats/folder-files.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";

const folder = mkdtempSync(join(tmpdir(), "clinfuse-data-folder-"));

function put(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), content);
  }
  return join(folder, name);
}

/** As it comes out on the page's side. */
const crossed = (path: string, task: string): FolderFiles => JSON.parse(JSON.stringify(readFolder("data", path, taskById(task))));

const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");
const utf16 = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, "utf16le");
const pairs = "1,Is it Sjögren?,Have I Sjögren?,1\n2,Is it gout?,Is it a cold?,0\n";
const pair = (declared: string): string =>
  `<?xml version="1.0" encoding="${declared}"?>\n<x><pair pid="1" value="true"><chq>Sjögren?</chq><faq>F?</faq></pair></x>\n`;
const pdf = Uint8Array.of(0x25, 0x50, 0x44, 0x46, 0x0a, 0xe2, 0xe3, 0xcf, 0xd3, 0);

describe("the files of a folder", () => {
  it.each([
    ["UTF-8 with a byte order mark", "mqp", { "mqp.csv": `\ufeff${pairs}` }],
    ["Windows-1252", "mqp", { "mqp.csv": latin1(pairs) }],
    ["UTF-16", "mqp", { "mqp.csv": utf16(pairs) }],
    ["XML in the encoding that it declares", "mediqa-rqe", { "rqe.xml": latin1(pair("ISO-8859-1")) }],
    ["a gzip beside a paper", "mqp", { "mqp_train.csv.gz": gzipSync(pairs), "paper.pdf": pdf }],
    ["a table beside files that are none of it", "mqp", { "mqp.csv": latin1(pairs), "paper.pdf": pdf, "README.md": "Read me" }],
  ] as const)("are read on the page as they are here: %s", async (name, task, files) => {
    const path = put(name, files);
    const [here, there] = await Promise.all(
      [pickedFiles([path]), treeOf(crossed(path, task))].map((tree) => readRows(taskById(task), tree)),
    );
    expect(there).toEqual(here);
    expect(JSON.stringify(there?.rows)).toContain("Sjögren");
  });

  it("cross as text where they are UTF-8, and without the content of those that are none of the data", () => {
    const path = put("size", { "a.csv": pairs, "b.zip": pdf, "paper.pdf": pdf, "c.csv": latin1("é") });
    expect(crossed(path, "mqp")).toEqual({
      "a.csv": pairs,
      "b.zip": { base64: Buffer.from(pdf).toString("base64") },
      "c.csv": { base64: "6Q==" },
      "paper.pdf": "",
    });
  });

  it("keep every byte", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const tree = treeOf(crossed(put("bytes", { "a.zip": bytes, "b.txt": "\ufeffé\0" }), "mqp"));
    expect(new Uint8Array(await (tree.get("a.zip") as Blob).arrayBuffer())).toEqual(bytes);
    expect(Buffer.from(await (tree.get("b.txt") as Blob).arrayBuffer())).toEqual(Buffer.from("\ufeffé\0"));
  });
});
