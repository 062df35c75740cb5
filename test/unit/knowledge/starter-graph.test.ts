import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { lowerCase, uninverted } from "../../../scripts/starter-names.ts";
import { rng } from "../../../src/base/rng.ts";
import { columnGraph } from "../../../src/knowledge/graph/column-graph.ts";
import { sampleTopics } from "../../../src/knowledge/graph-topics.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import { importText } from "./rows.ts";

const folder = join(import.meta.dirname, "../../../public/graph");
const packed = (name: string) => new Uint8Array(readFileSync(join(folder, name)));

function rows<C extends string>(name: string, ...columns: C[]): Record<C, string>[] {
  const [header, ...lines] = gunzipSync(packed(name)).toString("utf8").replace(/\n$/, "").split("\n");
  const at = columns.map((c) => header?.split("\t").indexOf(c) ?? -1);
  return lines.map(
    (line) => Object.fromEntries(columns.map((c, i) => [c, line.split("\t")[at[i] as number]])) as Record<C, string>,
  );
}

const nodes = rows("nodes.tsv.gz", "id", "type", "name", "source", "licence", "synonyms");
const edges = rows("edges.tsv.gz", "src", "relation", "dst", "source", "licence");
const typeOf = new Map(nodes.map((n) => [n.id, n.type]));

/** Its topics are what drugs do to genes: no source that ships tells that. */
const withoutStarter = ["chemprot"];

describe("the starter graph", () => {
  it("is as large as it must be, and small to load", () => {
    const count = (type: string) => nodes.filter((n) => n.type === type).length;
    expect(count("Disease")).toBeGreaterThanOrEqual(1000);
    expect(count("Drug")).toBeGreaterThanOrEqual(400);
    expect(count("Symptom")).toBeGreaterThanOrEqual(300);
    expect(edges.length).toBeGreaterThanOrEqual(4000);
    const bytes = ["nodes.tsv.gz", "edges.tsv.gz"].map((name) => statSync(join(folder, name)).size);
    expect(bytes.reduce((a, b) => a + b)).toBeLessThan(500_000);
  });

  it("has no dangling end, no id twice, no name twice within a type and no edge twice", () => {
    expect(edges.filter((e) => !typeOf.has(e.src) || !typeOf.has(e.dst))).toEqual([]);
    expect(typeOf.size).toBe(nodes.length);
    expect(new Set(nodes.map((n) => `${n.type} ${n.name.toLowerCase()}`)).size).toBe(nodes.length);
    expect(new Set(edges.map((e) => `${e.src} ${e.relation} ${e.dst}`)).size).toBe(edges.length);
    expect(edges.filter((e) => e.src === e.dst)).toEqual([]);
  });

  it("takes from its CC0 sources alone, each relation from its own and between its own types", () => {
    const ontology = "Disease Ontology";
    const pharmacotherapy = "PharmacotherapyDB (Hetionet v1.0)";
    const medline = "MEDLINE co-occurrence (Hetionet v1.0)";
    const stargeo = "STARGEO (Hetionet v1.0)";
    const allowed = new Set([
      `Disease is_a Disease ${ontology}`,
      `Disease has_symptom Symptom ${ontology}`,
      `Drug treats Disease ${pharmacotherapy}`,
      `Drug palliates Disease ${pharmacotherapy}`,
      `Disease presents Symptom ${medline}`,
      `Disease localizes Anatomy ${medline}`,
      `Disease upregulates Gene ${stargeo}`,
      `Disease downregulates Gene ${stargeo}`,
    ]);
    expect(new Set(edges.map((e) => `${typeOf.get(e.src)} ${e.relation} ${typeOf.get(e.dst)} ${e.source}`))).toEqual(allowed);
    expect(new Set([...nodes, ...edges].map((row) => row.licence))).toEqual(new Set(["CC0-1.0"]));
    expect(new Set(nodes.map((n) => `${n.type} ${n.id.split(":")[0]} ${n.source}`))).toEqual(
      new Set([
        `Disease DOID ${ontology}`,
        `Symptom SYMP ${ontology}`,
        `Symptom MESH ${medline}`,
        `Drug DrugBank ${pharmacotherapy}`,
        `Anatomy UBERON ${medline}`,
        "Gene NCBIGene Entrez Gene (Hetionet v1.0)",
      ]),
    );
  });

  it("has nothing that no edge names, but diseases for their place in the hierarchy", () => {
    const named = new Set(edges.flatMap((e) => [e.src, e.dst]));
    expect(nodes.filter((n) => n.type !== "Disease" && !named.has(n.id))).toEqual([]);
  });

  it("writes names in lower case but for acronyms and names of people, places and species", () => {
    const written = nodes.filter((n) => n.type !== "Gene"); // whose symbols are capitals
    const words = new Set(written.flatMap((n) => n.name.split(/[ -]/)));
    // Words that begin every other name of the kind: a capital in one of them is a heading's, not a name's.
    const common =
      /^(Disease|Syndrome|Disorder|Pain|Fever|Cancer|Acute|Chronic|Hepatitis|Anemia|Deficiency|Virus|Benign|Congenital|Muscle|Skin|Acid|Sodium)$/;
    expect([...words].filter((w) => common.test(w))).toEqual([]);
    const drugs = nodes.filter((n) => n.type === "Drug" && n.name !== n.name.toLowerCase()).map((n) => n.name);
    expect(drugs.sort()).toEqual(["L-DOPA", "WF10", "vitamin C"]);
    const shouting = written.filter((n) => /^[^a-z]*[A-Z]{2,}[^a-z]*$/.test(n.name)).map((n) => n.name);
    expect(shouting.sort()).toEqual(["L-DOPA", "WF10"]);
    for (const eponym of ["Alzheimer's disease", "Crohn's disease", "Parkinson's disease"])
      expect(nodes.some((n) => n.name === eponym)).toBe(true);
    expect(nodes.filter((n) => n.name !== n.name.trim() || /\s\s|obsolete/i.test(n.name))).toEqual([]);
  });

  it("turns inverted headings round", () => {
    expect(nodes.filter((n) => n.type === "Symptom" && n.name.includes(","))).toEqual([]);
    expect(lowerCase(uninverted("Purpura, Thrombocytopenic, Idiopathic"))).toBe("idiopathic thrombocytopenic purpura");
    expect(lowerCase(uninverted("Aphasia, Broca"))).toBe("Broca aphasia");
  });

  it("has synonyms of diseases that no other node has, as a name or a synonym", () => {
    const lists = nodes.map((n) => ({ id: n.id, type: n.type, own: n.synonyms === "" ? [] : n.synonyms.split("|") }));
    expect(lists.filter((n) => n.own.length > 0 && n.type !== "Disease")).toEqual([]);
    expect(lists.filter((n) => n.own.length > 0).length).toBeGreaterThan(1500);
    const all = [...nodes.map((n) => n.name), ...lists.flatMap((n) => n.own)].map((name) => name.toLowerCase());
    const names = new Set(nodes.map((n) => n.name.toLowerCase()));
    expect(lists.flatMap((n) => n.own).filter((s) => names.has(s.toLowerCase()))).toEqual([]);
    const synonyms = all.slice(nodes.length);
    expect(synonyms).toHaveLength(new Set(synonyms).size);
    expect(synonyms.filter((s) => s.length < 3 || /[^\p{L}' -]/u.test(s))).toEqual([]);
    const of = (name: string) => nodes.find((n) => n.name === name)?.synonyms.split("|");
    expect(of("impotence")).toContain("erectile dysfunction");
    expect(of("myocardial infarction")).toContain("heart attack");
  });

  it("knows what everybody knows", () => {
    const nameOf = new Map(nodes.map((n) => [n.id, n.name.toLowerCase()]));
    const facts = new Set(edges.map((e) => `${nameOf.get(e.src)} ${e.relation} ${nameOf.get(e.dst)}`));
    const holds = (...fact: string[]) => facts.has(fact.join(" "));
    expect(holds("metformin", "treats", "type 2 diabetes mellitus")).toBe(true);
    expect(holds("asthma", "presents", "cough")).toBe(true);
    expect(holds("cholera", "has_symptom", "diarrhea")).toBe(true);
    expect(holds("lung cancer", "localizes", "lung")).toBe(true);
  });

  it("is what the importer reads, whole", async () => {
    const graph = await imported;
    expect(await graph.count({ kind: "nodes", types: ["Disease", "Symptom", "Drug", "Anatomy", "Gene"] })).toBe(nodes.length);
  });

  it.each(tasks.filter((task) => !withoutStarter.includes(task.id)))("serves $id with topics", async (task) => {
    const topics = await sampleTopics(await imported, task, { count: 300, names: "natural" }, rng("starter"));
    for (const label of task.labels) {
      // The graph holds fewer of the cancers, of the infections and of the edges that the other families ask for.
      if (["classification", "relation"].includes(task.family)) expect(topics[label.id]!.length).toBeGreaterThan(120);
      else expect(topics[label.id]).toHaveLength(300);
      for (const topic of topics[label.id]!) expect(topic.provenance?.licence).toBe("CC0-1.0");
    }
  });

  it.each(tasks.filter((task) => withoutStarter.includes(task.id)))("says that it has no topic for $id", async (task) => {
    const asked = sampleTopics(await imported, task, { count: 300, names: "natural" }, rng("starter"));
    const bare = task.labels.filter(({ negative }) => !negative).map(({ id }) => `"${id}"`);
    const message = expect.stringContaining(`holds no topic for ${bare.join(", ")} of ${task.name}:`);
    await expect(asked).rejects.toMatchObject({ code: "no-topics", message });
  });
});

const imported = importText(packed("nodes.tsv.gz"), packed("edges.tsv.gz")).then(async ({ store }) => {
  const stored = await store.open("g");
  return columnGraph(stored!);
});
