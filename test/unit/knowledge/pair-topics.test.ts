import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { sampleTopics } from "../../../src/knowledge/graph-topics.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import { edgesFile, graphFrom, nodesFile } from "./rows.ts";

const cdr = taskById("cdr");
const drugs = ["aspirin", "warfarin", "heparin"];
const diseases = ["gout", "asthma", "stroke", "anemia"];
const nodes = nodesFile({ Drug: drugs, Disease: diseases });

/** The query for pairs of a drug and a disease without an edge, as the only label's. */
const task = {
  ...cdr,
  topics: { every: { kind: "pairs" as const, head: "Drug", tail: "Disease", without: [] } },
};

const sampling = { count: 300, names: "natural" } as const;
const label = cdr.labels[0]!.id;

const pairsOf = async (edges: readonly string[], seed = 1) => {
  const graph = await graphFrom(nodes, edgesFile(...edges));
  const topics = await sampleTopics(graph, task, sampling, rng("pairs", seed));
  return topics[label]!.map((topic) => topic.entities.map((e) => e.name).join("+"));
};

/** Each drug and disease that some edge of the list joins, either way round. */
const joined = (edges: readonly string[]) =>
  edges.map((edge) => {
    const ends = edge.split(" ").filter((part) => part.includes(":"));
    const [drug, disease] = ends[0]!.startsWith("Drug") ? ends : ends.reverse();
    return `${drugs[Number(drug!.split(":")[1])]}+${diseases[Number(disease!.split(":")[1])]}`;
  });

describe("pairs without an edge", () => {
  const all = drugs.flatMap((drug) => diseases.map((disease) => `${drug}+${disease}`));
  const every = drugs.flatMap((_, i) => diseases.map((_, j) => `Drug:${i} treats Disease:${j}`));

  it("are all that have none, each once, whichever way the edge runs", async () => {
    const edges = [...every.slice(0, 5), "Disease:3 caused_by Drug:2"];
    const found = await pairsOf(edges);
    expect([...found].sort()).toEqual(all.filter((pair) => !joined(edges).includes(pair)).sort());
  });

  it("come in an order of the seed", async () => {
    const edges = every.filter((_, i) => i % 5 === 0);
    expect(await pairsOf(edges, 1)).toEqual(await pairsOf(edges, 1));
    expect(await pairsOf(edges, 1)).not.toEqual(await pairsOf(edges, 2));
  });

  it("end with a reason where every pair has an edge", async () => {
    await expect(pairsOf(every)).rejects.toMatchObject({ code: "no-topics" });
  });

  it("end in a graph too large to be searched whole where no pair is fit", async () => {
    const many = (word: string) => Array.from({ length: 700 }, (_, i) => `${word} type ${i}`); // no natural name
    const graph = await graphFrom(
      nodesFile({ Drug: many("drug"), Disease: many("disease") }),
      edgesFile("Drug:0 treats Disease:0", ...Array.from({ length: 699 }, (_, i) => `Drug:${i + 1} treats Disease:${i + 1}`)),
    );
    expect(await graph.count(task.topics.every)).toBe(700 * 700 - 700);
    await expect(sampleTopics(graph, task, sampling, rng("x"))).rejects.toMatchObject({ code: "no-topics" });
  }, 60_000);
});

describe("against a brute force", () => {
  type Edge = readonly [head: string, relation: string, tail: string];
  const count = { Drug: 7, Disease: 9, Gene: 4 };
  const names = (type: keyof typeof count) =>
    Array.from({ length: count[type] }, (_, i) => `${type.toLowerCase()}${"x".repeat(i + 1)}`);
  const all = { Drug: names("Drug"), Disease: names("Disease"), Gene: names("Gene") };
  const ids = Object.entries(count).flatMap(([type, n]) => Array.from({ length: n }, (_, i) => `${type}:${i}`));
  const some = (seed: number, n: number): Edge[] => {
    const stream = rng("edges", seed);
    return Array.from({ length: n }, () => [stream.pick(ids), stream.pick(["causes", "treats"]), stream.pick(ids)]);
  };

  /** By the definition, over every pair of nodes. */
  function freePairs(
    edges: readonly Edge[],
    { head, tail, without }: { head: string; tail: string; without: readonly string[] },
  ) {
    const of = (type: string) => ids.filter((id) => id.startsWith(`${type}:`));
    const counts = edges.filter(([, relation]) => without.length === 0 || without.includes(relation));
    const has = (a: string, b: string) => counts.some(([h, , t]) => (h === a && t === b) || (h === b && t === a));
    const anywhere = (a: string) => edges.some(([h, , t]) => (h === a || t === a) && h.split(":")[0] !== t.split(":")[0]);
    const between = of(head).some((h) => of(tail).some((t) => has(h, t)));
    const serves = (a: string, type: string) => (between ? of(type).some((b) => has(a, b)) : anywhere(a));
    const pairs = of(head).flatMap((h) => of(tail).map((t) => [h, t] as const));
    return pairs.filter(([h, t]) => h !== t && serves(h, tail) && serves(t, head) && !has(h, t)).map((pair) => pair.join(" "));
  }

  const queries = [
    { head: "Drug", tail: "Disease", without: [] },
    { head: "Disease", tail: "Drug", without: ["causes"] },
    { head: "Drug", tail: "Gene", without: ["causes", "treats"] },
    { head: "Disease", tail: "Disease", without: [] },
    { head: "Drug", tail: "Drug", without: ["treats"] },
  ];

  it.each([1, 2, 4, 12, 30, 60, 200])("every free pair has one index, and no other pair has any (%s edges)", async (n) => {
    for (const seed of [1, 2, 3]) {
      const edges = some(seed, n);
      const graph = await graphFrom(nodesFile(all), edgesFile(...edges.map((edge) => edge.join(" "))));
      for (const query of queries) {
        const asked = { kind: "pairs", ...query } as const;
        const size = await graph.count(asked);
        const topics = await graph.at(
          asked,
          Array.from({ length: size }, (_, i) => i),
        );
        const found = topics.map((topic) => topic.entities.map((e) => e.id).join(" "));
        expect([...found].sort(), JSON.stringify({ query, n, seed })).toEqual(freePairs(edges, query).sort());
      }
    }
  });

  it("draws each free pair about as often as another", async () => {
    const edges = some(5, 14);
    const graph = await graphFrom(nodesFile(all), edgesFile(...edges.map((edge) => edge.join(" "))));
    const free = freePairs(edges, task.topics.every);
    const first = new Map<string, number>();
    const draws = 200 * free.length;
    for (let seed = 0; seed < draws; seed++) {
      const [topic] = (await sampleTopics(graph, task, { count: 1, names: "any" }, rng("uniform", seed)))[label]!;
      const pair = topic!.entities.map((e) => e.id).join(" ");
      first.set(pair, (first.get(pair) ?? 0) + 1);
    }
    // Chi-squared of so many cells has mean n - 1 and variance 2 (n - 1): five deviations.
    const n = free.length;
    const chi = free.reduce((sum, pair) => sum + ((first.get(pair) ?? 0) - 200) ** 2 / 200, 0);
    expect(n).toBeGreaterThan(5);
    expect([...first.keys()].sort()).toEqual([...free].sort());
    expect(chi).toBeLessThan(n - 1 + 5 * Math.sqrt(2 * (n - 1)));
  });
});
