// Topics and styles of a batch: asked many at once, they come to the same knowledge as asked one after the other.

import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { rng } from "../../../src/base/rng.ts";
import type { Completion, CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import { gatherRecorded } from "../../../src/generate/batch-knowledge.ts";
import type { Answer, NamedRequest } from "../../../src/generate/recorded-model.ts";
import { gatherKnowledge, type KnowledgeRequest } from "../../../src/knowledge/gather.ts";
import type { KnowledgeData } from "../../../src/knowledge/topic.ts";

const never = new AbortController().signal;
const request: KnowledgeRequest = {
  task: "hoc",
  graph: "starter",
  topics: "llm",
  topicCount: 40,
  topicLists: "free",
  suggestStyles: true,
  demonstrations: ["one", "two", "three"].map((text) => ({ kind: "sentence", text, labels: ["angiogenesis"] }) as never),
  seed: 3,
};

const syllables = ["ka", "lo", "mi", "ne", "pu", "ra", "si", "to", "vu", "za"];

/** Twelve names an answer, drawn by the seed from so few that they repeat; styles for the other question. */
function said({ messages, seed }: CompletionRequest): Completion {
  const stream = rng("said", seed);
  const name = () => Array.from({ length: 3 }, () => syllables[stream.int(syllables.length)]).join("");
  const asksTopics = messages[0]?.content.includes("list 100 entities");
  const items = Array.from({ length: asksTopics ? 12 : 3 }, (_, i) => `${i + 1}. ${asksTopics ? name() : `${name()} journals`}`);
  return { text: items.join("\n"), finish: "stop", promptTokens: 1, completionTokens: 1 };
}

async function asked(of: KnowledgeRequest): Promise<{ knowledge: KnowledgeData; questions: number }> {
  let questions = 0;
  const model: LanguageModel = {
    id: "m",
    contextTokens: 1e6,
    slots: 1,
    deterministic: true,
    async complete(question) {
      questions++;
      return said(question);
    },
    close: async () => undefined,
  };
  for await (const event of gatherKnowledge(of, { model: () => model }, never)) {
    if (event.type === "gathered") return { knowledge: event.knowledge, questions };
  }
  throw new Error("nothing was gathered");
}

const ports = { name: "plan", model: "m", graph: undefined };

/** Files until the knowledge is there. `skip` leaves some questions of a file without an answer, for the next one. */
async function recorded(of: KnowledgeRequest, skip: (at: number) => boolean = () => false) {
  const answers = new Map<string, Answer>();
  const files: (readonly NamedRequest[])[] = [];
  for (;;) {
    const found = await gatherRecorded(of, ports, { asked: new Map(), answers }, never);
    if ("knowledge" in found) return { ...found, files };
    files.push(found.unanswered);
    if (files.length > 100) throw new Error("it does not end");
    const now = found.unanswered.filter((_, at) => found.unanswered.length === 1 || !skip(at));
    for (const { id, request: question } of now) answers.set(id, { kind: "answered", ...said(question) });
  }
}

describe("knowledge of a batch", () => {
  it("is that of one question after the other, in few files that each ask every list", async () => {
    const one = await asked(request);
    const { knowledge, files } = await recorded(request);
    expect(knowledge).toEqual(one.knowledge);
    expect(Object.keys(knowledge.topics)).toHaveLength(10);
    expect(one.questions).toBeGreaterThan(40);
    expect(files.length).toBeLessThanOrEqual(4);
    const types = new Set(files[0]?.map(({ request: { messages } }) => messages[0]?.content));
    expect(types.size).toBeGreaterThanOrEqual(10);
  });

  it("doubles its questions of a long list from file to file", async () => {
    const long = { ...request, topicCount: 200 };
    const one = await asked(long);
    const { knowledge, files } = await recorded(long);
    expect(knowledge).toEqual(one.knowledge);
    expect(one.questions).toBeGreaterThan(170);
    expect(files.length).toBeLessThanOrEqual(6);
    expect(files.flat().length).toBeLessThan(2 * one.questions);
  });

  it("is the same whatever comes late, and names each question once", async () => {
    const { knowledge } = await asked(request);
    const late = await recorded(request, (at) => at % 3 === 1);
    expect(late.knowledge).toEqual(knowledge);
    const names = new Map<string, string>();
    for (const { id, request: question } of late.files.flat()) {
      const words = JSON.stringify([question.messages, question.seed]);
      expect(names.get(id) ?? words).toBe(words);
      names.set(id, words);
    }
    expect(new Set(names.values()).size).toBe(names.size);
  });

  it("fails as the app does where answers hold nothing, and only once they are all there", async () => {
    const nothing: Answer = {
      kind: "answered",
      text: "As an AI language model, I cannot give medical advice.",
      finish: "stop",
      promptTokens: 1,
      completionTokens: 1,
    };
    const first = await gatherRecorded(request, ports, { asked: new Map(), answers: new Map() }, never);
    if (!("unanswered" in first)) throw new Error("it asked nothing");
    const answers = new Map(first.unanswered.map(({ id }) => [id, nothing]));
    const ended = gatherRecorded(request, ports, { asked: new Map(), answers }, never);
    await expect(ended).rejects.toThrow(ClinfuseError);
    await expect(ended).rejects.toMatchObject({ code: "no-topics" });
  });

  it("waits for an answer that failed, and ends where the prompt was too long", async () => {
    const first = await gatherRecorded(request, ports, { asked: new Map(), answers: new Map() }, never);
    if (!("unanswered" in first)) throw new Error("it asked nothing");
    const [question] = first.unanswered as [NamedRequest];
    const failed = (tooLong: boolean) => new Map<string, Answer>([[question.id, { kind: "failed", why: "no", tooLong }]]);
    const again = await gatherRecorded(request, ports, { asked: new Map(), answers: failed(false) }, never);
    expect(again).toEqual(first);
    const overflown = gatherRecorded(request, ports, { asked: new Map(), answers: failed(true) }, never);
    await expect(overflown).rejects.toMatchObject({ code: "context-overflow" });
  });
});
