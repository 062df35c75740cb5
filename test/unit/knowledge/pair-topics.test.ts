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
    expect(await graph.count(task.topics.every)).toBe(490_000);
    await expect(sampleTopics(graph, task, sampling, rng("x"))).rejects.toMatchObject({ code: "no-topics" });
  }, 60_000);
});
