// Seconds of the measures and maps on 5,000 and 20,000 vectors of 384, against an all-pairs implementation and the packages that there are, in one run:
// npm run bench:analyse [-- --small] [--packages DIR]

import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { cmd, cmdEstimate } from "../../src/analyse/moments.ts";
import { averagePairwiseSimilarity, vendi } from "../../src/analyse/similarity.ts";
import { type MapEvent, trustworthiness, tsne } from "../../src/analyse/tsne.ts";
import { umap } from "../../src/analyse/umap.ts";
import { product, rowsAt, unitRows, type Vectors } from "../../src/analyse/vectors.ts";
import { rng } from "../../src/base/rng.ts";
import { graphMentions } from "../../src/knowledge/graph-mentions.ts";
import { openTab, serveSources } from "./browsers.ts";

const args = process.argv.slice(2);
const small = args.includes("--small");
const packages = args.includes("--packages") ? args[args.indexOf("--packages") + 1] : undefined;
const [n, many, rival] = small ? [500, 1000, 300] : [5000, 20_000, 1000];
const dimension = 384;

/** Clusters of unit vectors: ten centres, noise around each. */
function clusters(rows: number, seed: number): Vectors {
  const stream = rng("bench", seed);
  const centres = Array.from({ length: 10 }, () => Array.from({ length: dimension }, () => stream.next() - 0.5));
  const data = new Float32Array(rows * dimension);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < dimension; j++) data[i * dimension + j] = (centres[i % 10]?.[j] as number) + 0.8 * (stream.next() - 0.5);
  }
  return unitRows({ rows, columns: dimension, data });
}

/** Seconds, and the value. */
function timed<T>(work: () => T): { seconds: number; value: T } {
  const start = performance.now();
  const value = work();
  return { seconds: (performance.now() - start) / 1000, value };
}

const resultOf = <T>(generator: Generator<unknown, T>): T => {
  for (;;) {
    const next = generator.next();
    if (next.done) return next.value;
  }
};

/** Mean over all pairs, one by one. */
function allPairs(unit: Vectors): number {
  let sum = 0;
  for (let i = 0; i < unit.rows; i++) for (let j = i + 1; j < unit.rows; j++) sum += product(unit, i, unit, j);
  return (2 * sum) / (unit.rows * (unit.rows - 1));
}

const line: Record<string, unknown> = { n, dimension };
const say = (name: string, seconds: number, more = "") =>
  console.log(`${name.padEnd(46)} ${seconds.toFixed(3).padStart(9)} s  ${more}`);
const [real, synthetic] = [clusters(n, 1), clusters(n, 2)];

cmd(rowsAt(real, [0, 1, 2]), synthetic); // warm
const distance = timed(() => cmd(real, synthetic));
const estimate = timed(() => cmdEstimate(real, synthetic));
say("CMD", distance.seconds, distance.value.toFixed(6));
say("CMD with its interval", estimate.seconds);
const aps = timed(() => averagePairwiseSimilarity(real));
const pairs = timed(() => allPairs(real));
say("APS with its interval", aps.seconds, aps.value.value.toFixed(6));
say("APS over all pairs", pairs.seconds, pairs.value.toFixed(6));
const effective = timed(() => vendi(real));
say("Vendi score", effective.seconds, effective.value.toFixed(2));
Object.assign(line, {
  cmd: distance.seconds,
  cmd_interval: estimate.seconds,
  aps: aps.seconds,
  aps_all_pairs: pairs.seconds,
  vendi: effective.seconds,
});

line[`tsne_${n}_alone`] = aloneMap();
const drawn = timed(() => resultOf(umap(clusters(n, 3))));
say(`umap-js of ${n}`, drawn.seconds);
line[`umap_${n}`] = drawn.seconds;
line.rivals = await rivals();
line.matcher = await matcher();
Object.assign(line, await inPage());
console.log(JSON.stringify(line));
process.exit(0);

/** Seconds of a map that one thread draws, in Node. */
function aloneMap(): number {
  const vectors = clusters(n, 3);
  const start = performance.now();
  let neighbours = 0;
  const run = tsne(vectors);
  let next: IteratorResult<MapEvent, Float64Array> = run.next();
  for (; !next.done; next = run.next()) if (next.value.type === "neighbours") neighbours = (performance.now() - start) / 1000;
  const seconds = (performance.now() - start) / 1000;
  const trust = trustworthiness(vectors, next.value).toFixed(4);
  say(`t-SNE of ${n}, one thread`, seconds, `trustworthiness ${trust}, neighbours ${neighbours.toFixed(1)} s`);
  return seconds;
}

/** Packages of t-SNE, from a folder that they were installed into: all exact, so few rows. Ours on the same rows stands beside. */
async function rivals(): Promise<Record<string, number>> {
  const vectors = clusters(rival, 4);
  const own = timed(() => resultOf(tsne(vectors))).seconds;
  say(`t-SNE of ${rival}`, own);
  const found: Record<string, number> = { rows: rival, own };
  if (packages === undefined) {
    console.log(
      "Packages of t-SNE were not measured: npm install @keckelt/tsne@1.0.2 @saehrimnir/druidjs@0.9.0 in a folder, and name it with --packages.",
    );
    return found;
  }
  const load = createRequire(join(resolve(packages), "package.json"));
  const rows = Array.from({ length: rival }, (_, i) => Array.from(vectors.data.subarray(i * dimension, (i + 1) * dimension)));
  const from = (name: string) => import(pathToFileURL(load.resolve(name)).href);
  const druid = await from("@saehrimnir/druidjs");
  found.druidjs = timed(() => {
    const map = new druid.TSNE(druid.Matrix.from(rows), { perplexity: 30, epsilon: 10, d: 2 });
    for (const _ of map.generator(750));
  }).seconds;
  say(`t-SNE of ${rival}, druidjs`, found.druidjs);
  const keckelt = await from("@keckelt/tsne");
  found.keckelt = timed(() => {
    const map = new (keckelt.TSNE ?? keckelt.default.TSNE)({ dim: 2, perplexity: 30, epsilon: 10 });
    map.initDataRaw(rows);
    for (let i = 0; i < 750; i++) map.step();
  }).seconds;
  say(`t-SNE of ${rival}, @keckelt/tsne`, found.keckelt);
  return found;
}

/** Names of one to four words of a made-up vocabulary, as a graph gives them, and text of which a twentieth are names. */
async function matcher(): Promise<Record<string, number>> {
  const stream = rng("matcher", 1);
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const word = () => Array.from({ length: 4 + stream.int(7) }, () => stream.pick([...letters])).join("");
  const vocabulary = Array.from({ length: 30_000 }, word);
  const names = Array.from({ length: small ? 5000 : 100_000 }, () =>
    Array.from({ length: 1 + stream.int(4) }, () => stream.pick(vocabulary)).join(" "),
  );
  const graph: Parameters<typeof graphMentions>[0] = {
    async *names() {
      for (let at = 0; at < names.length; at += 1000) yield names.slice(at, at + 1000).map((name) => [name]);
    },
  };
  const start = performance.now();
  const mentions = await graphMentions(graph);
  const load = (performance.now() - start) / 1000;
  const sentences = Array.from(
    { length: small ? 2000 : 40_000 },
    () => `${Array.from({ length: 20 }, () => (stream.next() < 0.05 ? stream.pick(names) : stream.pick(vocabulary))).join(" ")}.`,
  );
  const bytes = sentences.reduce((sum, text) => sum + text.length, 0);
  for (const text of sentences.slice(0, 500)) mentions(text); // warm
  const search = timed(() => sentences.reduce((found, text) => found + mentions(text).length, 0));
  const rate = bytes / 1e6 / search.seconds;
  say(`matcher: ${names.length} names`, load, `${search.value} mentions, ${rate.toFixed(1)} MB/s`);
  return { names: names.length, load, megabytes_per_second: rate };
}

/**
 * Maps as the app draws them, by a worker and the threads that help it; longest task of the page meanwhile, and frames a second of a map that is zoomed: what a
 * reader would feel.
 */
async function inPage(): Promise<Record<string, unknown>> {
  const server = await serveSources();
  const tab = await openTab(server, "/test/bench/analyse.page.ts");
  const found: Record<string, unknown> = {};
  try {
    for (const rows of [n, many]) {
      const map = await tab.call<{ seconds: number; longest: number; pictures: number }>("draw", rows);
      say(
        `page: t-SNE of ${rows} in a worker`,
        map.seconds,
        `${map.pictures} pictures, longest task ${map.longest.toFixed(0)} ms`,
      );
      Object.assign(found, { [`tsne_${rows}`]: map.seconds, [`longest_task_${rows}`]: map.longest });
    }
    const moved = await tab.call<{ rate: number; milliseconds: number }>("frames", many);
    say(`page: a frame of ${many} points`, moved.milliseconds / 1000, `${moved.rate.toFixed(0)} frames a second`);
    return { ...found, [`frames_${many}`]: moved.rate };
  } finally {
    await tab.close();
    await server.close();
  }
}
