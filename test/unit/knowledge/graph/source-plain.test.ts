// Tables of nodes and edges as tools give them out: names of columns, words of the Biolink Model, scores.

import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../../src/base/errors.ts";
import { memoryGraphStore } from "../../../../src/knowledge/graph-store.ts";
import { type GraphFilter, type GraphInfo, importGraph } from "../../../../src/knowledge/graphs.ts";
import { fileOf, options } from "../rows.ts";

async function imported(files: Readonly<Record<string, string>>, filter: GraphFilter = {}): Promise<GraphInfo> {
  const given = Object.entries(files).map(([name, text]) => fileOf(name, text));
  const events = importGraph(given, { ...options, ...filter }, memoryGraphStore(), new AbortController().signal);
  for await (const event of events) if (event.type === "imported") return event.graph;
  throw new Error("expected a graph");
}

const refused = (files: Readonly<Record<string, string>>): Promise<ClinfuseError> =>
  imported(files).then(
    () => Promise.reject(new Error("expected a refusal")),
    (error) => (error instanceof ClinfuseError ? error : Promise.reject(error)),
  );

const nodes = "id\ttype\tname\nD:1\tDisease\tgout\nR:1\tDrug\tzolmine\n";

describe("tables of nodes and edges", () => {
  it.each([
    ["of Neo4j", "id:ID,name,:LABEL\nD:1,gout,Disease\nR:1,zolmine,Drug\n", ":START_ID,:END_ID,:TYPE\nR:1,D:1,treats\n"],
    [
      "of the Biolink Model",
      "id\tcategory\tname\nD:1\tbiolink:Disease|biolink:NamedThing\tgout\nR:1\tbiolink:Drug\tzolmine\n",
      "id\tsubject\tpredicate\tobject\ne1\tR:1\tbiolink:treats\tD:1\n",
    ],
    [
      "in other order and case",
      "Name\tTYPE\tID\ngout\tDisease\tD:1\nzolmine\tDrug\tR:1\n",
      "TARGET_ID\tSource_ID\tType\nD:1\tR:1\ttreats\n",
    ],
  ])("%s are read by their headers", async (_, own, edges) => {
    const { nodes: types, edges: relations } = await imported({ "nodes.csv": own, "edges.csv": edges });
    expect([types, relations]).toEqual([{ Disease: 1, Drug: 1 }, { treats: 1 }]);
  });

  const scored = (...scores: readonly string[]) => ({
    "nodes.tsv": nodes,
    "edges.tsv": `head\trelation\ttail\tscore\n${scores.map((score) => `R:1\ttreats\tD:1\t${score}\n`).join("")}`,
  });

  it("a score that is absent passes every bound, as an edge without one does", async () => {
    const { edges, leftOut } = await imported(scored("0.9", "1e-1", "", "NA", "-"), { score: 0.5 });
    expect([edges, leftOut]).toEqual([{ treats: 4 }, { "score-too-low": 1 }]);
  });

  it("a score that is no number is told with its line: no bound could be held against it", async () => {
    const error = await refused(scored("0.9", "0,1"));
    expect([error.code, error.place.line, error.message]).toEqual([
      "file-malformed",
      3,
      'edges.tsv, line 3: the score is no number but "0,1"',
    ]);
  });
});

describe("files beside tables", () => {
  it("in a packing that is not undone are told, and the graph is not read without them", async () => {
    const xz = "\u00fd7zXZ\u0000\u0000\u0004";
    const edges = { name: "edges.tsv.xz", data: new Blob([Uint8Array.from(xz, (letter) => letter.charCodeAt(0))]) };
    const events = importGraph([fileOf("nodes.tsv", nodes), edges], options, memoryGraphStore(), new AbortController().signal);
    await expect(events.next()).rejects.toMatchObject({
      code: "file-malformed",
      place: { file: "edges.tsv.xz", remedy: /Unpack/ },
    });
  });

  it.each([["doid.owl", '<?xml version="1.0"?>\n<rdf:RDF></rdf:RDF>\n', /OWL.*choose its \.obo/]])(
    "%s, an ontology in another form than OBO, is called by its name",
    async (name, text, says) => {
      const error = await refused({ [name]: text });
      expect([error.code, error.message]).toEqual(["format-unknown", expect.stringMatching(says)]);
    },
  );
});
