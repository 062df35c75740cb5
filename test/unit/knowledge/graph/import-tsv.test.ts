import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../../src/base/errors.ts";
import { columnGraph, describeGraph } from "../../../../src/knowledge/graph/column-graph.ts";
import { importTsv } from "../../../../src/knowledge/graph/import-tsv.ts";
import { memoryGraphStore } from "../../../../src/knowledge/graph-store.ts";
import { edgesFile, fileOf, graphFrom, importText, nodesFile, options } from "../rows.ts";

const nodes = "id\ttype\tname\nD:1\tDisease\tgout\nD:2\tDisease\tasthma\nS:1\tSymptom\tcough\nR:1\tDrug\tcolchicine\n";
const edges = "src\trelation\tdst\nD:2\tpresents\tS:1\nR:1\ttreats\tD:1\nD:1\tresembles\tD:2\n";
const diseases = { kind: "nodes", types: ["Disease"] } as const;

async function failure(run: () => Promise<unknown>): Promise<ClinfuseError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof ClinfuseError) return error;
    throw error;
  }
  throw new Error("expected a ClinfuseError, got none");
}

describe("importing", () => {
  it("keeps every row, its ends and where it is from", async () => {
    const graph = await graphFrom(nodes, edges);
    expect((await graph.at(diseases, [0, 1])).map((t) => t.entities[0])).toEqual([
      { id: "D:1", name: "gout", type: "Disease" },
      { id: "D:2", name: "asthma", type: "Disease" },
    ]);
    const treats = { kind: "edges", relation: "treats", head: "Drug", tail: "Disease" } as const;
    expect(await graph.count(treats)).toBe(1);
    expect((await graph.at(treats, [0]))[0]).toMatchObject({
      entities: [{ name: "colchicine" }, { name: "gout" }],
      relation: "treats",
      provenance: { source: "my file", licence: "not stated" },
    });
    expect(await graph.count({ ...treats, head: "Disease", tail: "Drug" })).toBe(0);
  });

  it("takes a row's own source and licence, and the columns in any order", async () => {
    const own =
      "licence\tname\textra\tid\ttype\tsource\nCC0-1.0\tgout\tx\tD:1\tDisease\tDisease Ontology\n\tasthma\tx\tD:2\tDisease\t\n";
    const graph = await graphFrom(own, "relation\tdst\tsrc\nresembles\tD:1\tD:2\n");
    const [gout, asthma] = await graph.at(diseases, [0, 1]);
    expect(gout?.provenance).toEqual({ source: "Disease Ontology", licence: "CC0-1.0" });
    expect(asthma?.provenance).toEqual({ source: "my file", licence: "not stated" });
    const edge = { kind: "edges", relation: "resembles", head: "Disease", tail: "Disease" } as const;
    expect((await graph.at(edge, [0]))[0]?.entities.map((e) => e.name)).toEqual(["asthma", "gout"]);
  });

  it("counts each type, relation and source for the graph's card", async () => {
    const { store } = await importText(nodes, edges);
    const [manifest] = await store.list();
    expect(describeGraph(manifest!)).toEqual({
      format: "plain",
      // Letters; words of 4 bytes for the numbers of 3 types, packed: lengths of ids, lengths of names and links, but none for provenance, which is all 0;
      // and one for each of the two relations that have an end beyond the first node.
      bytes: "D:1D:2S:1R:1goutasthmacoughcolchicine".length + 4 * (3 * 3 + 2),
      id: "g",
      name: "Test",
      nodes: { Disease: 2, Symptom: 1, Drug: 1 },
      edges: { presents: 1, treats: 1, resembles: 1 },
      provenance: [{ source: "my file", licence: "not stated", rows: 7 }],
    });
  });

  it("reads gzip as it reads text, with Windows line ends, a byte order mark, blank lines and no line end at the end", async () => {
    const windows = `\uFEFF${nodes.trimEnd().replaceAll("\n", "\r\n\r\n")}`;
    const { store } = await importText(new Uint8Array(gzipSync(windows)), edges.trimEnd());
    expect((await store.list())[0]?.nodes).toEqual([
      { type: "Disease", count: 2 },
      { type: "Symptom", count: 1 },
      { type: "Drug", count: 1 },
    ]);
  });

  it("reads what is larger than a piece of the stream, with names that are not ASCII cut anywhere", async () => {
    const names = Array.from({ length: 30_000 }, (_, i) => `Ménière ${i} β`);
    const links = Array.from({ length: 40_000 }, (_, i) => `Disease:${(i * 7) % 30_000} resembles Disease:${(i * 11) % 30_000}`);
    const { store, events } = await importText(nodesFile({ Disease: names }), edgesFile(...links));
    const graph = columnGraph((await store.open("g"))!);
    expect(await graph.count(diseases)).toBe(30_000);
    const some = [0, 4095, 4096, 17_777, 29_999];
    expect((await graph.at(diseases, some)).map((t) => t.entities[0]?.name)).toEqual(some.map((i) => names[i]));
    const edge = { kind: "edges", relation: "resembles", head: "Disease", tail: "Disease" } as const;
    const far = [0, 16_383, 16_384, 39_999];
    expect((await graph.at(edge, far)).map((t) => t.entities.map((e) => e.id))).toEqual(
      far.map((i) => [`Disease:${(i * 7) % 30_000}`, `Disease:${(i * 11) % 30_000}`]),
    );
    const progress = events.filter((e) => e.type === "progress");
    expect(progress.length).toBeGreaterThan(3);
    expect(progress.at(-1)).toMatchObject({ done: progress[0]?.total });
    expect(progress.every((e, i) => i === 0 || e.done >= progress[i - 1]!.done)).toBe(true);
  });

  it("keeps only the types and relations asked for; an edge to a type left out is no error", async () => {
    const graph = await graphFrom(nodes, edges, { types: ["Disease", "Symptom"] });
    expect(await graph.count({ kind: "nodes", types: ["Disease", "Symptom", "Drug"] })).toBe(3);
    expect(await graph.count({ kind: "edges", relation: "treats", head: "Drug", tail: "Disease" })).toBe(0);
    const { store } = await importText(nodes, edges, { relations: ["treats"] });
    expect((await store.list())[0]?.edges.map((e) => e.relation)).toEqual(["treats"]);
  });
});

it("reads source, target and type, as tools for networks name an edge's columns; source stays provenance beside a head", async () => {
  const { store } = await importText(nodes, "source,target,type\nD:1,D:2,resembles\n");
  expect((await store.list())[0]?.edges.map(({ relation }) => relation)).toEqual(["resembles"]);
  const own = await importText(nodes, "type\thead\trelation\ttail\tsource\nx\tD:1\tcauses\tD:2\tHetionet\n");
  expect((await own.store.list())[0]?.edges.map(({ relation }) => relation)).toEqual(["causes"]);
});

describe("a file that does not hold together", () => {
  const head = "id\ttype\tname\n";
  const edgeHead = "src\trelation\tdst\n";
  const cases: [
    name: string,
    nodes: string,
    edges: string,
    code: string,
    file: string,
    line: number | undefined,
    says: RegExp,
  ][] = [
    ["an edge from nowhere", nodes, `${edges}X:9\ttreats\tD:1\n`, "dangling-edge", "edges.tsv", 5, /"X:9" is no node/],
    ["an edge to nowhere", nodes, `${edgeHead}D:1\ttreats\tX:9\n`, "dangling-edge", "edges.tsv", 2, /"X:9"/],
    ["a row cut short", `${nodes}D:3\tDisease\n`, edges, "file-malformed", "nodes.tsv", 6, /2 columns where the header has 3/],
    ["a name that is blank", `${head}D:1\tDisease\t \n`, edges, "file-malformed", "nodes.tsv", 2, /"name" is empty/],
    ["a node twice", `${nodes}D:1\tDisease\tgout\n`, edges, "file-malformed", "nodes.tsv", 6, /D:1 was there before/],
    ["no header", "D:1\tDisease\tgout\n", edges, "file-malformed", "nodes.tsv", 1, /header.*id, type, name/],
    ["spaces for tabs", "id type name\n", edges, "file-malformed", "nodes.tsv", 1, /separated by tabs/],
    [
      "a header in another language",
      "kennung\tart\tname\nD:1\tDisease\tgout\n",
      edges,
      "file-malformed",
      "nodes.tsv",
      1,
      /id, type, name.*it lacks id or node_id.*; type.*got "kennung, art, name"/,
    ],
    [
      "an edge's header without its relation",
      nodes,
      "head\ttail\nD:1\tD:2\n",
      "file-malformed",
      "edges.tsv",
      1,
      /head, relation, tail/,
    ],
    ["a column twice", "id\ttype\tname\tID\nD:1\tDisease\tgout\tD:9\n", edges, "file-malformed", "nodes.tsv", 1, /"id" twice/],
    [
      "a quote that is not closed",
      'id,type,name\nD:9,Disease,"gout\n',
      edges,
      "file-malformed",
      "nodes.tsv",
      2,
      /quote is opened and not closed/,
    ],
    [
      "a quote that is not closed, in a row of tabs too long",
      `${nodes}D:9\tDisease\t"gout\tacute\n`,
      edges,
      "file-malformed",
      "nodes.tsv",
      6,
      /quote is opened and not closed/,
    ],
    ["nothing", "", edges, "file-empty", "nodes.tsv", undefined, /no rows/],
    ["a header alone", nodes, edgeHead, "file-empty", "edges.tsv", undefined, /no rows/],
  ];
  it.each(cases)("%s: refused with file and line, nothing imported", async (_, n, e, code, file, line, says) => {
    const store = memoryGraphStore();
    const error = await failure(() => importText(n, e, {}, store));
    expect(error.code).toBe(code);
    expect(error.place.file).toBe(file);
    expect(error.place.line).toBe(line);
    expect(error.message).toMatch(says);
    expect(await store.list()).toEqual([]);
  });

  it("an edge that the filter leaves out must fit too", async () => {
    const error = await failure(() => importText(nodes, `${edgeHead}D:1\tis_a\tX:9\n`, { relations: ["treats"] }));
    expect(error.code).toBe("dangling-edge");
  });

  it("bytes that are no text, and gzip that is cut, are refused by name", async () => {
    const binary = new Uint8Array([0x69, 0x64, 0x0a, 0xff, 0xfe, 0x00]);
    expect((await failure(() => importText(binary, edges))).message).toMatch(/nodes\.tsv, line 2: not UTF-8.*byte 3/);
    const packed = new Uint8Array(gzipSync(nodes).subarray(0, 40));
    expect((await failure(() => importText(packed, edges))).message).toMatch(/nodes\.tsv: the gzip stream ends too early/);
  });

  it("UTF-16 and Latin-1 are named, with the byte", async () => {
    const utf16 = Uint8Array.from(Buffer.from(`\uFEFF${nodes}`, "utf16le"));
    expect((await failure(() => importText(utf16, edges))).message).toMatch(/nodes\.tsv.*UTF-16/);
    const latin = Uint8Array.from(Buffer.from(`${nodes}D:9\tDisease\tM\u00e9ni\u00e8re\n`, "latin1"));
    const error = await failure(() => importText(latin, edges));
    expect(error.message).toMatch(new RegExp(`line 6: not UTF-8.*byte ${latin.indexOf(0xe9)}\\b`));
  });

  it("bytes after a gzip that are none are counted", async () => {
    const packed = new Uint8Array(Buffer.concat([gzipSync(nodes), Buffer.from("<html>")]));
    expect((await failure(() => importText(packed, edges))).message).toMatch(/nodes\.tsv: 6 bytes after the end of the gzip/);
  });

  it("a file with an endless line, or a new type in every row, is refused before it fills the memory", async () => {
    const endless = await failure(() => importText(head + "x".repeat(1_200_000), edges));
    expect(endless).toMatchObject({ code: "file-malformed", place: { file: "nodes.tsv", line: 2 } });
    const swapped = head + Array.from({ length: 3000 }, (_, i) => `${i}\tname ${i}\tDisease`).join("\n");
    expect((await failure(() => importText(swapped, edges))).message).toMatch(/right order/);
  });

  it("a filter that leaves nothing says so", async () => {
    const error = await failure(() => importText(nodes, edges, { types: ["Gene"] }));
    expect(error).toMatchObject({ code: "file-empty", place: { file: "nodes.tsv" } });
  });

  it("leaves the graph that was there before as it was", async () => {
    const store = memoryGraphStore();
    await importText(nodes, edges, {}, store);
    await failure(() => importText(nodes, `${edgeHead}D:1\ttreats\tX:9\n`, {}, store));
    expect((await store.list())[0]?.nodes[0]).toEqual({ type: "Disease", count: 2 });
  });
});

describe("stopping", () => {
  const names = Array.from({ length: 30_000 }, (_, i) => `name ${i}`);
  const files = () => ({ nodes: fileOf("nodes.tsv", nodesFile({ Disease: names })), edges: fileOf("edges.tsv", edges) });

  it("by the signal: `aborted`, and nothing is imported", async () => {
    const store = memoryGraphStore();
    const controller = new AbortController();
    const run = async () => {
      for await (const event of importTsv(files(), options, store, controller.signal))
        if (event.type === "progress") controller.abort();
    };
    expect((await failure(run)).code).toBe("aborted");
    expect(await store.list()).toEqual([]);
  });

  it("by leaving the loop: what was written is discarded", async () => {
    const store = memoryGraphStore();
    let discarded = 0;
    const watched = {
      ...store,
      write: async () => {
        const writer = await store.write();
        const discard = () => {
          discarded++;
          return writer.discard();
        };
        return { ...writer, discard };
      },
    };
    for await (const _ of importTsv(files(), options, watched, new AbortController().signal)) break;
    expect(discarded).toBe(1);
    expect(await store.list()).toEqual([]);
  });
});

describe("the files as people have them", () => {
  const imported = async (n: string | Uint8Array<ArrayBuffer>, e: string) => {
    const { store } = await importText(n, e);
    const [manifest] = await store.list();
    const graph = columnGraph((await store.open("g"))!);
    const named = await graph.at(diseases, [0, 1]);
    return { ...describeGraph(manifest!), names: named.map((t) => t.entities[0]?.name), first: named[0] };
  };
  const two = "D:1\tDisease\tgout\nD:2\tDisease\tasthma\n";
  const link = "src\trelation\tdst\nD:1\tresembles\tD:2\n";

  it("gzip of several members, as bgzip and cat write it", async () => {
    const members = ["id\ttype\tna", "me\nD:1\tDisease\tgou", "", "t\nD:2\tDisease\tasthma\n"].map((part) => gzipSync(part));
    const { names } = await imported(new Uint8Array(Buffer.concat([...members, Buffer.alloc(100)])), link);
    expect(names).toEqual(["gout", "asthma"]);
  });

  it.each([
    ["head\trelation\ttail\tsource\tlicence", "D:1\tresembles\tD:2\tmine\tCC0"],
    ["Subject\tPredicate\tObject", "D:1\tresembles\tD:2"],
    ["relation\tto\tfrom", "resembles\tD:2\tD:1"],
    ["source\ttarget\trelationship", "D:1\tD:2\tresembles"],
    ["head\trelation\ttail\ttarget", "D:1\tresembles\tD:2\tx"],
  ])("edges with the header %j", async (header, row) => {
    const { store } = await importText(`id\ttype\tname\n${two}`, `${header}\n${row}\n`);
    const graph = columnGraph((await store.open("g"))!);
    const query = { kind: "edges", relation: "resembles", head: "Disease", tail: "Disease" } as const;
    expect((await graph.at(query, [0]))[0]?.entities.map((e) => e.name)).toEqual(["gout", "asthma"]);
  });

  it("a source in a column of its own stays where the row is from", async () => {
    const { provenance } = await imported(`id\ttype\tname\n${two}`, "head\trelation\ttail\tsource\nD:1\tresembles\tD:2\tmine\n");
    expect(provenance.map((p) => p.source)).toEqual(["my file", "mine"]);
  });

  it.each([
    ["commas", 'id,type,name\nD:1,Disease,"gout, acute"\nD:2,Disease,"the ""lazy"" eye"\n', ["gout, acute", 'the "lazy" eye']],
    ["semicolons", "id;type;name\nD:1;Disease;gout, acute\nD:2;Disease;asthma\n", ["gout, acute", "asthma"]],
    ["quoted headers", '"id","type","name"\n"D:1","Disease","gout"\n"D:2","Disease","asthma"\n', ["gout", "asthma"]],
    [
      "tabs and line ends in quotes",
      'id\ttype\tname\nD:1\tDisease\t"gout\tof the\ntoe"\nD:2\tDisease\tasthma\n',
      ["gout of the toe", "asthma"],
    ],
    [
      "quotes that belong to the name",
      'id\ttype\tname\nD:1\tDisease\t"lazy" eye\nD:2\tDisease\t5" tumour\n',
      ['"lazy" eye', '5" tumour'],
    ],
    ["quotes that would join rows", 'id\ttype\tname\nD:1\tDisease\t"gout\nD:2\tDisease\tasthma"\n', ['"gout', 'asthma"']],
    ["a quote that is not closed", 'id\ttype\tname\nD:1\tDisease\tgout\nD:2\tDisease\t"asthma\n', ["gout", '"asthma']],
    [
      "a quote that would end in the first cell of the next row",
      'name\ttype\tid\ngout\tDisease\t"D:1\nasthma"\tDisease\tD:2\ncough\tDisease\tD:1\n',
      ["gout", 'asthma"'],
      "src\trelation\tdst\nD:2\tresembles\tD:1\n",
    ],
    ["carriage returns alone", "id\ttype\tname\rD:1\tDisease\tgout\rD:2\tDisease\tasthma\r", ["gout", "asthma"]],
    ["carriage returns and quotes", 'id\ttype\tname\r\nD:1\tDisease\t"gout"\r\n\r\nD:2\tDisease\t"asthma"', ["gout", "asthma"]],
    [
      "blank lines and a byte order mark before the header",
      "\uFEFF\n\nID\tTYPE\tNAME\nD:1\tDisease\tgout\nD:2\tDisease\tasthma",
      ["gout", "asthma"],
    ],
    ["other names for the columns", "node_id\tcategory\tlabel\nD:1\tDisease\tgout\nD:2\tDisease\tasthma\n", ["gout", "asthma"]],
  ] as [string, string, string[], string?][])("%s", async (_, n, names, e = link) => {
    expect((await imported(n, e)).names).toEqual(names);
  });

  it("reads rows with open quotes alike wherever the stream is cut", async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `N:${i}\t${i % 7 === 0 ? '"' : ""}name ${i}\tDisease`);
    const table = `id\tname\ttype\r\n${rows.join("\r\n")}\r\n`;
    const graph = await graphFrom(table, "src\trelation\tdst\nN:0\tresembles\tN:1\n");
    const names = [];
    for await (const some of graph.names(["Disease"])) names.push(...some.flat());
    expect(names).toEqual(rows.map((row) => row.split("\t")[1]));
  });

  it("counts lines right after cells of several lines", async () => {
    const bad = 'id\ttype\tname\nD:1\tDisease\t"gout\n\n"\nD:2\tDisease\n';
    expect((await failure(() => importText(bad, link))).place.line).toBe(5);
  });

  it("counts what is left out, by reason", async () => {
    const more = `id\ttype\tname\n${two}D:3\tDisease\tNaN\nD:4\tDisease\tNULL\nD:5\tDisease\tN/A\nS:1\tSymptom\tcough\n`;
    const links = `${link}D:3\tresembles\tD:1\nD:2\tpresents\tS:1\nD:1\ttreats\tD:2\n`;
    const { store } = await importText(more, links, { types: ["Disease"], relations: ["resembles", "presents"] });
    expect(describeGraph((await store.list())[0]!).leftOut).toEqual({
      "no-name": 3,
      "type-not-chosen": 1,
      "end-left-out": 2,
      "relation-not-chosen": 1,
    });
    expect(describeGraph((await (await importText(`id\ttype\tname\n${two}`, link)).store.list())[0]!)).not.toHaveProperty(
      "leftOut",
    );
  });
});

describe("synonyms", () => {
  const rows = "id\ttype\tname\tsynonyms\nD:1\tDisease\tgout\tpodagra|gouty arthritis | gout|NaN\nD:2\tDisease\tasthma\t\n";
  const link = "src\trelation\tdst\nD:1\tresembles\tD:2\n";

  it("are names of their node, and no topics", async () => {
    const graph = await graphFrom(rows, link);
    const names = [];
    for await (const some of graph.names(["Disease"])) names.push(...some);
    expect(names).toEqual([["gout", "podagra", "gouty arthritis"], ["asthma"]]);
    expect(await graph.count(diseases)).toBe(2);
    expect((await graph.at(diseases, [0]))[0]?.entities).toEqual([{ id: "D:1", name: "gout", type: "Disease" }]);
  });

  it("are absent from a graph that was stored before there were any", async () => {
    const { store } = await importText(nodes, edges);
    const { manifest, ...reads } = (await store.open("g"))!;
    const { version: _, ...before } = manifest;
    const graph = columnGraph({ manifest: before, ...reads });
    const names = [];
    for await (const some of graph.names(["Disease", "Symptom"])) names.push(...some);
    expect(names).toEqual([["gout"], ["asthma"], ["cough"]]);
    expect(Object.keys(await reads.chunk("node\tDisease", 0)).sort()).toEqual(["ids", "names", "provenance"]);
  });
});
