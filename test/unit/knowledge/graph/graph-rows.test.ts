// Operations on a stored graph as a whole: written out, checked, repaired, renamed, put together with another.

import { describe, expect, it } from "vitest";
import { resultOf } from "../../../../src/base/async.ts";
import { columnGraph } from "../../../../src/knowledge/graph/column-graph.ts";
import { edgeRows, nodeRows } from "../../../../src/knowledge/graph/graph-rows.ts";
import { checkGraph, repairGraph } from "../../../../src/knowledge/graph-check.ts";
import { type Chunk, type EdgeChunk, edgeKey, linkKey, nodeKey } from "../../../../src/knowledge/graph-columns.ts";
import { type GraphForm, graphPieces } from "../../../../src/knowledge/graph-export.ts";
import { memoryGraphStore, type StoredGraph } from "../../../../src/knowledge/graph-store.ts";
import { importGraph } from "../../../../src/knowledge/graphs.ts";
import { mergeGraphs } from "../../../../src/knowledge/merge-graphs.ts";
import { nameListFile } from "../../../../src/knowledge/name-list.ts";
import { importText, options } from "../rows.ts";

const { signal } = new AbortController();
const nodes = [
  "id\ttype\tname\tsource\tlicence\tsynonyms\txrefs",
  "DOID:1\tDisease\tgout\tDO\tCC0-1.0\tpodagra|gouty arthritis\tMESH:D1|UMLS:C1",
  'DOID:2\tDisease\t"lazy" eye\tDO\tCC0-1.0\t\t',
  "DB 3\tDrug\tcolchicine\tDB\tCC BY-NC 4.0\t\t",
].join("\n");
const edges = [
  "src\trelation\tdst\tsource\tlicence",
  "DB 3\ttreats\tDOID:1\tDB\tCC BY-NC 4.0",
  "DOID:2\tresembles\tDOID:1\tDO\tCC0-1.0",
].join("\n");
const stored = async (of = nodes, links = edges): Promise<StoredGraph> => (await (await importText(of, links)).store.open("g"))!;

async function rowsOf(graph: StoredGraph) {
  const found = { nodes: [] as unknown[], edges: [] as unknown[] };
  for await (const rows of nodeRows(graph)) found.nodes.push(...rows);
  for await (const rows of edgeRows(graph)) found.edges.push(...rows);
  return found;
}

async function written(graph: StoredGraph, form: GraphForm): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { file, text } of graphPieces[form](graph)) files[file] = (files[file] ?? "") + text;
  return files;
}

describe("a graph written out", () => {
  it("comes back whole from its tables: names, synonyms, ids elsewhere, sources, licences, edges", async () => {
    const graph = await stored();
    const files = await written(graph, "tsv");
    expect(Object.keys(files)).toEqual(["nodes.tsv", "edges.tsv"]);
    const again = await stored(files["nodes.tsv"], files["edges.tsv"]);
    expect(await rowsOf(again)).toEqual(await rowsOf(graph));
  });

  it("comes back whole where quotes open names, synonyms and ids, closed or not", async () => {
    const quoted = [
      "id\ttype\tname\tsynonyms",
      'X:1\tSign\t"""bulls-eye"\t"""target"|rings"',
      "X:2\tSign\tmiddle\t",
      'X:3\tSign\teye sign"\t"""a ""b"" c"""',
      '"""X"":4"\tSign\t"""whole"""\t',
    ].join("\n");
    const graph = await stored(quoted, 'src\trelation\tdst\n"""X"":4"\t"""is"\tX:1\n');
    expect((await rowsOf(graph)).nodes).toMatchObject([
      { name: '"bulls-eye' },
      { name: "middle" },
      { name: 'eye sign"' },
      { id: '"X":4', name: '"whole"' },
    ]);
    const files = await written(graph, "tsv");
    expect(await rowsOf(await stored(files["nodes.tsv"], files["edges.tsv"]))).toEqual(await rowsOf(graph));
  });

  it("is JSON-LD whose edges name their nodes, whatever their ids hold", async () => {
    const { "graph.jsonld": text } = await written(await stored(), "jsonld");
    const { "@context": context, "@graph": entries } = JSON.parse(text as string);
    expect(context.name).toMatch(/^http/);
    const byId = new Map(entries.flatMap((e: Record<string, string>) => (e["@id"] ? [[e["@id"], e]] : [])));
    expect(byId.size).toBe(3);
    const treats = entries.find((e: Record<string, string>) => e.relation === "treats");
    expect([byId.get(treats.head), byId.get(treats.tail)]).toMatchObject([
      { name: "colchicine" },
      { name: "gout", xrefs: ["MESH:D1", "UMLS:C1"] },
    ]);
    expect(treats).toMatchObject({ source: "DB", licence: "CC BY-NC 4.0" });
  });

  it("is JSON-LD as well where it has no edge", async () => {
    const { "graph.jsonld": text } = await written(await stored(nodes, "src\trelation\tdst\nDOID:1\tis\tDOID:2\n"), "jsonld");
    expect(JSON.parse(text as string)["@graph"]).toHaveLength(4);
  });
});

/** A graph some of whose chunks are others, or gone. */
function damaged(graph: StoredGraph, chunks: Readonly<Record<string, Chunk | undefined>>): StoredGraph {
  const chunk = async (column: string, part: number): Promise<Chunk> => {
    if (!(column in chunks)) return graph.chunk(column, part);
    const other = chunks[column];
    if (!other) throw new Error("gone");
    return other;
  };
  const all = (column: string, first: number, last: number) =>
    Promise.all(Array.from({ length: last - first + 1 }, (_, i) => chunk(column, first + i)));
  return { manifest: graph.manifest, chunk, chunks: all };
}

describe("the check of a graph", () => {
  const treats = edgeKey({ relation: "treats", head: "Drug", tail: "Disease" });

  it("finds nothing in a sound one", async () => {
    expect(await resultOf(checkGraph(await stored(), signal))).toEqual([]);
  });

  it.each([
    ["edges that are gone", { [treats]: undefined }, /1 edges of the relation treats cannot be read/],
    [
      "an edge to no node",
      { [treats]: { heads: Uint32Array.of(9), tails: Uint32Array.of(0), provenance: Uint16Array.of(0) } },
      /end at no node/,
    ],
    ["links that are others", { [linkKey("Drug")]: { links: Uint32Array.of(7) } }, /1 nodes of the type Drug have other links/],
  ])("tells of %s, and a repair makes a sound graph of the rest", async (_, chunks, words) => {
    const graph = damaged(await stored(), chunks as Record<string, Chunk | undefined>);
    const faults = await resultOf(checkGraph(graph, signal));
    expect(faults[0]?.what).toMatch(words);
    expect(faults.every(({ repair }) => repair !== undefined)).toBe(true);
    const store = memoryGraphStore();
    await resultOf(repairGraph(graph, store, signal));
    const sound = (await store.open("g"))!;
    expect(await resultOf(checkGraph(sound, signal))).toEqual([]);
    expect((await rowsOf(sound)).nodes).toEqual((await rowsOf(await stored())).nodes);
    expect(await columnGraph(sound).count({ kind: "edges", relation: "resembles", head: "Disease", tail: "Disease" })).toBe(1);
  });

  it("says why a graph without its names cannot be repaired, and writes nothing", async () => {
    const graph = damaged(await stored(), { [nodeKey("Disease")]: undefined });
    const store = memoryGraphStore();
    await expect(resultOf(repairGraph(graph, store, signal))).rejects.toMatchObject({
      code: "graph-broken",
      message: expect.stringMatching(/2 nodes of the type Disease/),
    });
    expect(await store.list()).toEqual([]);
  });

  it("finds edges whose columns differ in length", async () => {
    const graph = await stored();
    const chunk = (await graph.chunk(treats, 0)) as EdgeChunk;
    const faults = await resultOf(checkGraph(damaged(graph, { [treats]: { ...chunk, tails: Uint32Array.of() } }), signal));
    expect(faults[0]?.what).toMatch(/cannot be read/);
  });
});

describe("a subset around some nodes", () => {
  const rows = ["a", "b", "c", "d", "e"].map((name) => `N:${name}\tDisease\t${name}${name}\t${name}-synonym`);
  const chain = ["a b", "b c", "c d", "d e"].map((pair) => `N:${pair.split(" ")[0]}\tnext\tN:${pair.split(" ")[1]}`);
  const near = async (seeds: readonly string[], radius: number, more = {}) => {
    const table = `id\ttype\tname\tsynonyms\n${rows.join("\n")}\n`;
    const { store, events } = await importText(table, `src\trelation\tdst\n${chain.join("\n")}\n`, {
      near: { seeds, radius },
      ...more,
    });
    const found = await rowsOf((await store.open("g"))!);
    return { names: (found.nodes as { name: string }[]).map(({ name }) => name), edges: found.edges.length, events };
  };

  it("takes nodes up to the radius, along edges in both directions, by id, name and synonym", async () => {
    expect(await near(["N:c"], 0)).toMatchObject({ names: ["cc"], edges: 0 });
    expect(await near(["CC"], 1)).toMatchObject({ names: ["bb", "cc", "dd"], edges: 2 });
    expect(await near(["a-synonym"], 2)).toMatchObject({ names: ["aa", "bb", "cc"], edges: 2 });
    const { events } = await near(["aa", "ee"], 1);
    expect(events.at(-1)).toMatchObject({ manifest: { leftOut: { "too-far": 1, "end-left-out": 2 } } });
  });

  it("is told when a seed is no node", async () => {
    await expect(near(["aa", "zz"], 1)).rejects.toMatchObject({ code: "not-found", message: expect.stringMatching(/zz/) });
  });
});

describe("a list of names", () => {
  it("is a graph of one type, each name once, with its synonyms", async () => {
    const file = nameListFile(" gout | podagra\r\n- GOUT\n\nNaN\n2. asthma \n", "Disease");
    const store = memoryGraphStore();
    for await (const _ of importGraph([file], options, store, signal));
    expect((await rowsOf((await store.open("g"))!)).nodes).toMatchObject([
      { type: "Disease", name: "gout", synonyms: ["podagra"] },
      { type: "Disease", name: "asthma", synonyms: [] },
    ]);
    expect(() => nameListFile(" \n NaN", "Disease")).toThrow(/no name/);
  });

  it("put together with another joins the names that both have, and no others", async () => {
    const store = memoryGraphStore();
    const lists = { a: "gout | podagra\nasthma\nlupus nephritis", b: "rickets\nGout | arthritis urica\nlupus  nephritis" };
    for (const [id, text] of Object.entries(lists))
      for await (const _ of importGraph([nameListFile(text, "Disease")], { ...options, id, name: id }, store, signal));
    const [a, b] = [(await store.open("a"))!, (await store.open("b"))!];
    expect((await resultOf(mergeGraphs(a, b, { ...options, id: "g" }, store, signal))).joined).toBe(2);
    const joined = (await rowsOf((await store.open("g"))!)).nodes as { name: string; synonyms: readonly string[] }[];
    expect(joined.map(({ name }) => name).sort()).toEqual(["asthma", "gout", "lupus nephritis", "rickets"]);
    expect(joined.find(({ name }) => name === "gout")?.synonyms).toEqual(expect.arrayContaining(["podagra", "arthritis urica"]));
    expect(joined.find(({ name }) => name === "asthma")?.synonyms).toEqual([]);
  });
});

describe("a graph's name", () => {
  it("is changed, and the graph of another id is not", async () => {
    const { store } = await importText(nodes, edges);
    await store.rename("g", "Mine");
    expect((await store.list()).map(({ name }) => name)).toEqual(["Mine"]);
    await expect(store.rename("x", "Mine")).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("two graphs put together", () => {
  const other = [
    "id\ttype\tname\txrefs",
    "MESH:D1\tdisease\tarthritis urica\t",
    "MESH:D9\tDisease\tasthma\t",
    "DOID:2\tSymptom\teye\t",
    "DB 3\tDrug\tColchicine\t",
    "X:1\tDisease\tboth\tMESH:D1|DOID:2",
  ].join("\n");
  const links = "src\trelation\tdst\nDB 3\ttreats\tMESH:D1\nDB 3\ttreats\tMESH:D9\n";

  it("join nodes that share an id, keep the rest, and tell what does not fit", async () => {
    const store = memoryGraphStore();
    const merged = await resultOf(mergeGraphs(await stored(), await stored(other, links), { id: "m", name: "M" }, store, signal));
    const graph = (await store.open("m"))!;
    const found = await rowsOf(graph);
    expect(found.nodes.length).toBe(3 + 5 - 2);
    expect(found.nodes).toContainEqual(
      expect.objectContaining({
        id: "DOID:1",
        name: "gout",
        synonyms: ["podagra", "gouty arthritis", "arthritis urica"],
        licence: "CC0-1.0",
      }),
    );
    expect(merged).toMatchObject({ joined: 2, conflicts: { "other-type": 1, several: 1, "other-name": 1 } });
    expect(merged.shown.map(({ kind }) => kind).sort()).toEqual(["other-name", "other-type", "several"]);
    expect(await resultOf(checkGraph(graph, signal))).toEqual([]);
  });

  it("join Hetionet's ids, which begin with a kind, with those of the vocabularies that they are of", async () => {
    const table = (...rows: string[]) => ["id\ttype\tname\txrefs", ...rows].join("\n");
    const none = "src\trelation\tdst\n";
    const hetionet = await stored(
      table(
        "Disease::DOID:1\tDisease\tgout\t",
        "Gene::9021\tGene\tSOCS3\t",
        "Symptom::D7\tSymptom\tcough\t",
        "Kind::9\tKind\tnine\t",
      ),
      `${none}Disease::DOID:1\tDaG\tGene::9021\n`,
    );
    const others = await stored(
      table("DOID:1\tDisease\tgout\t", "HGNC:5\tGene\tSOCS3\tNCBI:9021", "MESH:D7\tSymptom\tcough\t", "9\tKind\tnine\t"),
      `${none}DOID:1\tis\tDOID:1\n`,
    );
    const merged = await resultOf(mergeGraphs(hetionet, others, { id: "m", name: "M" }, memoryGraphStore(), signal));
    expect(merged).toMatchObject({ joined: 3, conflicts: { "other-type": 0, several: 0, "other-name": 0 } });
  });

  it("are written out with an id for each node where both have an id of other nodes", async () => {
    const genes = "id\ttype\tname\n7\tGene\tSOCS3\n8\tDisease\tinfluenza\nDrug:7\tDrug\tcolchicine\n";
    const drugs = "id\ttype\tname\n7\tDrug\tsalicin\n9\tDisease\tlumbago\n";
    const [one, two] = [
      await stored(genes, "src\trelation\tdst\n7\tlinks\t8\n"),
      await stored(drugs, "src\trelation\tdst\n7\ttreats\t9\n"),
    ];
    const store = memoryGraphStore();
    expect(await resultOf(mergeGraphs(one, two, { id: "m", name: "M" }, store, signal))).toMatchObject({
      conflicts: { "other-type": 1 },
    });
    const graph = (await store.open("m"))!;
    const files = await written(graph, "tsv");
    const [was, again] = [await rowsOf(graph), await rowsOf(await stored(files["nodes.tsv"], files["edges.tsv"]))];
    const withoutIds = (rows: readonly unknown[]) => rows.map((row) => ({ ...(row as object), id: "" }));
    expect([withoutIds(again.nodes), again.edges]).toEqual([withoutIds(was.nodes), was.edges]);
    const ids = ["Gene:7", "8", "9", "Drug:7", "Drug:7:2"];
    expect((again.nodes as { id: string }[]).map(({ id }) => id)).toEqual(ids);
    const { "@graph": entries } = JSON.parse((await written(graph, "jsonld"))["graph.jsonld"] as string);
    const named = (id: string) => entries.filter((entry: Record<string, string>) => entry["@id"] === id);
    expect(new Set(entries.flatMap((entry: Record<string, string>) => entry["@id"] ?? [])).size).toBe(5);
    const treats = entries.find((entry: Record<string, string>) => entry.relation === "treats");
    expect([named(treats.head), named(treats.tail)]).toMatchObject([
      [{ name: "salicin", identifier: "7" }],
      [{ name: "lumbago" }],
    ]);
  });

  it("have an edge once that both have between the same nodes", async () => {
    const [store, graph] = [memoryGraphStore(), await stored()];
    const merged = await resultOf(mergeGraphs(graph, await stored(), { id: "m", name: "M" }, store, signal));
    expect(merged).toMatchObject({ joined: 3, repeated: 2, conflicts: { "other-type": 0, several: 0, "other-name": 0 } });
    expect((await rowsOf((await store.open("m"))!)).edges).toEqual((await rowsOf(graph)).edges);
  });
});
