// A run as a capsule: out and in it is the same run; whatever was changed, cut, added or taken away is named.

import { describe, expect, it } from "vitest";
import { checkCapsule, writeCapsule } from "../../../src/formats/capsule.ts";
import { readZip, writeZip, type ZipContent } from "../../../src/formats/zip.ts";
import { openCapsule, runCapsule } from "../../../src/report/capsule.ts";
import { graphFrom } from "../knowledge/rows.ts";
import { entries, sampleRecord, shown, tested } from "./sample-record.ts";

const never = new AbortController().signal;
const record = await sampleRecord();
const written = { rows: true, writtenAt: Date.UTC(2025, 5, 1) };
const capsule = await runCapsule("run.zip", record, written, never);
const bytes = new Uint8Array(await capsule.arrayBuffer());

async function unzipped(zip: Blob): Promise<ZipContent[]> {
  const found = await readZip(zip, "run.zip", { entries: 100, bytes: 1e8 });
  return Promise.all(found.map(async ({ path, stream }) => ({ path, content: await new Response(stream()).blob() })));
}

const files = await unzipped(capsule);
const rezipped = (contents: readonly ZipContent[]) => writeZip("run.zip", contents, never);
const named = async (zip: Blob) => (await openCapsule(zip, "run.zip")).faults.map(({ file }) => file);

/** The capsule with other contents of one file, sealed anew: as its own program might have written it. */
async function forged(path: string, change: (json: never) => unknown): Promise<Blob> {
  const others = files.filter((file) => file.path !== "manifest.json");
  const changed = others.map(async (file) =>
    file.path === path
      ? { path, content: new Blob([JSON.stringify(change(JSON.parse(await file.content.text()) as never))]) }
      : file,
  );
  return writeCapsule("run.zip", {}, await Promise.all(changed), never);
}

describe("a capsule", () => {
  it("gives back the run that was put in, and writes the same bytes again", async () => {
    const opened = await openCapsule(capsule, "run.zip");
    expect(opened.faults).toEqual([]);
    expect(opened.record).toEqual(record);
    expect(opened.manifest?.facts).toMatchObject({ rows: true, task: "bc5cdr-disease", writtenAt: "2025-06-01T00:00:00.000Z" });
    const again = await runCapsule("run.zip", opened.record as typeof record, written, never);
    expect(new Uint8Array(await again.arrayBuffer())).toEqual(bytes);
  });

  it("holds everything of the run, and what can be read without Clinfuse", () => {
    expect(files.map(({ path }) => path).sort()).toEqual(
      [
        ...["README.txt", "manifest.json", "models.json", "plan.json", "report.html", "analysis/analysis.json"],
        ...["data/rows.json", "data/synthetic.jsonl", "generation/log.json", "generation/run.json"],
        ...["graph/edges.tsv", "graph/nodes.tsv", "knowledge/answers.json", "knowledge/knowledge.json"],
        ...["training/history.json", "training/predictions.json", "training/scores.json", "training/training.json"],
      ].sort(),
    );
  });

  it("keeps the graph's part with its licences as an import reads it", async () => {
    const text = async (path: string) => (await files.find((file) => file.path === path)?.content.text()) ?? "";
    expect(await text("graph/nodes.tsv")).toBe(
      "id\ttype\tname\tsource\tlicence\nDOID:1\tDisease\tasthma\tHetionet\tCC0-1.0\nHP:2\tSymptom\tfever\tHetionet\tCC0-1.0\n",
    );
    expect(await text("graph/edges.tsv")).toContain("DOID:1\tpresents\tHP:2\tHetionet\tCC0-1.0\n");
    const graph = await graphFrom(await text("graph/nodes.tsv"), await text("graph/edges.tsv"));
    const presents = { kind: "edges", relation: "presents", head: "Disease", tail: "Symptom" } as const;
    expect((await graph.at(presents, [0]))[0]).toMatchObject({ provenance: { source: "Hetionet", licence: "CC0-1.0" } });
  });
});

describe("a changed capsule", () => {
  it.each(files.map(({ path }) => path))("names %s when one byte of it is another", async (path) => {
    for (const share of [0, 0.5, 1]) {
      const changed = files.map(async (file) => {
        if (file.path !== path) return file;
        const content = new Uint8Array(await file.content.arrayBuffer());
        const at = Math.min(content.length - 1, Math.floor(share * content.length));
        content[at] = (content[at] as number) ^ 1;
        return { path, content: new Blob([content]) };
      });
      expect(await named(await rezipped(await Promise.all(changed)))).toContain(path);
    }
  });

  it("is never opened as whole when any byte of its contents differs, wherever in the zip", async () => {
    for (let at = 0; at < bytes.length; at += 997) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 0x20;
      const { record: read, faults } = await openCapsule(new Blob([changed]), "run.zip");
      if (faults.length === 0) expect(read).toEqual(record); // a byte that carries nothing, such as a date
    }
  });

  it("is named when it is cut, at each kilobyte", async () => {
    for (let end = 0; end < bytes.length; end += 1024) {
      const { faults, record: read } = await openCapsule(new Blob([bytes.slice(0, end)]), "cut.zip");
      expect(read).toBeUndefined();
      expect(faults.map(({ file }) => file)).toEqual(["cut.zip"]);
    }
  });

  it("lists what is missing, what is not its own, and what is there twice", async () => {
    const scores = "training/scores.json";
    expect((await openCapsule(await rezipped(files.filter(({ path }) => path !== scores)), "run.zip")).faults).toEqual([
      { file: scores, what: "is missing" },
    ]);
    const foreign = { path: "notes/secret.txt", content: new Blob(["x"]) };
    const added = await openCapsule(await rezipped([...files, foreign]), "run.zip");
    expect(added.faults).toEqual([{ file: foreign.path, what: "is not of this capsule: the manifest does not name it" }]);
    expect(added.record).toEqual(record);
    expect(await named(await rezipped([...files, files[3] as ZipContent]))).toEqual([files[3]?.path]);
  });

  it("of another version, of another program and no zip at all is told so", async () => {
    const manifest = files[0] as ZipContent;
    const with_ = async (change: (text: string) => string) =>
      rezipped([{ ...manifest, content: new Blob([change(await manifest.content.text())]) }, ...files.slice(1)]);
    const what = async (zip: Blob) =>
      (await openCapsule(zip, "run.zip")).faults.map((fault) => `${fault.file} ${fault.what}`).join("; ");
    expect(await what(await with_((text) => text.replace('"version": 1', '"version": 2')))).toBe(
      "manifest.json is of version 2 of the format; this Clinfuse reads version 1",
    );
    expect(await what(await with_((text) => text.replace("clinfuse-capsule", "other")))).toContain(
      "is not the manifest of a capsule",
    );
    expect(await what(await with_(() => "{"))).toBe("manifest.json is no JSON");
    expect(await what(await rezipped(files.slice(1)))).toContain("run.zip has no manifest.json");
    expect(await what(new Blob(["no zip"]))).toContain("run.zip it is no zip archive");
  });

  it("stops at the limits, whatever the manifest says", async () => {
    const tight = { entries: 100, bytes: 2000 };
    expect((await checkCapsule(capsule, "run.zip", tight)).faults[0]?.what).toContain("at most 2000 bytes are read");
    expect((await checkCapsule(capsule, "run.zip", { entries: 3, bytes: 1e8 })).faults[0]?.what).toContain("at most 3 files");
  });
});

describe("a capsule with fitting hashes and values that cannot be", () => {
  const cases: readonly (readonly [string, string, (json: never) => unknown])[] = [
    [
      "a task that there is not",
      "plan.json",
      (plan: { config: object }) => ({ ...plan, config: { ...plan.config, task: "none" } }),
    ],
    [
      "a source that there is not",
      "plan.json",
      (plan: { config: object }) => ({ ...plan, config: { ...plan.config, source: { kind: "x" } } }),
    ],
    ["a list in place of the plan", "plan.json", () => []],
    [
      "a span outside of its text",
      "data/rows.json",
      (rows: object) => ({ ...rows, test: [{ ...tested, spans: [{ start: 0, end: 999, label: "Disease" }] }] }),
    ],
    [
      "rows of another shape",
      "data/rows.json",
      (rows: object) => ({ ...rows, test: [{ kind: "pair", first: "a", second: "b", label: "c" }] }),
    ],
    ["a score that is no number", "training/scores.json", () => ({ few: { values: { f1: "0.9" }, perLabel: {}, examples: 1 } })],
    ["a stage that there is not", "training/scores.json", () => ({ third: { values: {}, perLabel: {}, examples: 1 } })],
    ["an analysis without its measures", "analysis/analysis.json", () => ({ real: {}, synthetic: [{}] })],
    ["a prompt that goes on from none", "generation/log.json", (log: object) => ({ ...log, prefixes: [] })],
    [
      "attempts out of order",
      "generation/log.json",
      (log: { entries: object[] }) => ({ ...log, entries: log.entries.toReversed() }),
    ],
    ["no JSON at all", "knowledge/knowledge.json", () => undefined],
  ] as never;

  it.each(cases)("%s: a fault of that file, and no run", async (_, path, change) => {
    const opened = await openCapsule(await forged(path, change), "run.zip");
    expect(opened.record).toBeUndefined();
    expect(opened.faults.map(({ file }) => file)).toEqual([path]);
    expect(opened.faults[0]?.what.length).toBeGreaterThan(10);
  });
});

const bare = await runCapsule("run.zip", record, { ...written, rows: false }, never);
const bareTexts = await Promise.all((await unzipped(bare)).map(({ content }) => content.text()));

describe("a capsule without the real rows", () => {
  const all = bareTexts.join("\n");

  it("holds no real text, whichever file it stood in, nor a name that was read from one", () => {
    for (const text of [shown.text, tested.text, "severe gout", "[[gout]]", "podagra", "61 years", "migraine"]) {
      expect(all).not.toContain(text);
    }
    expect(all).toContain("treated for vertigo");
  });

  it("says in its report what is not in it, and no wrong counts", async () => {
    const report = (await (await openCapsule(bare, "run.zip")).files.get("report.html")?.text()) ?? "";
    expect(report).toContain("on 3 synthetic examples.");
    expect(report).not.toContain("has gone on since"); // the third of them is a real text
    expect(report).toContain("1 other of the run is not in this copy");
    expect(report).not.toMatch(/0 real examples|0 to test/);
    expect(report).not.toContain('<th scope="col" class="n">Test</th>');
  });

  it("opens with its scores, and says what was left out", async () => {
    const opened = await openCapsule(bare, "run.zip");
    expect(opened.faults).toEqual([]);
    expect(opened.manifest?.facts).toMatchObject({ rows: false, examplesLeftOut: 1 });
    expect(opened.record?.notebook.training?.results.synthetic?.scores.values.f1).toBe(0.625);
    expect(opened.record?.log?.entries.length).toBe(entries.length - 1);
    expect(opened.record?.analysis?.synthetic[0]?.leakage.texts).toEqual(
      record.analysis?.synthetic[0]?.leakage.texts.filter((_, i) => i !== 1), // the copy of a real text went
    );
  });
});
