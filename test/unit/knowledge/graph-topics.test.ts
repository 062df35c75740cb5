import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { graphLexicon, inflections } from "../../../src/knowledge/graph/graph-lexicon.ts";
import { cleanName, isNatural, sampleTopics } from "../../../src/knowledge/graph-topics.ts";
import type { Topic } from "../../../src/knowledge/topic.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { edgesFile, graphFrom, nodesFile } from "./rows.ts";

const letters = (i: number) => String.fromCharCode(97 + Math.floor(i / 26), 97 + (i % 26));
const many = (noun: string, n: number) => Array.from({ length: n }, (_, i) => `${noun} ${letters(i)}`);
const names = (topics: readonly Topic[] | undefined) => (topics ?? []).map((t) => t.entities.map((e) => e.name).join(" | "));
const anyOf = (count: number) => ({ count, names: "any" }) as const;
const natural = (count: number) => ({ count, names: "natural" }) as const;

describe("sampling topics", () => {
  it("is the same for the same seed and another for another, and each label draws for itself", async () => {
    const graph = await graphFrom(nodesFile({ Disease: many("disease", 200) }), edgesFile("Disease:0 is_a Disease:1"));
    const draw = (seed: number) => sampleTopics(graph, mqp, anyOf(20), rng("t", seed));
    const first = await draw(1);
    expect(await draw(1)).toEqual(first);
    expect(names((await draw(2)).equivalent)).not.toEqual(names(first.equivalent));
    expect(names(first.equivalent)).not.toEqual(names(first.not_equivalent));
  });

  it("draws without replacement, each as likely, and all when more are asked for than there are", async () => {
    const graph = await graphFrom(nodesFile({ Disease: many("disease", 30) }), edgesFile("Disease:0 is_a Disease:1"));
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 600; seed++) {
      const drawn = names((await sampleTopics(graph, bc5cdrDisease, anyOf(10), rng("t", seed))).Disease);
      expect(new Set(drawn).size).toBe(10);
      for (const name of drawn) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    // Binomial(600, 1/3): mean 200, standard deviation 11.5; five of them either way.
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(58);
    expect(counts.size).toBe(30);
    expect(names((await sampleTopics(graph, bc5cdrDisease, anyOf(99), rng("t"))).Disease)).toHaveLength(30);
  });

  it("gives each node type its turn, however many nodes the others have", async () => {
    const graph = await graphFrom(
      nodesFile({ Disease: many("disease", 500), Symptom: many("symptom", 8), Drug: many("drug", 100) }),
      edgesFile("Disease:0 is_a Disease:1"),
    );
    const drawn = (await sampleTopics(graph, mqp, anyOf(60), rng("t"))).equivalent as Topic[];
    const of = (type: string) => drawn.filter((t) => t.entities[0]?.type === type).length;
    expect([of("Symptom"), of("Disease"), of("Drug")]).toEqual([8, 26, 26]);
  });

  it("cleans names as the released code does and drops what is too long for the task's family", async () => {
    const long = "a name of thirty-three characters"; // 33: fits 40 (NER), not 30 (pairs)
    const tooLong = "x".repeat(41);
    const graph = await graphFrom(
      nodesFile({ Disease: ["Alzheimer's Disease ", long, tooLong] }),
      edgesFile("Disease:0 is_a Disease:1"),
    );
    expect(names((await sampleTopics(graph, bc5cdrDisease, anyOf(9), rng("t"))).Disease).sort()).toEqual([
      long,
      "alzheimer's disease",
    ]);
    expect(names((await sampleTopics(graph, mqp, anyOf(9), rng("t"))).equivalent)).toEqual(["alzheimer's disease"]);
  });

  it("takes one of two nodes that have the same name once cleaned", async () => {
    const graph = await graphFrom(
      nodesFile({ Disease: ["Anemia", "gout"], Symptom: ["anemia"] }),
      edgesFile("Disease:0 is_a Disease:1"),
    );
    expect(names((await sampleTopics(graph, bc5cdrDisease, anyOf(9), rng("t"))).Disease).sort()).toEqual(["anemia", "gout"]);
  });

  it("natural: takes what is linked to other types first, and leaves out what no sentence would say", async () => {
    const graph = await graphFrom(
      nodesFile({ Disease: [...many("rare disease", 50), "gout", "deafness 79", "asthma"], Symptom: ["cough"] }),
      edgesFile(
        "Disease:50 presents Symptom:0",
        "Disease:51 presents Symptom:0",
        "Disease:52 presents Symptom:0",
        "Disease:3 is_a Disease:4",
      ),
    );
    const drawn = names((await sampleTopics(graph, bc5cdrDisease, natural(6), rng("t"))).Disease);
    expect(drawn.slice(0, 3).sort()).toEqual(["asthma", "cough", "gout"]);
    expect(drawn.slice(3).every((name) => name.startsWith("rare disease"))).toBe(true);
    expect(names((await sampleTopics(graph, bc5cdrDisease, natural(99), rng("t"))).Disease)).toHaveLength(53);
  });

  it("draws edges with both ends, their relation and their source", async () => {
    const task: Task = { ...mqp, topics: { every: { kind: "edges", relation: "treats", head: "Drug", tail: "Disease" } } };
    const graph = await graphFrom(
      nodesFile({ Disease: ["Gout", "asthma"], Drug: ["Colchicine", "salbutamol"] }),
      edgesFile("Drug:0 treats Disease:0", "Drug:1 treats Disease:1", "Drug:1 treats Disease:1"),
    );
    const drawn = (await sampleTopics(graph, task, natural(9), rng("t"))).equivalent as Topic[];
    expect(names(drawn).sort()).toEqual(["colchicine | gout", "salbutamol | asthma"]);
    expect(drawn[0]).toMatchObject({ relation: "treats", source: "kg", provenance: { source: "my file" } });
  });

  it("says what the graph was asked for when it has none", async () => {
    const graph = await graphFrom(nodesFile({ Gene: ["TP53", "BRCA1"] }), edgesFile("Gene:0 binds Gene:1"));
    const sampling = sampleTopics(graph, bc5cdrDisease, natural(9), rng("t"));
    await expect(sampling).rejects.toMatchObject({ code: "no-topics", message: expect.stringMatching(/Disease, .*Symptom/) });
    const { equivalent, not_equivalent } = {
      equivalent: { kind: "nodes", types: ["Gene"] },
      not_equivalent: { kind: "nodes", types: ["Drug"] },
    } as const;
    const apart = { ...mqp, topics: { each: { equivalent, not_equivalent } } } satisfies Task;
    const message = expect.stringMatching(/no topic for "not_equivalent" of MQP: .* Drug$/);
    await expect(sampleTopics(graph, apart, natural(9), rng("t"))).rejects.toMatchObject({ code: "no-topics", message });
  });

  it("names every label that it has none for", async () => {
    const graph = await graphFrom(nodesFile({ Gene: ["TP53", "BRCA1"] }), edgesFile("Gene:0 binds Gene:1"));
    const none = { kind: "nodes", types: ["Drug"] } as const;
    const apart = { ...mqp, topics: { each: { equivalent: none, not_equivalent: none } } } satisfies Task;
    const message = expect.stringMatching(/no topic for "not_equivalent", "equivalent" of MQP: it was asked for Drug$/);
    await expect(sampleTopics(graph, apart, natural(9), rng("t"))).rejects.toMatchObject({ code: "no-topics", message });
  });

  it("names the first of many ways to ask, and counts the others", async () => {
    const graph = await graphFrom(nodesFile({ Gene: ["TP53", "BRCA1"] }), edgesFile("Gene:0 binds Gene:1"));
    const of = Array.from({ length: 20 }, (_, i) => ({ kind: "nodes", types: [`Type${i}`] }) as const);
    const many = { ...bc5cdrDisease, topics: { every: { kind: "any", of } } } satisfies Task;
    const message = expect.stringMatching(/asked for Type0, .*, Type7 and 12 more of the same kind$/);
    await expect(sampleTopics(graph, many, natural(9), rng("t"))).rejects.toMatchObject({ code: "no-topics", message });
  });
});

describe("names", () => {
  it.each([
    "hypertension",
    "Crohn's disease",
    "Guillain-Barre syndrome",
    "shortness of breath",
    "fragile X syndrome",
    "Ménière disease",
    "TP53",
    "CDK5R2",
    "CA-125",
    "HLA-DRB1",
  ])("%s can stand in a sentence", (name) => expect(isNatural(name)).toBe(true));
  it.each([
    "anemia, aplastic",
    "deafness 79",
    "mucopolysaccharidosis II",
    "glycogen storage disease IXb",
    "obsolete rubella",
    "disease of mental health",
    "type 2 diabetes",
    "syndrome (disorder)",
    "autoimmune disease of the central nervous system",
    "46,XX sex reversal",
    "LOC100287765",
    "1p36",
    "Deafness79",
    "",
  ])("%s cannot", (name) => expect(isNatural(name)).toBe(false));

  it("are lower-cased and stripped, or dropped", () => {
    expect(cleanName("  Gout ", 4)).toBe("gout");
    expect(cleanName("gouts", 4)).toBeUndefined();
    expect(cleanName("  ", 4)).toBeUndefined();
  });
});

describe("the lexicon", () => {
  it("holds every name that the task's topics come from, both numbers of it, and nothing else", async () => {
    const graph = await graphFrom(
      nodesFile({ Disease: ["Seizure", "syndrome", "Crohn's disease"], Symptom: ["tics"], Drug: ["colchicine"] }),
      edgesFile("Disease:0 is_a Disease:1"),
    );
    const lexicon = await graphLexicon(graph, bc5cdrDisease);
    expect(lexicon).toEqual(["crohn's disease", "crohn's diseases", "seizure", "seizures", "tic", "tics"]);
    for (const name of ["syndrome", "colchicine", "disease"]) expect(lexicon).not.toContain(name);
    expect(lexicon).toEqual([...new Set(lexicon)].sort());
    expect(lexicon.every((name) => name === name.toLowerCase())).toBe(true);
  });

  it("is empty for a task that marks nothing", async () => {
    const graph = await graphFrom(nodesFile({ Disease: ["gout"] }), edgesFile("Disease:0 is_a Disease:0"));
    expect(await graphLexicon(graph, mqp)).toEqual([]);
  });

  it.each([
    ["tumor", ["tumors"]],
    ["hallucinations", ["hallucination"]],
    ["metastasis", ["metastases"]],
    ["neuropathy", ["neuropathies"]],
    ["neuropathies", ["neuropathy"]],
    ["hepatitis", []],
    ["illness", []],
    ["tinnitus", []],
  ])("makes of %s %j", (name, forms) => expect(inflections(name)).toEqual(forms));
});
