// Prints what a browser fetches of a build before any page of it is opened, as gzip, and fails above the limit. Knows no page.

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { startedWith } from "./command.ts";

/** Most bytes of a first load, as gzip. */
export const firstLoadLimit = 120_000;

export interface Loaded {
  readonly file: string;
  readonly gzip: number; // bytes
}

/** The page, its styles, its scripts and all that they import without being asked: what the first screen waits for. */
export function firstLoad(folder: string): readonly Loaded[] {
  const loaded = new Map<string, Loaded>();
  const visit = (file: string) => {
    if (loaded.has(file)) return;
    const content = readFileSync(join(folder, file));
    loaded.set(file, { file, gzip: gzipSync(content, { level: 9 }).length });
    const text = content.toString("utf8");
    const next = file.endsWith(".html") ? named(text) : file.endsWith(".js") ? imported(text, file) : [];
    for (const one of next) visit(one);
  };
  visit("index.html");
  return [...loaded.values()];
}

const named = (page: string) =>
  [...page.matchAll(/(?:src|href)="(?:\.\/|\/)?(assets\/[^"]+)"/g)].map((match) => match[1] as string);

/** Static imports alone: `import(…)` is a fetch of its own, later. */
const imported = (script: string, file: string) =>
  [...script.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)].map((match) => join(file, "..", match[1] as string));

function main(folder: string): void {
  if (!existsSync(join(folder, "index.html"))) {
    console.error(`${folder} holds no build; "npm run build" makes one in dist`);
    process.exit(1);
  }
  const loaded = [...firstLoad(folder)].sort((a, b) => b.gzip - a.gzip);
  const gzip = loaded.reduce((sum, file) => sum + file.gzip, 0);
  for (const one of loaded) console.log(`${`${one.gzip}`.padStart(8)}  ${one.file}`);
  console.log(JSON.stringify({ gzip, limit: firstLoadLimit, files: loaded.length }));
  if (gzip > firstLoadLimit) process.exit(1);
}

const usage = `npm run size [-- FOLDER]

What a browser fetches of the build in FOLDER (dist) before a page is opened, in bytes of gzip. Exit code 1 above ${firstLoadLimit}.`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { paths } = startedWith(usage, { paths: 1 });
  main(resolve(paths[0] ?? "dist"));
}
