// Holds DESIGN's table of rooms and the doors to vendor packages against the imports that are really there.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

/** Room -> the rooms it may import, each above it. `store` and `ui` see types of all; values only of the rooms named. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  tasks: ["base"],
  formats: ["base", "tasks"],
  text: ["base", "tasks"],
  graph: [],
  nn: ["graph"],
  weights: ["base", "graph"],
  runtime: ["base", "graph", "weights"],
  models: ["base", "formats", "text", "graph", "nn", "weights", "runtime"],
  engines: ["base", "text", "graph", "nn", "weights", "runtime", "models"],
  knowledge: ["base", "tasks", "text", "engines"],
  prompts: ["base", "tasks", "text", "engines", "knowledge"],
  evaluate: ["base", "tasks"],
  analyse: ["base", "tasks"],
  classifier: ["base", "tasks", "text", "graph", "nn", "weights", "runtime"],
  train: ["base", "tasks", "text", "graph", "nn", "weights", "runtime", "evaluate", "classifier"], // SeqMix mixes the tags of pieces
  generate: ["base", "tasks", "engines", "knowledge", "prompts", "train"], // a source may be a way of training
  experiment: ["base", "tasks", "formats", "runtime", "knowledge", "generate", "evaluate", "analyse", "classifier", "train"],
  report: ["base", "tasks", "evaluate", "formats", "knowledge", "generate", "analyse", "train", "experiment"],
  store: ["base", "experiment"],
  procedures: [
    "base",
    "tasks",
    "formats",
    "nn",
    "runtime",
    "models",
    "engines",
    "knowledge",
    "generate",
    "evaluate",
    "analyse",
    "classifier",
    "train",
    "experiment",
    "report",
    "store",
  ],
  workers: ["base", "runtime", "models", "engines", "generate", "analyse", "classifier", "train", "store", "procedures"],
  ui: ["workers", "base", "tasks", "formats", "knowledge", "prompts", "generate", "experiment", "report"],
};

/** Rooms whose types (never values) may be imported beyond the row above. */
const typesOfAll = new Set(["store", "ui"]);

/** Vendor package -> the one room allowed to import it. */
const doors: Readonly<Record<string, string>> = {
  papaparse: "formats",
  hyparquet: "formats",
  "hyparquet-writer": "formats",
  "hyparquet-compressors": "formats",
  "fast-xml-parser": "formats",
  fflate: "formats",
  "@huggingface/tokenizers": "text",
  "@huggingface/jinja": "text",
  "ml-matrix": "analyse",
  "onnxruntime-web": "runtime",
  "@mlc-ai/web-llm": "engines",
  "@mlc-ai/web-xgrammar": "engines",
  "@noble/hashes": "base",
  "@wllama/wllama": "engines",
  "@huggingface/transformers": "engines",
  "umap-js": "analyse",
  idb: "store",
  svelte: "ui",
  "d3-force": "ui",
};

const root = join(dirname(new URL(import.meta.url).pathname), "../..");
const src = join(root, "src");
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((f) => /\.(ts|svelte)$/.test(f));

interface Import {
  readonly file: string;
  readonly from: string;
  readonly typeOnly: boolean;
}

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(src, file), "utf8");
  const static_ = [...text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:([^"';]*?)\sfrom\s+)?["']([^"']+)["']/gm)].map((m) => {
    const names = m[2] ?? "";
    const allTypes =
      /^\{[^}]*\}$/.test(names.trim()) &&
      names
        .replace(/[{}]/g, "")
        .split(",")
        .every((n) => !n.trim() || /^\s*type\s/.test(n));
    return { file, from: m[3] as string, typeOnly: m[1] !== undefined || allTypes };
  });
  const dynamic = [...text.matchAll(/import\(\s*["']([^"']+)["']\s*\)/g)].map((m) => ({
    file,
    from: m[1] as string,
    typeOnly: false,
  }));
  const workers = [...text.matchAll(/new URL\(\s*["']([^"']+)["'],\s*import\.meta\.url/g)].map((m) => ({
    file,
    from: m[1] as string,
    typeOnly: false,
  }));
  return [...static_, ...dynamic, ...workers];
});

const roomOf = (path: string) => path.split("/")[0] as string;
const isEntry = (file: string) => !file.includes("/"); // src/main.ts and src/headless.ts tie the rooms together

/** Imports from one room into another. */
const between = imports
  .filter((i) => i.from.startsWith(".") && !isEntry(i.file))
  .map((i) => ({ ...i, path: relative(src, normalize(join(src, dirname(i.file), i.from))), room: roomOf(i.file) }))
  .map((i) => ({ ...i, to: roomOf(i.path) }))
  .filter((i) => i.to !== i.room && !i.path.startsWith(".."));

describe("architecture", () => {
  it("every folder of src is a room of the table, with sub-rooms one deep", () => {
    const folders = new Set(files.filter((f) => f.includes("/")).map(roomOf));
    expect([...folders].filter((f) => !(f in rooms))).toEqual([]);
    expect(Object.keys(rooms).filter((room) => !folders.has(room))).toEqual([]);
    expect(files.filter((f) => f.split("/").length > (f.startsWith("ui/run/") ? 4 : 3))).toEqual([]); // ui/run has a sub-room a step
  });

  it("a room imports only the rooms it names", () => {
    const wrong = between
      .filter((i) => !(rooms[i.room] ?? []).includes(i.to) && !(i.typeOnly && typesOfAll.has(i.room)))
      .map((i) => `${i.file} imports ${i.from}`);
    expect(wrong).toEqual([]);
  });

  it("a room names only rooms that it imports, each above it", () => {
    const names = Object.keys(rooms);
    const unused = Object.entries(rooms).flatMap(([room, named]) =>
      named
        .filter((to) => !between.some((i) => i.room === room && i.to === to && !(i.typeOnly && typesOfAll.has(room))))
        .map((to) => `${room} -> ${to}`),
    );
    const below = Object.entries(rooms).flatMap(([room, named]) =>
      named.filter((to) => names.indexOf(to) > names.indexOf(room)).map((to) => `${room} -> ${to}`),
    );
    expect({ unused, below }).toEqual({ unused: [], below: [] });
  });

  it("a sub-room is private to its room", () => {
    const wrong = between.filter((i) => i.path.split("/").length > 2 && !i.typeOnly).map((i) => `${i.file} imports ${i.from}`);
    expect(wrong).toEqual([]);
  });

  it("a vendor package enters by its door alone", () => {
    const wrong = imports
      .filter((i) => !i.from.startsWith(".") && !i.from.startsWith("/") && !i.from.startsWith("node:"))
      .map((i) => ({ ...i, pkg: i.from.startsWith("@") ? i.from.split("/").slice(0, 2).join("/") : roomOf(i.from) }))
      .filter((i) => doors[i.pkg] !== roomOf(i.file) && !(isEntry(i.file) && i.pkg === "svelte"));
    expect(wrong.map((i) => `${i.file} imports ${i.from}`)).toEqual([]);
  });

  it("no file is longer than 400 lines", () => {
    const long = files.filter((f) => readFileSync(join(src, f), "utf8").split("\n").length > 400);
    expect(long).toEqual([]);
  });
});
