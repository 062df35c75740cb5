// Topics from a task's own list: every label's names, each once, in an order that the seed decides.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { gatherKnowledge, type KnowledgeEvent } from "../../../src/knowledge/gather.ts";
import { listTopics } from "../../../src/knowledge/list-topics.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";

const names = Array.from({ length: 40 }, (_, i) => `finding ${i}`);
const taskWith = (json: object) =>
  readTaskJson({ name: "Own", family: "ner", labels: [{ name: "finding" }], ...json }, "task.json").task;
const one = taskWith({ topicList: { every: [...names, "Finding 3"] } });
const drawn = (seed: number, count = 1000) => listTopics(one, count, rng("topics", seed)).finding ?? [];
const namesOf = (topics: ReturnType<typeof drawn>) => topics.map((topic) => topic.entities[0]?.name);

describe("listTopics", () => {
  it("gives every name once, with its origin and its kind", () => {
    expect(
      namesOf(drawn(1))
        .map((name) => name?.toLowerCase())
        .sort(),
    ).toEqual([...names].sort());
    for (const topic of drawn(1)) expect(topic).toMatchObject({ source: "list", entities: [{ type: "findings" }] });
  });

  it("draws uniformly: each name is as likely as the others to come first", () => {
    const firsts = Array.from({ length: 4000 }, (_, seed) => namesOf(drawn(seed, 1))[0]?.toLowerCase());
    const counts = names.map((name) => firsts.filter((first) => first === name).length);
    const expected = firsts.length / names.length;
    const chiSquare = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(72); // 39 degrees of freedom: exceeded by chance once in a thousand
  });

  it("is the same for the same seed, and another for another", () => {
    expect(drawn(1)).toEqual(drawn(1));
    expect(namesOf(drawn(2))).not.toEqual(namesOf(drawn(1)));
  });

  it("gives heads and tails together, and each label its own", () => {
    const labels = [
      { name: "causes", description: "it does" },
      { name: "none", description: "it does not" },
    ];
    const topicList = {
      each: {
        causes: [["lithium", "tremor"]],
        none: [
          ["aspirin", "gout"],
          ["iron", "fever"],
        ],
      },
    };
    const pairs = readTaskJson(
      { name: "Own", family: "relation", head: { word: "drug" }, tail: { word: "symptom" }, labels, topicList },
      "t",
    ).task;
    const topics = listTopics(pairs, 10, rng("topics"));
    expect(topics.causes).toEqual([
      {
        entities: [
          { name: "lithium", type: "drugs" },
          { name: "tremor", type: "symptoms" },
        ],
        source: "list",
      },
    ]);
    expect(topics.none).toHaveLength(2);
  });

  it("refuses a task without a list in words", () => {
    expect(() => listTopics(taskWith({}), 10, rng("topics"))).toThrow("Own has no list of topics");
  });
});

describe("gatherKnowledge", () => {
  it("takes topics from the list, and its names to mark by, without graph and model", async () => {
    const ports = {
      model: () => {
        throw new Error("the model was asked");
      },
    };
    const request = {
      task: one,
      graph: "none",
      topics: "list",
      topicCount: 5,
      suggestStyles: false,
      topicLists: "held",
      demonstrations: [],
      seed: 1,
    } as const;
    const events: KnowledgeEvent[] = [];
    for await (const event of gatherKnowledge(request, ports, new AbortController().signal)) events.push(event);
    const [gathered] = events;
    if (gathered?.type !== "gathered") throw new Error("nothing was gathered");
    expect(gathered.knowledge.topics.finding).toHaveLength(5);
    expect(gathered.knowledge.lexicon).toContain("finding 39");
    expect(gathered.knowledge.styles.map((style) => style.name)).toEqual(one.styles);
  });
});
