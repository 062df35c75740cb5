// KGPC's generation half: mentions change to names of the graph, spans with them, and nothing else; the run ends where nothing new is left.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { kgpc, withOtherNames } from "../../../src/generate/kgpc.ts";
import { lightner } from "../../../src/generate/lightner.ts";
import type { LogEntry } from "../../../src/generate/log.ts";
import { generate } from "../../../src/generate/run.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";
import { suits, trainingMethodOf } from "../../../src/generate/sources.ts";
import { knowledgeOf } from "../../../src/knowledge/topic.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";
import { memoryRunStore } from "./memory-run-store.ts";

const names = ["gout", "portal hypertension", "migraine without aura"];
const alternatives = { Disease: { fever: names, "renal failure": ["asthma"] } };

function marked(text: string): TokenExample {
  const spans: TokenExample["spans"][number][] = [];
  let plain = "";
  for (const [i, part] of text.split(/[[\]]/).entries()) {
    if (i % 2 === 1) spans.push({ start: plain.length, end: plain.length + part.length, label: "Disease" });
    plain += part;
  }
  return { kind: "token", text: plain, spans };
}

const [two, unknown, adjacent] = [
  marked("A [fever], then [renal failure] and the [fever] again."),
  marked("No [xyzzy] here."),
  marked("[fever][renal failure]"),
];

describe("withOtherNames", () => {
  it("replaces each mention by a name for it, the same wherever it stands, and leaves the rest", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const made = withOtherNames(two, alternatives, rng("kgpc", i)) as TokenExample;
      const surfaces = made.spans.map(({ start, end }) => made.text.slice(start, end));
      expect(names).toContain(surfaces[0]);
      expect(surfaces.slice(1)).toEqual(["asthma", surfaces[0]]);
      expect(made.text).toBe(`A ${surfaces[0]}, then asthma and the ${surfaces[0]} again.`);
      expect(made.spans.map(({ label }) => label)).toEqual(["Disease", "Disease", "Disease"]);
      seen.add(surfaces[0] as string);
    }
    expect([...seen].sort()).toEqual([...names].sort());
  });

  it("keeps spans that touch apart", () => {
    const made = withOtherNames(adjacent, { Disease: { fever: ["gout"], "renal failure": ["asthma"] } }, rng(1)) as TokenExample;
    expect(made).toEqual(marked("[gout][asthma]"));
  });

  it("leaves a mention alone that has no other name, and an example of another shape", () => {
    expect(withOtherNames(unknown, alternatives, rng(1))).toEqual(unknown);
    expect(withOtherNames(two, undefined, rng(1))).toEqual(two);
    const sentence = { kind: "sentence", text: "fever", labels: [] } as const;
    expect(withOtherNames(sentence, alternatives, rng(1))).toBe(sentence);
  });
});

describe("the source", () => {
  const config: RunConfig = {
    task: "bc5cdr-disease",
    source: { kind: "kgpc" },
    seed: 3,
    size: 30,
    examples: "-",
    knowledge: "-",
  };

  async function run(demonstrations: readonly TokenExample[]): Promise<LogEntry[]> {
    const store = memoryRunStore();
    const knowledge = knowledgeOf({ topics: {}, styles: [], lexicon: [], alternatives });
    const ports = { task: bc5cdrDisease, source: kgpc as never, tools: {}, store, demonstrations, gold: [], knowledge };
    for await (const _ of generate(config, ports, new AbortController().signal));
    const entries: LogEntry[] = [];
    for await (const entry of store.read(await runId(config))) entries.push(entry);
    return entries;
  }

  it("makes every other sentence that the names allow, each once, and ends", async () => {
    const accepted = (await run([two, unknown])).filter((entry) => entry.type === "accepted");
    expect(new Set(accepted.map(({ example }) => (example as TokenExample).text)).size).toBe(3);
    expect(accepted).toHaveLength(3); // three names for fever, one for the other; nothing for the second sentence
    for (const { origin } of accepted) expect(origin).toEqual({ kind: "derived", from: [0], by: "kgpc" });
  });

  it("makes nothing where the graph knows no mention", async () => {
    expect((await run([unknown])).filter((entry) => entry.type === "accepted")).toEqual([]);
  });
});

describe("both sources", () => {
  it("are for named entities alone, and no other task", () => {
    for (const task of tasks) {
      expect(suits({ kind: "kgpc" }, task), task.id).toBe(task.family === "ner");
      expect(suits({ kind: "lightner" }, task), task.id).toBe(task.family === "ner");
    }
  });

  it("are ways of training; LightNER makes no text beside it", async () => {
    expect(trainingMethodOf({ kind: "kgpc" })).toEqual({ kind: "kgpc" });
    expect(trainingMethodOf({ kind: "lightner" })).toMatchObject({ kind: "lightner", batchSize: 3, epochs: 30 });
    expect(lightner.extent(5000, 10, 10)).toBe(0);
    expect(kgpc.extent(5000, 10, 10)).toBe(5000);
  });
});
