import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { presetConfig, presetSource } from "../../../src/experiment/presets.ts";
import { knowledgeRequestOf } from "../../../src/experiment/requests.ts";
import { gatherKnowledge, type KnowledgeRequest } from "../../../src/knowledge/gather.ts";
import { sampleTopics } from "../../../src/knowledge/graph-topics.ts";
import { isNonCommercial, licenceFilter, licenceSentences } from "../../../src/knowledge/licences.ts";
import type { KnowledgeData, Topic } from "../../../src/knowledge/topic.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import { graphFrom } from "./rows.ts";

const words = ["gout", "asthma", "measles", "rickets", "scurvy", "mumps", "rubella", "anthrax"];
const licences = ["CC0-1.0", "CC BY-NC 4.0"];
const nodes = `id\ttype\tname\tlicence\n${words.map((name, i) => `D:${i}\tDisease\t${name}\t${licences[i % 2]}`).join("\n")}\n`;
const edges = "src\trelation\tdst\nD:0\tresembles\tD:1\n";
const task = taskById("bc5cdr-disease");
const label = task.labels[0]!.id;

const topic = (licence: string, relation?: string): Topic => ({
  entities: [{ name: "x", type: "Disease" }],
  source: "kg",
  provenance: { source: "s", licence },
  ...(relation === undefined ? {} : { relation }),
});

describe("topics under chosen licences", () => {
  it("are those alone, however the licence is spelled, and all where none is chosen", async () => {
    const graph = await graphFrom(nodes, edges);
    const named = async (chosen?: readonly string[]) => {
      const sampling = { count: 100, names: "natural", ...(chosen ? { licences: chosen } : {}) } as const;
      const topics = (await sampleTopics(graph, task, sampling, rng("x", 1)))[label] ?? [];
      return topics.map((of) => of.entities[0]?.name).sort();
    };
    expect(await named()).toEqual([...words].sort());
    expect(await named(["cc0"])).toEqual(words.filter((_, i) => i % 2 === 0).sort());
    expect(await named(["CC-BY-NC-4.0"])).toEqual(words.filter((_, i) => i % 2 === 1).sort());
    await expect(named(["MIT"])).rejects.toMatchObject({ code: "no-topics", message: expect.stringContaining("licences MIT") });
    await expect(named([])).rejects.toMatchObject({ code: "no-topics" });
  });

  it("must all be chosen where two nodes have two", () => {
    const isAllowed = licenceFilter(["CC0-1.0"]);
    expect(isAllowed(topic("CC0-1.0; CC0-1.0"))).toBe(true);
    expect(isAllowed(topic("CC0-1.0; CC BY-NC 4.0"))).toBe(false);
    expect(isAllowed({})).toBe(true); // a language model's topic has none
  });

  it("are part of the key of knowledge, in whatever order they are ticked; a config without them asks as before", () => {
    const config = presetConfig("small", { task: "bc5cdr-disease", source: presetSource("small", "clingen") });
    const asked = (chosen?: readonly string[]) => knowledgeRequestOf({ ...config, licences: chosen }, []);
    expect(asked()).not.toHaveProperty("licences");
    expect(asked(["b", "a"])).toEqual(asked(["a", "b"]));
    expect(asked(["b", "a"])?.licences).toEqual(["a", "b"]);
  });
});

describe("names under chosen licences", () => {
  const request = (more: Partial<KnowledgeRequest>): KnowledgeRequest => ({
    ...(knowledgeRequestOf(
      presetConfig("small", { task: "bc5cdr-disease", source: presetSource("small", "clingen") }),
      [],
    ) as KnowledgeRequest),
    topics: "kg",
    suggestStyles: false,
    ...more,
  });
  const noModel = () => {
    throw new Error("no model is asked");
  };
  const gathered = async (more: Partial<KnowledgeRequest>): Promise<KnowledgeData> => {
    const ports = { graph: await graphFrom(nodes, edges), model: noModel };
    for await (const event of gatherKnowledge(request(more), ports, new AbortController().signal))
      if (event.type === "gathered") return event.knowledge;
    throw new Error("nothing was gathered");
  };
  const free = words.filter((_, i) => i % 2 === 0);
  const restricted = words.filter((_, i) => i % 2 === 1);

  it("mark and stand for others from those alone; a request of before filters its topics and keeps every name", async () => {
    const chosen = { licences: ["CC0-1.0"], licensedNames: true } as const;
    const { lexicon } = await gathered(chosen);
    expect(lexicon).toEqual(expect.arrayContaining(free));
    expect(lexicon?.filter((name) => restricted.includes(name))).toEqual([]);
    const { substitutes } = await gathered({ ...chosen, names: "substitutes" });
    expect(substitutes?.names[label]).toEqual([...free].sort());
    expect((await gathered({ licences: ["CC0-1.0"] })).lexicon).toEqual(expect.arrayContaining(words));
  });

  it("are like a mention by edges under them alone", async () => {
    const linked = `src\trelation\tdst\tlicence\nD:0\tresembles\tD:4\tCC0-1.0\nD:2\tresembles\tD:4\tCC BY-NC 4.0\nD:6\tresembles\tD:4\tCC0-1.0\nD:1\tresembles\tD:4\tCC0-1.0\n`;
    const graph = await graphFrom(nodes, linked);
    expect((await graph.similar(["Disease"], ["gout"], 9)).get("gout")).toEqual(["asthma", "measles", "rubella"]);
    expect((await graph.similar(["Disease"], ["gout"], 9, ["CC0-1.0"])).get("gout")).toEqual(["rubella"]);
  });

  it("are part of the key where names alone come from the graph", () => {
    const config = presetConfig("small", { task: "bc5cdr-disease", source: presetSource("small", "word-substitution") });
    expect(knowledgeRequestOf({ ...config, licences: ["b", "a"] }, [])).toMatchObject({
      licences: ["a", "b"],
      licensedNames: true,
    });
  });
});

describe("the licence report", () => {
  it("counts examples by licence and by what they rest on", () => {
    const topics = [
      ...Array.from({ length: 3 }, () => topic("CC BY-NC 4.0", "treats")),
      topic("CC0-1.0"),
      topic("not stated", "causes"),
      undefined,
    ];
    expect(licenceSentences(topics)).toEqual([
      "3 of 6 examples rest on CC BY-NC 4.0 edges; that licence allows no commercial use.",
      "1 of 6 examples rests on CC0-1.0 nodes.",
      "1 of 6 examples rests on edges whose licence is not stated.",
    ]);
    expect(licenceSentences([])).toEqual([]);
  });

  it("tells a licence that forbids commercial use by its name", () => {
    const names = ["CC BY-NC-SA 4.0", "cc-by-nc-4.0", "Non-commercial use only", "noncommercial", "CC BY-NC"];
    expect(names.filter((name) => !isNonCommercial(name))).toEqual([]);
    expect(["CC0-1.0", "CC BY 4.0", "MIT", "incl. terms", "ncbi terms"].filter(isNonCommercial)).toEqual([]);
  });
});
