import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../../scripts/kg.ts";
import { writeZip } from "../../../src/formats/zip.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "clinfuse-kg-"));
  const nodes = `id\ttype\tname\tlicence\n${Array.from({ length: 30 }, (_, i) => `D:${i}\tDisease\tname ${i}\tCC0-1.0`).join("\n")}\n`;
  const edges = "head\trelation\ttail\tlicence\nD:1\tresembles\tD:2\tCC BY 4.0\n";
  writeFileSync(join(folder, "nodes.tsv"), nodes);
  writeFileSync(join(folder, "edges.tsv"), edges);
  const files = [
    { path: "graph/nodes.tsv", content: new Blob([nodes]) },
    { path: "graph/edges.tsv", content: new Blob([edges]) },
    { path: "__MACOSX/graph/._nodes.tsv", content: new Blob([new Uint8Array([0, 5, 255])]) },
  ];
  const zip = await writeZip("graph.zip", files, new AbortController().signal);
  writeFileSync(join(folder, "graph.zip"), new Uint8Array(await zip.arrayBuffer()));
  writeFileSync(join(folder, "cut.zip"), new Uint8Array((await zip.arrayBuffer()).slice(0, zip.size - 40)));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function kg(...args: string[]) {
  const lines: string[] = [];
  const remarks: string[] = [];
  const code = await main(
    args.map((arg) => (/^(?!\/).*\.(tsv|zip)$/.test(arg) ? join(folder, arg) : arg)),
    (line) => lines.push(line),
    (line) => remarks.push(line),
  );
  return { code, line: JSON.parse(lines.at(-1) as string), remarks };
}

describe("npm run kg", () => {
  it("counts what a graph holds, with these keys alone", async () => {
    const { code, line } = await kg("nodes.tsv", "edges.tsv");
    expect(code).toBe(0);
    expect(Object.keys(line)).toEqual(["format", "nodes", "edges", "left_out", "licences", "bytes", "seconds", "topics"]);
    expect(line).toMatchObject({ format: "plain", nodes: { Disease: 30 }, edges: { resembles: 1 }, left_out: {}, topics: [] });
    expect(line.licences).toEqual({ "CC0-1.0": 30, "CC BY 4.0": 1 });
  });

  it("reads a zip as it reads its files", async () => {
    const [zipped, files] = [await kg("graph.zip"), await kg("nodes.tsv", "edges.tsv")];
    expect({ ...zipped.line, seconds: 0 }).toEqual({ ...files.line, seconds: 0 });
  });

  it("takes the part around a node, and writes it as tables that are read again and as JSON-LD", async () => {
    const out = join(folder, "out");
    const { line } = await kg("nodes.tsv", "edges.tsv", "--near", "name 1", "--out", out);
    expect(line).toMatchObject({ nodes: { Disease: 2 }, edges: { resembles: 1 }, left_out: { "too-far": 28 } });
    const again = await kg(join("out", "nodes.tsv"), join("out", "edges.tsv"));
    expect(again.line).toMatchObject({ nodes: { Disease: 2 }, edges: { resembles: 1 }, left_out: {}, licences: line.licences });
    expect(JSON.parse(readFileSync(join(out, "graph.jsonld"), "utf8"))["@graph"]).toHaveLength(3);
    const none = await kg("nodes.tsv", "edges.tsv", "--near", "nothing of that name");
    expect(none).toMatchObject({ code: 1, line: { error: { code: "not-found" } } });
  });

  it("draws as many topics as asked, each once, the same by the same seed", async () => {
    const drawn = async (seed: string) => {
      const { line } = await kg("graph.zip", "--query", "ncbi-disease:Disease", "--count", "12", "--seed", seed);
      return line.topics.map((topic: { entities: { id: string }[] }) => topic.entities[0]?.id) as string[];
    };
    const first = await drawn("1");
    expect(new Set(first).size).toBe(12);
    expect(await drawn("1")).toEqual(first);
    expect(await drawn("2")).not.toEqual(first);
  });

  it("draws topics for the file of a task of one's own, label by label", async () => {
    const task = join(folder, "a:task.json");
    const topics = { every: { kind: "nodes", types: ["Disease"] } };
    writeFileSync(
      task,
      JSON.stringify({ name: "Rash", family: "ner", labels: ["Rash", "Fever"].map((name) => ({ name })), topics }),
    );
    const { line } = await kg("nodes.tsv", "edges.tsv", "--query", `${task}:Rash`, "--count", "5");
    expect(line.topics).toHaveLength(5);
    expect((await kg("nodes.tsv", "edges.tsv", "--query", task, "--count", "5")).line.topics).toHaveLength(10);
    const labels = ["Grade:2", "Grade:3"].map((name) => ({ name }));
    writeFileSync(task, JSON.stringify({ name: "Grade", family: "classification", labels, topics }));
    expect((await kg("nodes.tsv", "edges.tsv", "--query", `${task}:Grade:2`, "--count", "3")).line.topics).toHaveLength(3);
    expect((await kg("nodes.tsv", "--query", `${task}:itch`)).line).toMatchObject({ error: { code: "unknown-label" } });
  });

  it("filters, and says what is not there", async () => {
    const { line, remarks } = await kg("nodes.tsv", "edges.tsv", "--licences", "CC0-1.0", "--types", "Disease,Gene");
    expect(line).toMatchObject({ edges: {}, left_out: { "licence-not-chosen": 1 } });
    expect(remarks.join()).toMatch(/"Gene"/);
  });

  it("says how many nodes stay that state no licence, where licences are chosen", async () => {
    writeFileSync(join(folder, "bare.tsv"), "id\ttype\tname\nD:1\tDisease\tgout\nD:2\tDisease\tasthma\n");
    const said = async (...args: string[]) => (await kg("bare.tsv", ...args)).remarks.join();
    expect((await kg("bare.tsv", "--licences", "MIT")).line.nodes).toEqual({ Disease: 2 });
    expect(await said("--licences", "MIT")).toMatch(/^2 nodes that state no licence stayed/);
    expect(await said("--licences", "MIT,not stated")).toBe("");
    expect(await said()).toBe("");
    expect((await kg("nodes.tsv", "edges.tsv", "--licences", "CC0-1.0")).remarks).toEqual([]);
  });

  it.each([
    [["cut.zip"], "file-malformed", "cut.zip"],
    [["/no/such/folder"], "file-missing", "/no/such/folder"],
    [["nodes.tsv", "--query", "ncbi-disease:Gene"], "unknown-label", null],
    [["nodes.tsv", "--query", "no-task"], "not-found", null],
    [[], "file-missing", null],
  ])("%j: an error as JSON, with exit code 1", async (args, code, file) => {
    const { code: exit, line } = await kg(...args);
    expect(exit).toBe(1);
    expect(line).toEqual({ error: { code, message: expect.any(String), file, line: null } });
  });

  it("refuses numbers that are none", async () => {
    await expect(kg("nodes.tsv", "--count", "many")).rejects.toThrow(/--count takes a whole number/);
    await expect(kg("nodes.tsv", "--degree", "0")).rejects.toThrow(/--degree/);
  });

  it("puts two sources together by the ids that they share, counts what does not fit, and writes what came of it", async () => {
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    write(
      "one.obo",
      "format-version: 1.2\n\n[Term]\nid: DOID:1\nname: gout\nxref: MESH:D1\n\n[Term]\nid: DOID:2\nname: asthma\nis_a: DOID:1\n",
    );
    mkdirSync(join(folder, "two"), { recursive: true });
    const type = Object.keys((await kg(join(folder, "one.obo"))).line.nodes)[0];
    write("two/nodes.tsv", `id\ttype\tname\nMESH:D1\t${type}\tpodagra\nDOID:2\tDrug\tasthma\nX:1\tDrug\tcolchicine\n`);
    write("two/edges.tsv", "src\trelation\tdst\nX:1\ttreats\tMESH:D1\n");
    const out = join(folder, "merged");
    const { code, line } = await kg(join(folder, "one.obo"), join(folder, "two"), "--merge", "--out", out);
    expect(code).toBe(0);
    expect(line).toMatchObject({ format: "obo+plain", nodes: { [type as string]: 2, Drug: 2 }, edges: { treats: 1 } });
    expect(line.merged).toEqual({ joined: 1, repeated: 0, conflicts: { "other-type": 1, several: 0, "other-name": 1 } });
    expect(readFileSync(join(out, "nodes.tsv"), "utf8")).toMatch(/^DOID:1\t.*\tgout\t.*podagra/m);
    expect(readFileSync(join(out, "edges.tsv"), "utf8")).toMatch(/^X:1\ttreats\tDOID:1\t/m);
    await expect(kg(join(folder, "one.obo"), "--merge")).rejects.toThrow("--merge takes two paths");
  });
});
