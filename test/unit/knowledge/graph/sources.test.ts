// Published graphs by their tables: iBKH, PrimeKG, Hetionet; and which files are chosen.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { stringAt } from "../../../../src/knowledge/graph-columns.ts";
import { type GraphFilter, type GraphInfo, previewGraph } from "../../../../src/knowledge/graphs.ts";
import { rowsByLicence } from "../../../../src/knowledge/licences.ts";
import { fileOf } from "../rows.ts";
import { edgesOf, imported, provenance, refused } from "./imported-graph.ts";

describe("iBKH", () => {
  const files = {
    "entity/disease_vocab.csv":
      'primary,name,do_id,mesh_id\nDOID:1,"gout, acute",1,MESH:D1|D2\nDOID:2,asthma,,\nDOID:2,asthma again,,\nDOID:3,,,\n',
    "entity/drug_vocab.csv": "primary,name,drugbank_id\nDB1,colchicine,DB1\nDB2,aspirin,\n",
    "entity/gene_vocab.csv": "primary,symbol,hgnc_id\nDB1,A1BG,5\n",
    "relation/D_Di_res.csv":
      'Drug,Disease,Treats,Inferred_Relation,"treatment/therapy (including investigatory)",Source,Inference_Score\n' +
      "DB1,DOID:1,1,1,1,DrugBank;CTD,4.5\nDB2,DOID:1,0,0,0,CTD,\nDB9,DOID:1,1,0,0,CTD,\nDB2,DOID:3,1,0,0,CTD,\nDB2,DOID:1,2,0,0,CTD,\nDB2\n",
    "relation/D_G_res.csv": 'Drug,Gene,Target,"agonism, activation",Source\nDB2,DB1,1,1,DrugBank\n',
    "relation/D_D_res.csv": "Drug_1,Drug_2,Interaction,Resemble,Source\nDB1,DB2,1,0,DrugBank\n",
  };

  it("gives an edge for each relation that a row holds, and counts the rows that give none", async () => {
    const graph = await imported(files);
    expect(graph.info).toMatchObject({
      format: "ibkh",
      nodes: { Disease: 2, Drug: 2, Gene: 1 },
      edges: {
        Treats: 1,
        Inferred_Relation: 1,
        "treatment/therapy (including investigatory)": 1,
        Target: 1,
        "agonism, activation": 1,
      },
      leftOut: { "no-name": 1, "repeated-id": 1, "no-relation": 1, "unknown-end": 1, "end-left-out": 1, "broken-row": 2 },
    });
    expect(await edgesOf(graph, "Interaction", "Drug", "Drug")).toEqual(["DB1 > DB2"]);
    // The gene DB1 is no drug: an id is looked up under the type that its column names.
    expect(await edgesOf(graph, "agonism, activation", "Drug", "Gene")).toEqual(["DB2 > DB1"]);
    const [topic] = await graph.graph.at({ kind: "edges", relation: "Treats", head: "Drug", tail: "Disease" }, [0]);
    expect(topic?.provenance?.source).toBe("iBKH: DrugBank;CTD");
  });

  it("keeps the ids of other vocabularies with their prefix", async () => {
    const { xrefs } = await (await imported(files)).chunkOf("Disease");
    expect(stringAt(xrefs as NonNullable<typeof xrefs>, 0).split("\n")).toEqual(["DO:1", "MESH:D1", "MESH:D2"]);
  });

  it("filters inferred relations by their score, and no other", async () => {
    const { info } = await imported(files, { score: 5 });
    expect(info.edges.Inferred_Relation).toBeUndefined();
    expect(info.edges.Treats).toBe(1);
    expect(info.leftOut?.["score-too-low"]).toBe(1);
  });

  it("without its entities asks for them", async () => {
    const error = await refused({ "D_D_res.csv": files["relation/D_D_res.csv"] });
    expect(error).toMatchObject({ code: "file-missing", message: expect.stringMatching(/vocab/) });
  });
});

describe("PrimeKG", () => {
  const header = "relation,display_relation,x_index,x_id,x_type,x_name,x_source,y_index,y_id,y_type,y_name,y_source";
  const drug = "10,DB1,drug,colchicine,DrugBank";
  const gout = '20,7,disease,"gout, acute",MONDO';
  const geneA = "30,7,gene/protein,TP53,NCBI";
  const geneB = "31,8,gene/protein,KRAS,NCBI";
  const rows = (...all: [string, string, string][]) =>
    `${[header, ...all.map(([r, x, y]) => `${r},${r},${x},${y}`)].join("\n")}\n`;

  it("keeps an edge of two directions once, from the drug to the disease, whichever row comes first", async () => {
    const text = rows(["indication", gout, drug], ["indication", drug, gout], ["ppi", geneB, geneA], ["ppi", geneA, geneB]);
    const graph = await imported({ "kg.csv": text });
    expect(graph.info).toMatchObject({
      format: "primekg",
      nodes: { drug: 1, disease: 1, "gene/protein": 2 }, // the disease 7 is not the gene 7
      edges: { indication: 1, ppi: 1 },
      leftOut: { "other-direction": 2 },
      provenance: expect.arrayContaining([{ source: "PrimeKG", licence: "MIT", rows: 2 }]),
    });
    expect(await edgesOf(graph, "indication", "drug", "disease")).toEqual(["DrugBank:DB1 > MONDO:7"]);
  });

  it("of another thing altogether under its header is refused at the first row, and a stray row is counted", async () => {
    expect(await refused({ "kg.csv": `${header}\n${"junk,junk\n".repeat(3)}` })).toMatchObject({
      place: { file: "kg.csv", line: 2 },
    });
    const { info } = await imported({ "kg.csv": `${rows(["indication", drug, gout])}junk\n` });
    expect(info).toMatchObject({ edges: { indication: 1 }, leftOut: { "broken-row": 1 } });
  });
});

describe("PrimeKG as a table of nodes and one of edges", () => {
  const nodes =
    'node_index,node_id,node_type,node_name,node_source\n20,7,disease,"gout, acute",MONDO\n10,DB1,drug,colchicine,DrugBank\n' +
    "30,7,gene/protein,TP53,NCBI\n31,8,gene/protein,KRAS,NCBI\n";
  const edges =
    "relation,display_relation,x_index,y_index\nindication,indication,20,10\nindication,indication,10,20\n" +
    "protein_protein,ppi,31,30\nprotein_protein,ppi,30,31\n";

  it.each(["nodes.csv and edges.csv", "nodes.tab and edges.tab"])("%s give what kg.csv gives", async (names) => {
    const [first, second] = names.split(" and ") as [string, string];
    const written = (text: string) =>
      first.endsWith("tab") ? text.replace('"gout, acute"', "gout- acute").replaceAll(",", "\t") : text;
    const graph = await imported({ [first]: written(nodes), [second]: written(edges) });
    expect(graph.info).toMatchObject({
      format: "primekg",
      nodes: { drug: 1, disease: 1, "gene/protein": 2 },
      edges: { indication: 1, protein_protein: 1 },
      leftOut: { "other-direction": 2 },
    });
    expect(await edgesOf(graph, "indication", "drug", "disease")).toEqual(["DrugBank:DB1 > MONDO:7"]);
    expect(graph.info.provenance).toContainEqual({ source: "PrimeKG", licence: "MIT", rows: 2 });
  });

  it("are read once beside kg.csv and its earlier states, which hold the same", async () => {
    const kg =
      "relation,display_relation,x_index,x_id,x_type,x_name,x_source,y_index,y_id,y_type,y_name,y_source\n" +
      "indication,indication,10,DB1,drug,colchicine,DrugBank,20,7,disease,gout,MONDO\n";
    const all = await imported({ "kg.csv": kg, "kg_raw.csv": kg, "nodes.csv": nodes, "edges.csv": edges });
    expect([all.info.format, all.passedOver]).toEqual(["primekg", ["kg.csv", "kg_raw.csv"]]);
    const one = await imported({ "kg_raw.csv": kg, "kg.csv": kg, "nodes.csv": nodes });
    expect([one.info.edges, one.passedOver]).toEqual([{ indication: 1 }, ["kg_raw.csv", "nodes.csv"]]);
  });

  it("without the nodes ask for them; an edge to no node and a broken row are counted", async () => {
    expect(await refused({ "edges.csv": edges })).toMatchObject({
      message: expect.stringMatching(/no table of nodes \(node_index/),
    });
    const stray = `${edges}indication,indication,10,99\nindication,indication,,20\nindication\n`;
    const { info } = await imported({ "nodes.csv": `${nodes}40,9,,nameless,NCBI\n`, "edges.csv": stray });
    expect(info.leftOut).toEqual({ "other-direction": 2, "unknown-end": 1, "broken-row": 3 });
  });
});

describe("Hetionet", () => {
  const nodes =
    "id\tname\tkind\nCompound::DB1\tAspirin\tCompound\nDisease::DOID:1\tgout\tDisease\nSide Effect::C1\tcough\tSide Effect\n";
  const edges = "source\tmetaedge\ttarget\nCompound::DB1\tCtD\tDisease::DOID:1\nCompound::DB1\tCcSE\tSide Effect::C1\n";
  const json = {
    metanode_kinds: ["Compound", "Disease", "Gene"],
    nodes: [
      { kind: "Compound", identifier: "DB1", name: 'Aspi"r,{]in', data: { source: "DrugBank", license: "CC BY-NC 4.0" } },
      { kind: "Disease", identifier: "DOID:1", name: "gout", data: { license: "CC BY 3.0" } },
      { kind: "Gene", identifier: 9021, name: "SOCS3", data: {} },
    ],
    edges: [
      {
        source_id: ["Compound", "DB1"],
        target_id: ["Disease", "DOID:1"],
        kind: "treats",
        data: { license: "CC0 1.0", source: "PharmacotherapyDB" },
      },
      { source_id: ["Compound", "DB1"], target_id: ["Gene", 9021], kind: "binds", data: { sources: ["a", "b"] } },
      { source_id: ["Compound", "DB1"], kind: "binds" },
    ],
  };

  it("is read from its tables, packed or not", async () => {
    const graph = await imported({ "n.tsv": nodes, "hetionet-v1.0-edges.sif.gz": new Uint8Array(gzipSync(edges)) });
    expect(graph.info).toMatchObject({
      format: "hetionet",
      nodes: { Compound: 1, Disease: 1, "Side Effect": 1 },
      edges: { CtD: 1, CcSE: 1 },
    });
    expect(await edgesOf(graph, "CcSE", "Compound", "Side Effect")).toEqual(["Compound::DB1 > Side Effect::C1"]);
  });

  it("as JSON has the licence and the source of each row, in whatever order its parts come", async () => {
    for (const text of [JSON.stringify(json, null, 2), JSON.stringify({ edges: json.edges, nodes: json.nodes })]) {
      const { info } = await imported({ "hetionet.json": text });
      expect(info).toMatchObject({
        nodes: { Compound: 1, Disease: 1, Gene: 1 },
        edges: { treats: 1, binds: 1 },
        leftOut: { "broken-row": 1 },
      });
      expect(info.provenance).toContainEqual({ source: "Hetionet: PharmacotherapyDB", licence: "CC0 1.0", rows: 1 });
      expect(info.provenance).toContainEqual({ source: "Hetionet: a; b", licence: "not stated", rows: 1 });
    }
  });

  it("as JSON that is cut off, or is none, is refused with its line", async () => {
    const text = JSON.stringify(json, null, 1);
    const cut = await refused({ "h.json": text.slice(0, -20) });
    expect(cut).toMatchObject({
      code: "file-malformed",
      place: { file: "h.json" },
      message: expect.stringMatching(/ends too early/),
    });
    const line = text.slice(0, text.indexOf('"kind": "Gene"')).split("\n").length - 1; // the line of its brace
    expect((await refused({ "h.json": text.replace('"Gene",', '"Gene"') })).place).toMatchObject({ file: "h.json", line });
  });
});

describe("choosing files", () => {
  const nodes = "id\ttype\tname\tlicence\nD:1\tDisease\tgout\tCC BY 4.0\nD:2\tDisease\tasthma\t\nS:1\tSymptom\tcough\tCC0\n";
  const edges = "head\trelation\ttail\tlicense\nD:1\thas\tS:1\tCC0 1.0\nD:2\thas\tS:1\tCC-BY-4.0\nD:2\tis\tD:1\t\n";

  it("reads tables by their headers, and passes over what lies beside nodes and edges", async () => {
    expect((await imported({ "a.tsv": nodes, "b.csv": edges.replaceAll("\t", ",") })).info.edges).toEqual({ has: 2, is: 1 });
    const beside = await imported({
      "nodes.tsv": nodes,
      "edges.tsv": edges,
      "more.tsv": edges,
      "picture.png": new Uint8Array([137, 80, 255]),
    });
    expect(beside.info.edges).toEqual({ has: 2, is: 1 });
    expect(beside.passedOver).toEqual(["more.tsv", "picture.png"]);
  });

  it("filters by licence, however it is spelt; a node that states none stays", async () => {
    const { info } = await imported({ "nodes.tsv": nodes, "edges.tsv": edges }, { licences: ["cc0-1.0"] });
    expect(info).toMatchObject({
      nodes: { Disease: 1, Symptom: 1 },
      edges: {},
      leftOut: { "licence-not-chosen": 3, "end-left-out": 1 },
    });
    const { info: other } = await imported({ "nodes.tsv": nodes, "edges.tsv": edges }, { licences: ["CC0", "CC BY 4.0"] });
    expect(other.edges).toEqual({ has: 2 });
  });

  it("caps the edges of each node, and draws nodes by seed, no more than asked", async () => {
    const many = `id\ttype\tname\n${Array.from({ length: 500 }, (_, i) => `D:${i}\tDisease\tname ${i}`).join("\n")}\n`;
    const star = `head\trelation\ttail\n${Array.from({ length: 499 }, (_, i) => `D:0\tis\tD:${i + 1}`).join("\n")}\n`;
    const files = { "nodes.tsv": many, "edges.tsv": star };
    expect((await imported(files, { degree: 7 })).info).toMatchObject({ edges: { is: 7 }, leftOut: { "degree-reached": 492 } });
    const drawn = async (seed: string) => {
      const { info, graph } = await imported(files, { random: { count: 40, seed } });
      expect(info.nodes).toEqual({ Disease: 40 });
      return (await graph.at({ kind: "nodes", types: ["Disease"] }, [...Array(40).keys()])).map((topic) => topic.entities[0]?.id);
    };
    const first = await drawn("1");
    expect(await drawn("1")).toEqual(first);
    expect(await drawn("2")).not.toEqual(first);
    expect((await imported(files, { random: { count: 900, seed: "1" } })).info.nodes).toEqual({ Disease: 500 });
  });

  it("counts types, relations and licences that are called as what every object has", async () => {
    const { info } = await imported({
      "nodes.tsv": "id\ttype\tname\tlicence\n__proto__\t__proto__\tgout\tvalueOf\nconstructor\tconstructor\tasthma\tvalueOf\n",
      "edges.tsv": "head\trelation\ttail\tlicence\n__proto__\ttoString\tconstructor\tvalueOf\n",
    });
    expect(Object.entries(info.nodes)).toEqual([
      ["__proto__", 1],
      ["constructor", 1],
    ]);
    expect(Object.entries(info.edges)).toEqual([["toString", 1]]);
    expect(Object.entries(rowsByLicence(info.provenance))).toEqual([["valueOf", 3]]);
  });

  it("a preview counts what the import then brings, and keeps nothing", async () => {
    const files = [fileOf("nodes.tsv", nodes), fileOf("edges.tsv", edges)];
    const options = { id: "g", name: "G", provenance, types: ["Disease"] };
    let seen: GraphInfo | undefined;
    for await (const event of previewGraph(files, options, new AbortController().signal))
      if (event.type === "imported") seen = event.graph;
    expect(seen).toEqual((await imported({ "nodes.tsv": nodes, "edges.tsv": edges }, { types: ["Disease"] })).info);
    expect(seen?.bytes).toBeGreaterThan(0);
  });

  it.each([
    [
      "a header in another language",
      { "x.tsv": "\n\nkennung\tart\tname\n1\t2\t3\n" },
      "format-unknown",
      3,
      /id, type, name.*kennung/,
    ],
    [
      "nodes beside edges in another language",
      { "nodes.tsv": nodes, "kanten.tsv": "von\tnach\na\tb\n" },
      "format-unknown",
      1,
      /von/,
    ],
    [
      "edges in Latin-1",
      { "nodes.tsv": nodes, "edges.tsv": Uint8Array.from(Buffer.from("head\trelation\ttail\nD\u00e9\tx\ty\n", "latin1")) },
      "file-malformed",
      2,
      /not UTF-8/,
    ],
    ["edges alone", { "edges.tsv": edges }, "file-missing", undefined, /id, type, name/],
    ["nothing", {}, "file-missing", undefined, /no file/],
    [
      "two graphs at once",
      { "a.obo": "format-version: 1.2\n[Term]\nid: X:1\n", "MRSTY.RRF": "C0000001|T047|B|Disease|A|1|\n" },
      "format-several",
      undefined,
      /OBO|UMLS/,
    ],
    ["terms without names", { "a.obo": "[Term]\nid: X:1\nname\n" }, "file-empty", undefined, /no node with a name/],
    [
      "a type that is not there",
      { "nodes.tsv": nodes, "edges.tsv": edges },
      "file-empty",
      undefined,
      /Disease, Symptom/,
      { types: ["Foo"] },
    ],
    [
      "a relation that is not there",
      { "nodes.tsv": nodes, "edges.tsv": edges },
      "file-empty",
      undefined,
      /has, is/,
      { relations: ["Foo"] },
    ],
  ] as [string, Record<string, string | Uint8Array<ArrayBuffer>>, string, number | undefined, RegExp, GraphFilter?][])(
    "%s: refused in words",
    async (_, files, code, line, says, filter) => {
      const error = await refused(files, filter);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(says);
      expect(error.place.line).toBe(line);
    },
  );

  it("a gzip of a few bytes that unpacks without end is refused before it fills the memory", async () => {
    const bomb = new Uint8Array(gzipSync(`id\ttype\tname\n${"\n".repeat(30_000_000)}`));
    expect(await refused({ "nodes.tsv.gz": bomb })).toMatchObject({ code: "file-too-large", place: { file: "nodes.tsv.gz" } });
  }, 60_000);
});
