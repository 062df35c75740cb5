// Names to put in the place of others: by label from the label's own types, by node from the synonyms of what the real rows mention.

import { expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { graphSubstitutes } from "../../../src/knowledge/graph/substitutes.ts";
import { casi } from "../../../src/tasks/casi.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import { hoc } from "../../../src/tasks/hoc.ts";
import { edgesFile, graphFrom } from "./rows.ts";

const rows = [
  "Drug:0\tDrug\tmetoprolol\tlopressor",
  "Drug:1\tDrug\twarfarin\t",
  "Disease:0\tDisease\tmyocardial infarction\theart attack|MI|cardiac infarct",
  "Disease:1\tDisease\tmeasles\tno measles|rubeola",
  "Disease:2\tDisease\tcerebral infarction\tbrain attack|stroke of the brain",
  "Disease:3\tDisease\tgerman measles\trubeola",
  "Symptom:0\tSymptom\tchest pain\tthoracic pain",
];
const graph = await graphFrom(["id\ttype\tname\tsynonyms", ...rows].join("\n"), edgesFile("Drug:0 treats Disease:0"));
const names = async (task: Parameters<typeof graphSubstitutes>[1]) => graphSubstitutes(graph, task, [], rng("s"));

it("are of a label's own types where it names any, and of no other label's", async () => {
  expect(await names(casi)).toEqual({
    names: {
      Medication: ["lopressor", "metoprolol", "warfarin"],
      Reason: expect.arrayContaining(["chest pain", "heart attack", "measles", "thoracic pain"]),
    },
    synonyms: [],
  });
});

it("are of the types of a label's own topics, with a text of several labels too", async () => {
  const disease = taskById("bc5cdr-disease");
  const [label] = disease.labels;
  const two = {
    ...disease,
    labels: [label!, { ...label!, id: "Drug" }],
    topics: { each: { Disease: { kind: "nodes", types: ["Disease"] }, Drug: { kind: "nodes", types: ["Drug"] } } },
  } as const;
  expect((await names(two as never)).names.Drug).toEqual(["lopressor", "metoprolol", "warfarin"]);
  expect((await names(two as never)).names.Disease).not.toContain("warfarin");
  const alike = { ...two, topics: { every: { kind: "nodes", types: ["Disease"] } } } as const;
  expect((await names(alike as never)).names).toEqual({});
});

it("are other names of what the rows mention: no abbreviation, no denial, nothing that two nodes are called", async () => {
  const of = (text: string) => graphSubstitutes(graph, hoc, [{ kind: "sentence", text, labels: [] }], rng("s"));
  expect((await of("After a heart attack she had chest pain.")).synonyms).toEqual([
    ["cardiac infarct", "heart attack", "myocardial infarction"],
    ["chest pain", "thoracic pain"],
  ]);
  expect((await of("Measles or rubeola, and MI.")).synonyms).toEqual([]);
  expect((await of("Nothing of the graph.")).synonyms).toEqual([]);
});
