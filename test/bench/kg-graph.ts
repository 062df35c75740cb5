// Graphs made for benchmarks: tables of nodes and of links, by size and seed. Knows no store.

import { type Rng, rng } from "../../src/base/rng.ts";

export interface MadeGraph {
  readonly edges: number;
  readonly nodes: number;
  readonly nodeFile: Blob;
  readonly edgeFile: Blob;
  /** Row i of the links, as ordinals: what rivals are given without reading a file. */
  edge(i: number): readonly [head: number, relation: number, tail: number];
  node(i: number): { readonly type: string; readonly id: string; readonly name: string };
}

export const relations = ["treats", "palliates", "associates", "downregulates"] as const;
const types = ["Drug", "Disease"] as const;

/** Drugs and diseases, a node to each 20 links and 1,000 at least; names of one to four words, a tenth of them in many names. */
export function madeGraph(edges: number, seed: number): MadeGraph {
  const half = Math.max(500, Math.round(edges / 40));
  const names = namesOf(2 * half, rng("bench", "names", seed));
  const draws = rng("bench", "edges", seed);
  const [heads, tails] = [new Uint32Array(edges), new Uint32Array(edges)];
  for (let i = 0; i < edges; i++) {
    heads[i] = Math.floor(half * draws.next() ** 2); // some nodes have many links
    tails[i] = draws.int(half);
  }
  const node = (i: number) => ({ type: types[i < half ? 0 : 1] as string, id: `N:${i}`, name: names[i] as string });
  const relation = (i: number) => i % relations.length;
  return {
    edges,
    nodes: 2 * half,
    node,
    edge: (i) => [heads[i] as number, relation(i), tails[i] as number],
    nodeFile: table("id\ttype\tname", 2 * half, (i) => Object.values({ id: node(i).id, type: node(i).type, name: node(i).name })),
    edgeFile: table("src\trelation\tdst\tsource\tlicence", edges, (i) => [
      `N:${heads[i]}`,
      relations[relation(i)] as string,
      `N:${half + (tails[i] as number)}`,
      i % 3 === 0 ? "one source" : "another source",
      "CC0-1.0",
    ]),
  };
}

function table(header: string, rows: number, row: (i: number) => readonly string[]): Blob {
  const parts: string[] = [`${header}\n`];
  for (let from = 0; from < rows; from += 50_000) {
    const some: string[] = [];
    for (let i = from; i < Math.min(rows, from + 50_000); i++) some.push(row(i).join("\t"));
    parts.push(`${some.join("\n")}\n`);
  }
  return new Blob(parts);
}

const syllables =
  "ac al an ar ben car chol co cy de di en fer gen gly hep in ine itis lin lo ma mo na nep ol os pro pa per ro se sta the tri ur va xi zo";

function namesOf(count: number, draws: Rng): string[] {
  const list = syllables.split(" ");
  const word = () => Array.from({ length: 2 + draws.int(3) }, () => draws.pick(list)).join("");
  const vocabulary = Array.from({ length: 20_000 }, word);
  const common = ["disease", "syndrome", "acid", "receptor", "protein", "type"];
  const one = () => (draws.next() < 0.1 ? draws.pick(common) : draws.pick(vocabulary));
  return Array.from({ length: count }, () => Array.from({ length: 1 + draws.int(4) }, one).join(" "));
}

/** Queries on the way to these names: beginnings, words, one with two letters swapped. */
export function typed(names: readonly string[], draws: Rng): string[] {
  return names.flatMap((name) => {
    const word = draws.pick(name.split(" "));
    return [
      name.slice(0, 1 + draws.int(name.length)),
      word.slice(0, 3),
      `${word.slice(0, 1)}${word[2]}${word[1]}${word.slice(3)}`,
    ];
  });
}
