// Seconds and bytes of knowledge graphs in Chromium's IndexedDB, beside a row for each link and beside SQLite on OPFS, in one run:
// npm run bench:kg [-- --small] [--sizes 10000,1000000] [--rivals-to 1000000] [--packages DIR] [--graphs DIR]

import { createReadStream, existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { ViteDevServer } from "vite";
import { openTab, serveSources } from "./browsers.ts";
import type { Figures, Order } from "./kg.worker.ts";

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    sizes: { type: "string", default: "10000,100000,1000000,4000000" },
    "rivals-to": { type: "string", default: "1000000" },
    packages: { type: "string", default: root },
    graphs: { type: "string", default: join(root, "../shared/kg") },
  },
});
const sizes = values.small ? [10_000] : values.sizes.split(",").map(Number);
const rivalsTo = Number(values["rivals-to"]);

/** Serves the files of a folder under an address, with nothing else of the disk. */
function serveFolder(server: ViteDevServer, address: string, folder: string): void {
  const kinds: Readonly<Record<string, string>> = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
  };
  server.middlewares.stack.unshift({
    route: address,
    handle: (request: IncomingMessage, response: ServerResponse, next?: () => void) => {
      const file = join(folder, new URL(request.url ?? "", "http://bench").pathname);
      if (!file.startsWith(folder) || !existsSync(file)) return next?.();
      response.setHeader("content-type", kinds[extname(file)] ?? "text/plain");
      response.setHeader("cross-origin-embedder-policy", "require-corp");
      response.setHeader("cross-origin-resource-policy", "same-origin");
      createReadStream(file).pipe(response);
    },
  });
}

/** Where SQLite's module is; undefined where it is not installed. */
function sqliteFolder(): string | undefined {
  try {
    const load = createRequire(join(resolve(values.packages), "package.json"));
    return join(dirname(load.resolve("@sqlite.org/sqlite-wasm/package.json")), "dist");
  } catch {
    console.log(
      "SQLite was not measured: npm install @sqlite.org/sqlite-wasm@3.53.4-build1 in a folder, and name it with --packages.",
    );
    return undefined;
  }
}

const columns: readonly (readonly [keyof Figures, string])[] = [
  ["edges_per_second", "edges/s"],
  ["bytes_per_edge", "bytes/edge"],
  ["open_ms", "open ms"],
  ["first_topic_ms", "first ms"],
  ["topics_5000_ms", "5000 ms"],
  ["search_median_ms", "search ms"],
  ["search_worst_ms", "worst ms"],
];

function print(name: string, all: Readonly<Record<string, Figures>>): void {
  for (const [who, figures] of Object.entries(all)) {
    const cells = columns.map(([key]) => (figures[key] ?? Number.NaN).toFixed(key === "edges_per_second" ? 0 : 1).padStart(11));
    console.log(`${name.padEnd(18)} ${who.padEnd(9)}${cells.join("")}`);
  }
}

async function measure(server: ViteDevServer, order: Order): Promise<Record<string, Figures>> {
  const tab = await openTab(server, "/test/bench/kg.page.ts");
  try {
    return await tab.call("measure", order);
  } finally {
    await tab.close();
  }
}

const server = await serveSources();
const found: Record<string, Record<string, Figures>> = {};
try {
  const sqlite = sqliteFolder();
  if (sqlite) serveFolder(server, "/bench-sqlite", sqlite);
  console.log(`${"".padEnd(28)}${columns.map(([, title]) => title.padStart(11)).join("")}`);
  for (const edges of sizes) {
    const more = sqlite ? { sqlite: "/bench-sqlite/index.mjs" } : {};
    found[edges] = await measure(server, { kind: "made", edges, rivals: edges <= rivalsTo, ...more });
    print(String(edges), found[edges] as Record<string, Figures>);
  }
  const graphs = existsSync(values.graphs) ? ["disease-ontology", "hetionet-core"] : [];
  if (graphs.length === 0) console.log(`No real graph was measured: ${values.graphs} is not there.`);
  for (const id of graphs) {
    serveFolder(server, `/bench-graphs/${id}`, join(resolve(values.graphs), id));
    const files = { nodes: `/bench-graphs/${id}/nodes.tsv`, edges: `/bench-graphs/${id}/edges.tsv` };
    found[id] = await measure(server, { kind: "files", id, ...files });
    print(id, found[id] as Record<string, Figures>);
  }
} finally {
  await server.close();
}
console.log(JSON.stringify(found));
process.exit(0);
