import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { firstLoad } from "../../../scripts/first-load.ts";

it("counts the page, its styles and what its scripts import, and not what they fetch later", () => {
  const folder = mkdtempSync(join(tmpdir(), "first-load-"));
  mkdirSync(join(folder, "assets"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write(
    "index.html",
    '<link rel="stylesheet" href="./assets/a.css"><script type="module" src="./assets/a.js"></script><link rel="icon" href="./favicon.svg">',
  );
  write("assets/a.css", "p{}");
  write("assets/a.js", 'import{x as y}from"./b.js";import"./c.js";const late=()=>import("./page.js");');
  write("assets/b.js", 'import { z } from "./c.js"; export const x = z;');
  write("assets/c.js", 'export{z}from"./d.js"');
  write("assets/d.js", "export const z = 1");
  write("assets/page.js", "throw 1");
  const files = firstLoad(folder);
  expect(files.map(({ file }) => file).sort()).toEqual([
    "assets/a.css",
    "assets/a.js",
    "assets/b.js",
    "assets/c.js",
    "assets/d.js",
    "index.html",
  ]);
  expect(files.every(({ gzip }) => gzip > 20)).toBe(true); // a gzip header and trailer alone are 18 bytes
});
