// ClinGen's ablations (Table 3): a prompt never holds what its source leaves out, and the ids of earlier runs stay.

import { describe, expect, it } from "vitest";
import { presetConfig, presetSource } from "../../../src/experiment/presets.ts";
import { knowledgeRequestOf } from "../../../src/experiment/requests.ts";
import { runId } from "../../../src/generate/run-config.ts";
import type { ConfigOf, Writer } from "../../../src/generate/source.ts";
import { needs, sourceOf } from "../../../src/generate/sources.ts";
import { gatherKnowledge } from "../../../src/knowledge/gather.ts";
import type { KnowledgeData, Topic } from "../../../src/knowledge/topic.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import { families } from "../../../src/tasks/families.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { attempted, writerOf } from "./asked.ts";

type Clingen = ConfigOf<"clingen">;
const config = (
  topics: Clingen["topics"],
  styles: Clingen["styles"],
  demonstrations: Writer["demonstrations"] = "shuffled",
): Clingen => ({
  kind: "clingen",
  topics,
  styles,
  marks: "model",
  writer: writerOf(demonstrations),
});

const ofEachFamily = [...new Map(tasks.map((task) => [task.family, task])).values()];
const topic = (task: Task, name: string, source: Topic["source"]): Topic => ({
  entities: [{ name, type: "X" }, ...(families[task.family].topic === "pair" ? [{ name: `${name} tail`, type: "Y" }] : [])],
  source,
});
const knowledgeFor = (task: Task): KnowledgeData => ({
  topics: Object.fromEntries(
    task.labels.map(({ id }) => [
      id,
      [...["kg one", "kg two", "kg three"].map((n) => topic(task, n, "kg")), topic(task, "llm one", "llm")],
    ]),
  ),
  styles: [{ name: "ship's log", source: "user" }],
  lexicon: [],
});

describe.each(ofEachFamily.map((task) => [task.family, task] as const))("%s", (_, task) => {
  const knowledge = knowledgeFor(task);

  it.each(["shuffled", "fixed", "none"] as const)("leaves out exactly what it says, demonstrations %s", async (mode) => {
    const prompts = async (of: Clingen) => (await attempted(0, { task, config: of, knowledge })).prompts.join("\n");
    const all = await prompts(config("kg", "paper", mode));
    expect(all).toMatch(/kg (one|two|three)/);
    expect(all).toContain("the style of ship's log");
    const withoutStyles = await prompts(config("kg", "none", mode));
    expect(withoutStyles).toMatch(/kg (one|two|three)/);
    expect(withoutStyles).not.toMatch(/style|ship's log/);
    const withoutTopics = await prompts(config("none", "paper", mode));
    expect(withoutTopics).toContain("the style of ship's log");
    expect(withoutTopics).not.toMatch(/kg |llm one|mention the|subtopic|relevant to/);
    const withoutBoth = await prompts(config("none", "none", mode));
    expect(withoutBoth).not.toMatch(/kg |llm one|style|ship's log|\n\d\. /);
  });

  it("numbers the items that are left without a gap", async () => {
    for (const of of [config("kg", "none", "none"), config("none", "paper", "none"), config("kg", "paper", "none")]) {
      const [prompt = ""] = (await attempted(0, { task, config: of, knowledge })).prompts;
      const numbers = [...prompt.matchAll(/^(\d)\. /gm)].map(([, n]) => Number(n));
      expect(numbers).toEqual(numbers.map((_, i) => i + 1));
      expect(numbers.length).toBeGreaterThan(0);
    }
  });

  it("draws from both origins about as often, however long their lists are", async () => {
    const names = await Promise.all(
      Array.from({ length: 400 }, async (_, i) => {
        const { made } = await attempted(i * task.labels.length, { task, config: config("both", "none", "none"), knowledge });
        return made?.origin.kind === "prompted" ? made.origin.topic?.source : undefined;
      }),
    );
    const ofModel = names.filter((source) => source === "llm").length;
    expect(ofModel).toBeGreaterThan(150);
    expect(ofModel).toBeLessThan(250);
  }, 60_000);
});

describe("the ids of runs", () => {
  const run = (source: Clingen) => ({ task: "mqp", source, seed: 1, size: 5, examples: "e", knowledge: "k" });

  it("stay as they were for the origins that there were", async () => {
    // Computed by the version before: origins have no part in it.
    const ids = await Promise.all(
      [config("kg", "paper"), config("llm", "paper"), config("kg", "llm")].map((of) => runId(run(of))),
    );
    expect(new Set(ids)).toEqual(new Set(["378809f5a35ebb4c"]));
  });

  it("differ for every origin that draws otherwise", async () => {
    const all = (["kg", "both", "none"] as const).flatMap((topics) =>
      (["paper", "none"] as const).map((styles) => config(topics, styles)),
    );
    expect(new Set(await Promise.all(all.map((of) => runId(run(of))))).size).toBe(all.length);
  });
});

describe("gathering", () => {
  it("asks for what the source draws, and for nothing else", async () => {
    expect(needs(config("none", "none"), "graph")).toBe(false);
    expect(needs(config("none", "llm"), "suggestions")).toBe(true);
    expect(needs(config("both", "none"), "graph") && needs(config("both", "none"), "suggestions")).toBe(true);
    const asked = knowledgeRequestOf(presetConfig("small", { task: "mqp", source: config("none", "none") }), []);
    const ports = {
      model: () => {
        throw new Error("no model was to be asked");
      },
    };
    const events = [];
    for await (const event of gatherKnowledge(asked as never, ports, new AbortController().signal)) events.push(event);
    expect(events).toEqual([{ type: "gathered", knowledge: { topics: {}, styles: [], lexicon: [] } }]);
  });

  it("keeps the keys of knowledge that was gathered before: no field is new where styles are there", () => {
    const source = presetSource("small", "clingen");
    const asked = knowledgeRequestOf(presetConfig("small", { task: "mqp", source }), []);
    expect(Object.keys(asked ?? {}).sort()).toEqual(
      ["demonstrations", "graph", "seed", "suggestStyles", "task", "topicCount", "topicLists", "topics"].sort(),
    );
  });

  it("names each config by what it draws", () => {
    const title = (of: Clingen) => sourceOf(of).title(of);
    expect(title(config("kg", "llm"))).toBe("ClinGen with KG");
    expect(title(config("both", "none"))).toBe("ClinGen with KG and LLM, w/o Styles");
  });
});
