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
    ["commas for tabs", "id,type,name\n", edges, "file-malformed", "nodes.tsv", 1, /separated by tabs/],
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
    expect((await failure(() => importText(binary, edges))).message).toMatch(/nodes\.tsv, line 1: not UTF-8/);
    const packed = new Uint8Array(gzipSync(nodes).subarray(0, 40));
    expect((await failure(() => importText(packed, edges))).message).toMatch(/nodes\.tsv, line 1: the gzip stream is broken/);
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
