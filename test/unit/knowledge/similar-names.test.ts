// Names like a mention's own (KGPC): similarity worked out by hand on a graph of four diseases, and how a mention finds its node.

import { describe, expect, it } from "vitest";
import { alternativesOf, graphAlternatives } from "../../../src/knowledge/alternatives.ts";
import { gatherKnowledge } from "../../../src/knowledge/gather.ts";
import { jaccard } from "../../../src/knowledge/graph/column-similar.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";
import { edgesFile, graphFrom, nodesFile } from "./rows.ts";

// gout { x0 and x1 treat it, presents s0, migraine causes it }, arthritis { x0, x1 }, asthma { x1, s0, s1 }, migraine { s1, causes gout }.
const toy = () =>
  graphFrom(
    nodesFile({ Disease: ["Gout", "Asthma", "Arthritis", "Migraine"], Drug: ["x0", "x1"], Symptom: ["s0", "s1"] }),
    edgesFile(
      ...["Drug:0 treats Disease:0", "Drug:1 treats Disease:0", "Disease:0 presents Symptom:0"],
      ...["Drug:0 treats Disease:2", "Drug:1 treats Disease:2"],
      ...["Drug:1 treats Disease:1", "Disease:1 presents Symptom:0", "Disease:1 presents Symptom:1"],
      "Disease:3 presents Symptom:1",
      "Disease:3 causes Disease:0", // another relation: gout's set is larger by one
    ),
  );

describe("similar names", () => {
  it("are in the order of the Jaccard index of relations and neighbours, without those that share nothing", async () => {
    const found = await (await toy()).similar(["Disease"], ["gout", "migraine"], 20);
    // gout has 4 of its own: arthritis 2/4, asthma 2/5. migraine { presents s1, causes gout }: asthma 1/4; gout shares neither, for it is caused.
    expect(found.get("gout")).toEqual(["Arthritis", "Asthma"]);
    expect(found.get("migraine")).toEqual(["Asthma"]);
  });

  it("are at most so many", async () => {
    expect((await (await toy()).similar(["Disease"], ["gout"], 1)).get("gout")).toEqual(["Arthritis"]);
  });

  it("tell one relation from another, and its two ends", async () => {
    const graph = await graphFrom(
      nodesFile({ Disease: ["a one", "b two", "c three", "d four"] }),
      edgesFile("Disease:0 causes Disease:3", "Disease:3 causes Disease:1", "Disease:2 resembles Disease:3"),
    );
    const found = await graph.similar(["Disease"], ["a one"], 20);
    expect(found.get("a one")).toEqual([]);
  });

  it("count an edge that is there twice once", async () => {
    const graph = await graphFrom(
      nodesFile({ Disease: ["first", "second", "third"], Drug: ["x", "y"] }),
      edgesFile(
        ...["Drug:0 treats Disease:0", "Drug:1 treats Disease:0", "Drug:0 treats Disease:1", "Drug:0 treats Disease:1"],
        ...["Drug:0 treats Disease:2", "Drug:1 treats Disease:2"],
      ),
    );
    expect((await graph.similar(["Disease"], ["first"], 20)).get("first")).toEqual(["third", "second"]); // 2/2, 1/2
  });

  it("find the node by its name whatever the case, by a synonym, and else by the words that the names share", async () => {
    const graph = await graphFrom(
      [
        "id\ttype\tname\tsynonyms",
        "d0\tDisease\tRenal failure\tkidney failure",
        "d1\tDisease\tHeart failure\t",
        "d2\tDisease\tRenal cyst\t",
      ].join("\n"),
      edgesFile("d0 is_a d1", "d2 is_a d1"),
    );
    const found = await graph.similar(
      ["Disease"],
      ["renal FAILURE", "kidney failure", "acute renal failure", "the of", "xyzzy"],
      20,
    );
    expect(found.get("renal FAILURE")).toEqual(["Renal cyst"]);
    expect(found.get("kidney failure")).toEqual(["Renal cyst"]);
    expect(found.get("acute renal failure")).toEqual(["Renal cyst"]);
    expect(found.get("the of")).toEqual([]); // no word that tells
    expect(found.get("xyzzy")).toEqual([]);
  });
});

it("two sets are as alike as what they share over what they have", () => {
  expect(jaccard(new Set([1, 2, 3]), new Set([2, 3, 4, 5]))).toBeCloseTo(2 / 5, 12);
  expect(jaccard(new Set(), new Set([1]))).toBe(0);
});

describe("alternatives of the few-shot examples", () => {
  const example: TokenExample = {
    kind: "token",
    text: "No gout, but __proto__ and gout.",
    spans: [
      { start: 3, end: 7, label: "Disease" },
      { start: 13, end: 22, label: "Disease" },
      { start: 27, end: 31, label: "Disease" },
    ],
  };

  it("are by label and mention as the text has it, in lower case, and nothing for what is not there", async () => {
    const found = await graphAlternatives(await toy(), bc5cdrDisease, [example]);
    expect(alternativesOf(found, "Disease", "gout")).toEqual(["arthritis", "asthma"]);
    expect(alternativesOf(found, "Disease", "__proto__")).toEqual([]);
    expect(alternativesOf(found, "Disease", "constructor")).toEqual([]);
    expect(alternativesOf(found, "constructor", "gout")).toEqual([]);
    expect(alternativesOf(JSON.parse(JSON.stringify(found)), "Disease", "gout")).toEqual(["arthritis", "asthma"]);
  });

  it("are gathered where they are asked for, and told", async () => {
    const request = {
      task: "bc5cdr-disease",
      graph: "g",
      topics: "none",
      topicCount: 0,
      suggestStyles: false,
      withoutStyles: true,
      topicLists: "free",
      demonstrations: [example],
      seed: 1,
    } as const;
    const ports = { graph: await toy(), model: () => expect.unreachable("no model is asked") };
    const events = async (more: object) => {
      const all = [];
      for await (const event of gatherKnowledge({ ...request, ...more }, ports, new AbortController().signal)) all.push(event);
      return all;
    };
    const asked = await events({ alternatives: true });
    expect(asked.at(-1)).toMatchObject({ knowledge: { alternatives: { Disease: { gout: ["arthritis", "asthma"] } } } });
    expect(asked.find((event) => event.type === "remark")).toMatchObject({ text: expect.stringContaining("2 names") });
    expect((await events({})).at(-1)).not.toHaveProperty("knowledge.alternatives");
  });
});
