// Ontologies as graphs: OBO, OBO Graphs, UMLS.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { edgeRows, nodeRows } from "../../../../src/knowledge/graph/graph-rows.ts";
import { idOf } from "../../../../src/knowledge/graph/obo-graphs.ts";
import { stringAt } from "../../../../src/knowledge/graph-columns.ts";
import { edgesOf, imported, refused } from "./imported-graph.ts";

describe("OBO", () => {
  const text = `format-version: 1.2
ontology: doid

[Term]
id: DOID:4
name: disease

[Term]
id: DOID:2
name: Alzheimer's disease {source="x"}
synonym: "AD \\"old\\"" EXACT [a:b]
synonym: "dementia" BROAD []
xref: UMLS_CUI:C0002395
xref: MESH:D000544 {source="y"}
is_a: DOID:4 ! disease
relationship: has_symptom SYMP:9 ! memory loss

[Term]
id: DOID:5
name: obsolete thing
is_obsolete: true

[Term]
id: DOID:6
name: child
is_a: DOID:5 ! obsolete thing

[Typedef]
id: part_of
name: part of
`;

  it("gives terms with exact synonyms and ids elsewhere, and edges to terms that stand later in the file", async () => {
    const graph = await imported({ "doid.obo": text.replaceAll("\n", "\r\n") });
    expect(graph.info).toMatchObject({
      format: "obo",
      nodes: { Disease: 3 },
      edges: { is_a: 1 },
      leftOut: { obsolete: 1, "end-left-out": 1, "unknown-end": 1 },
      provenance: [{ source: "Disease Ontology", licence: "CC0-1.0", rows: 4 }],
    });
    const chunk = await graph.chunkOf("Disease");
    expect(stringAt(chunk.names, 1)).toBe("Alzheimer's disease");
    expect(stringAt(chunk.synonyms as NonNullable<typeof chunk.synonyms>, 1)).toBe('AD "old"');
    expect(stringAt(chunk.xrefs as NonNullable<typeof chunk.xrefs>, 1).split("\n")).toEqual([
      "UMLS_CUI:C0002395",
      "MESH:D000544",
    ]);
  });

  it("leads to the terms that are named, whatever their comments and modifiers hold", async () => {
    const terms = `format-version: 1.2
ontology: doid

[Term]
id: DOID:4 {source="a} b"} ! the "root"
name: disease {source="a} b"}

[Term]
id: DOID:7
name: "worst" headache
is_a: DOID:4 {source="a} b"} ! disease

[Term]
id: DOID:8
name: thunderclap
is_a: DOID:7 ! "worst" headache
is_a: DOID:4 {source="x"} ! the "root"
is_a: ! no term
relationship: part_of DOID:7 {source="a} b"} ! "worst" headache
`;
    const { info, chunkOf } = await imported({ "doid.obo": terms });
    expect(info).toMatchObject({ nodes: { Disease: 3 }, edges: { is_a: 3, part_of: 1 }, leftOut: { "broken-row": 1 } });
    expect(stringAt((await chunkOf("Disease")).names, 0)).toBe("disease");
  });

  it("takes the licence that the file states over the one that is known", async () => {
    const stated = text.replace(
      "ontology: doid",
      "ontology: doid\nproperty_value: terms:license https://creativecommons.org/licenses/by/4.0/",
    );
    expect((await imported({ "doid.obo": stated })).info.provenance[0]?.licence).toBe("CC-BY-4.0");
  });
});

describe("an ontology as OBO Graphs", () => {
  const fixture = (name: string) => readFileSync(join(import.meta.dirname, "../../../fixtures/knowledge", name), "utf8");
  const obo = fixture("harbour.obo");
  const json = fixture("harbour.json");

  async function contentOf(name: string, text: string) {
    const { info, stored } = await imported({ [name]: text });
    const rows = { nodes: [] as unknown[], edges: [] as unknown[] };
    for await (const some of nodeRows(stored)) rows.nodes.push(...some);
    for await (const some of edgeRows(stored)) rows.edges.push(...some);
    return { ...rows, leftOut: info.leftOut, provenance: info.provenance, format: info.format };
  }

  it("gives the graph that the .obo of the same ontology gives", async () => {
    const expected = await contentOf("harbour.obo", obo);
    expect(expected.leftOut).toEqual({ obsolete: 1, "end-left-out": 1, "unknown-end": 1 });
    expect(expected.nodes).toHaveLength(7);
    expect(expected.edges).toHaveLength(6);
    expect(expected.nodes).toContainEqual(expect.objectContaining({ id: "DOID:990001", type: "Disease" }));
    expect(await contentOf("harbour.json", json)).toEqual(expected);
  });

  it("gives it in whatever order its parts come, packed on one line as well", async () => {
    const [{ id, meta, nodes, edges }] = JSON.parse(json).graphs;
    const turned = JSON.stringify({ graphs: [{ edges, nodes: [...nodes].reverse(), meta, id }], meta: {} });
    const byId = (rows: readonly unknown[]) => rows.map((row) => (row as { id: string }).id).sort();
    const [one, other] = [await contentOf("a.json", json), await contentOf("b.json", turned)];
    expect(byId(other.nodes)).toEqual(byId(one.nodes));
    expect([other.provenance.length, other.leftOut]).toEqual([one.provenance.length, one.leftOut]);
    expect(other.edges).toHaveLength(one.edges.length);
  });

  it("is passed over beside its .obo, and read beside another", async () => {
    const both = await imported({ "harbour.obo": obo, "harbour.json": json });
    expect(both.passedOver).toEqual(["harbour.json"]);
    const text = "format-version: 1.2\nontology: quay\n\n[Term]\nid: QUAY:1\nname: quay\nis_a: HARB:4\n";
    expect((await imported({ "quay.obo": text, "harbour.json": json })).info.edges).toMatchObject({ is_a: 4 });
  });

  it("that is cut off or has a node without an id is told with its line", async () => {
    expect(await refused({ "harbour.json": json.slice(0, 4000) })).toMatchObject({ message: expect.stringMatching(/cut off/) });
    const { info } = await imported({ "h.json": json.replace('"id": "http://purl.obolibrary.org/obo/HARB_4",', "") });
    expect(info.leftOut?.["broken-row"]).toBe(1);
    const broken = json.replace('"lbl": "palm"', '"lbl": palm');
    const line = broken.slice(0, broken.indexOf('"lbl": palm')).split("\n").length - 2; // its node begins two lines above
    expect(await refused({ "h.json": broken })).toMatchObject({ code: "file-malformed", place: { line } });
  });

  it.each([
    ["http://purl.obolibrary.org/obo/DOID_1438", "DOID:1438"],
    ["http://purl.obolibrary.org/obo/NCBITaxon_Union_0000006", "NCBITaxon_Union:0000006"],
    ["http://purl.obolibrary.org/obo/doid#derives_from", "derives_from"],
    ["http://www.ebi.ac.uk/efo/EFO_0000400", "EFO:0000400"],
    ["http://identifiers.org/hgnc/5", "http://identifiers.org/hgnc/5"],
    ["is_a", "is_a"],
    ["HP:0000118", "HP:0000118"],
  ])("calls %s %s", (address, id) => {
    expect(idOf(address)).toBe(id);
  });
});

describe("UMLS", () => {
  const files = {
    "MRCONSO.RRF":
      'C0000001|ENG|S|L2|VO|S2|N|A2||||MSH|ET|D1|"Gouty" arthritis|0|N||\nC0000001|ENG|P|L1|PF|S1|Y|A1||||SNOMEDCT_US|PT|111|Gout|0|N||\n' +
      "C0000001|SPA|P|L3|PF|S3|Y|A3||||MSHSPA|PT|D1|Gota|0|N||\nC0000002|ENG|P|L4|PF|S4|Y|A4||||MSH|PT|D2|Colchicine|0|N||\n" +
      "C0000003|ENG|P|L4|PF|S4|Y|A4||||MSH|PT|D3|Old|0|O||\n",
    "MRSTY.RRF":
      "C0000001|T047|B2|Disease or Syndrome|AT1|256|\nC0000002|T121|A1|Pharmacologic Substance|AT2|256|\nC0000002|T109|A1|Organic Chemical|AT2|256|\n",
    "MRREL.RRF":
      "C0000001|A1|AUI|RO|C0000002|A4|AUI|may_treat|R1||MED-RT|MED-RT|||N||\nC0000001|A1|AUI|RO|C0000003|A4|AUI||R2||MSH|MSH|||N||\n" +
      "C0000001|A1|AUI|SY|C0000001|A2|AUI||R3||MSH|MSH|||N||\nC0000001|A1|AUI|RO|C0000002|A4|AUI|x|R4||MSH|MSH|||O||\n",
  };

  it("takes the preferred English name, the others as synonyms, and says what the second concept is to the first", async () => {
    const graph = await imported(files);
    expect(graph.info).toMatchObject({
      format: "umls",
      nodes: { Disease: 1, Drug: 1 },
      edges: { may_treat: 1 },
      leftOut: { "other-language": 1, suppressed: 2, "end-left-out": 1, "edge-to-itself": 1 },
    });
    expect(await edgesOf(graph, "may_treat", "Drug", "Disease")).toEqual(["UMLS:C0000002 > UMLS:C0000001"]);
    const chunk = await graph.chunkOf("Disease");
    expect([stringAt(chunk.names, 0), stringAt(chunk.synonyms as NonNullable<typeof chunk.synonyms>, 0)]).toEqual([
      "Gout",
      '"Gouty" arthritis',
    ]);
  });

  it.each([
    ["a chemical", "Chemical", ["Hazardous or Poisonous Substance", "Inorganic Chemical"]],
    ["a drug that is a chemical and more", "Drug", ["Hormone", "Organic Chemical", "Pharmacologic Substance"]],
    ["a concept of no type of the tasks", "Hormone", ["Hormone"]],
  ])("gives %s its type, whatever the order of its rows", async (_, type, own) => {
    for (const order of [own, [...own].reverse()]) {
      const rows = order.map((name, i) => `C0000001|T00${i}|A1|${name}|AT${i}|256|\n`).join("");
      expect((await imported({ ...files, "MRSTY.RRF": rows })).info.nodes).toEqual({ [type]: 1, Concept: 1 });
    }
  });
});
