// A run past one machine holds the very log that the app writes with the same model, whatever the order in which answers come back.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { LanguageModel, Message } from "../../../src/engines/language-model.ts";
import { openScripted, type Script } from "../../../src/engines/scripted.ts";
import { tourScript } from "../../../src/engines/tour-script.ts";
import { chanceFeedback } from "../../../src/experiment/feedback.ts";
import { presetSource } from "../../../src/experiment/presets.ts";
import { readDataset } from "../../../src/formats/dataset.ts";
import { advance, type Batch, lateNames } from "../../../src/generate/batch.ts";
import type { LogEntry } from "../../../src/generate/log.ts";
import { memoryLog } from "../../../src/generate/memory-log.ts";
import type { Answer, NamedRequest } from "../../../src/generate/recorded-model.ts";
import { generate } from "../../../src/generate/run.ts";
import type { RunConfig } from "../../../src/generate/run-config.ts";
import type { Feedback, SourceConfig } from "../../../src/generate/source.ts";
import { sourceOf } from "../../../src/generate/sources.ts";
import { knowledgeOf, type Topic } from "../../../src/knowledge/topic.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import { blankOf } from "../../../src/tasks/shapes.ts";

const never = new AbortController().signal;
const samples = join(import.meta.dirname, "../../../public/samples");

const topics = ["gout", "asthma", "migraine", "sepsis", "psoriasis"].map(
  (name): Topic => ({ entities: [{ name, type: "Disease" }], source: "kg" }),
);

/** The tour's answers, of which every fourth is thrown away; a label for a question about test items. */
const script: Script = (prompt, stream) => {
  if (stream.int(4) === 0) return "";
  return prompt.endsWith("\nAnswer:") ? stream.pick(["equivalent", "not equivalent"]) : tourScript(prompt, stream);
};
const model = openScripted({ script, contextTokens: 100_000 });

async function batchOf(taskId: string, source: SourceConfig, size: number): Promise<Batch> {
  const task = taskById(taskId);
  const names = ["train_few.jsonl", "dev_few.jsonl", "test.jsonl", "label.txt"];
  const files = new Map(names.map((n) => [n, new Blob([readFileSync(join(samples, task.id, n))])]));
  const { train, test } = await readDataset(task, files, rng("sample"));
  const config: RunConfig = { task: taskId, source, seed: 11, size, examples: "-", knowledge: "-" };
  const knowledge = knowledgeOf({
    topics: Object.fromEntries(task.labels.map((l) => [l.id, topics])),
    styles: [{ name: "medical literature", source: "paper" }],
    lexicon: ["headache"],
  });
  const ports = {
    task,
    source: sourceOf(source),
    demonstrations: train,
    gold: [],
    knowledge,
    items: test.slice(0, size).map(blankOf),
  };
  return { name: "b", config, ports, ratio: 2, feedback: (after, accepted) => chanceFeedback(task, 11, after, accepted) };
}

/** As the app runs it: one machine, one model. */
async function live({ config, ports, feedback }: Batch): Promise<readonly LogEntry[]> {
  const store = memoryLog();
  for (let given: Feedback | undefined; ; ) {
    const ports_ = { ...ports, tools: { model }, store, ...(given ? { feedback: given } : {}) };
    let after: number | undefined;
    for await (const event of generate(config, ports_, never)) if (event.type === "wants-feedback") after = event.after;
    if (after === undefined) return store.entries;
    given = feedback(
      after,
      store.entries.flatMap((entry) => (entry.type === "accepted" ? [entry.example] : [])),
    );
    if (!given) throw new Error("the barrier has no feedback");
  }
}

async function answered(by: LanguageModel, { request }: NamedRequest): Promise<Answer> {
  const { text, finish, promptTokens, completionTokens } = await by.complete(request, never);
  return { kind: "answered", text, finish, promptTokens, completionTokens };
}

interface Drawn {
  readonly asked: Map<string, readonly Message[]>;
  readonly answers: Map<string, Answer>;
}

const nothing = (): Drawn => ({ asked: new Map(), answers: new Map() });

/** Turns until nothing is due. `answer` gives undefined for a request whose answer is lost. */
async function drive(
  batch: Batch,
  { asked, answers }: Drawn = nothing(),
  answer: (request: NamedRequest) => Promise<Answer | undefined> = (request) => answered(model, request),
  order: (due: readonly NamedRequest[]) => readonly NamedRequest[] = (due) => due,
) {
  const turns: (readonly NamedRequest[])[] = [];
  for (;;) {
    const state = await advance(batch, { asked, answers }, never);
    if (state.due.length === 0) return { state, turns, asked, answers };
    turns.push(state.due);
    for (const { id, request } of state.due) asked.set(id, request.messages);
    for (const request of order(state.due)) {
      const found = await answer(request);
      if (found) answers.set(request.id, found);
    }
    if (turns.length > 60) throw new Error("the batch does not end");
  }
}

const writer = { model: "scripted", sampling: { temperature: 1, topP: 1, maxTokens: 60 }, grammar: true };
const clingen: SourceConfig = { ...presetSource("small", "clingen"), writer: { ...writer, demonstrations: "fixed" } };
const progen: SourceConfig = {
  ...presetSource("small", "progen"),
  round: 4,
  influenceFrom: 1000,
  writer: { ...writer, demonstrations: "shuffled" },
};
const backTranslation: SourceConfig = { kind: "back-translation", writer: { ...writer, demonstrations: "none" } };
const inContext: SourceConfig = { ...presetSource("small", "in-context"), writer: { ...writer, demonstrations: "fixed" } };

const cases: readonly [name: string, task: string, source: SourceConfig, size: number][] = [
  ["one turn", "bc5cdr-disease", clingen, 12],
  ["two turns: pairs", "mqp", clingen, 12],
  ["two turns: claim and evidence", "healthver", clingen, 9],
  ["rounds", "hoc", progen, 24],
  ["rounds of two turns", "mqp", progen, 14],
  ["many turns: there and back again", "mqp", backTranslation, 4],
  ["answers to test items", "mqp", inContext, 10],
];

describe.each(cases)("%s", (_, task, source, size) => {
  it("writes the log that the app writes with the same model", async () => {
    const batch = await batchOf(task, source, size);
    const expected = await live(batch);
    expect(expected.some((entry) => entry.type === "accepted")).toBe(true);
    const { state } = await drive(batch);
    expect(JSON.stringify(state.log)).toBe(JSON.stringify(expected));
  });

  it("asks and writes the same bytes whatever the order of answers", async () => {
    const batch = await batchOf(task, source, size);
    const [inOrder, shuffled] = [
      await drive(batch),
      await drive(batch, nothing(), undefined, (due) => rng("mix").sample(due, due.length)),
    ];
    expect(JSON.stringify(shuffled.turns)).toBe(JSON.stringify(inOrder.turns));
    expect(JSON.stringify(shuffled.state)).toBe(JSON.stringify(inOrder.state));
  });
});

describe("a batch", () => {
  it("asks in as many files as there are turns, no request twice, and the second with the first's answer in it", async () => {
    const { turns, answers } = await drive(await batchOf("mqp", clingen, 6));
    const [first = [], second = []] = turns;
    expect(first).toHaveLength(12);
    const ids = turns.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(second.length).toBeGreaterThan(0);
    for (const { id, request } of second) {
      expect(id).toMatch(/-t2$/);
      const before = answers.get(id.replace(/-t2$/, "-t1"));
      expect(before?.kind === "answered" && request.messages.at(-1)?.content.includes(before.text.trim())).toBe(true);
    }
  });

  it("goes on without answers that are lost: their attempts are rejected as unanswered, and others are asked in their place", async () => {
    const batch = await batchOf("bc5cdr-disease", clingen, 20);
    const { state } = await drive(batch, nothing(), async (request) =>
      /[37]-t1$/.test(request.id) ? undefined : answered(model, request),
    );
    expect(state).toMatchObject({ accepted: 20, end: "whole" });
    const lost = state.log.flatMap((entry) => (entry.type === "rejected" && entry.reason === "unanswered" ? [entry.index] : []));
    expect(lost.length).toBeGreaterThan(2);
    expect(lost.every((i) => i % 10 === 3 || i % 10 === 7)).toBe(true);
  });

  it("takes answers that come later as if they had come with the others", async () => {
    const batch = await batchOf("mqp", clingen, 10);
    const whole = await drive(batch);
    const late = await drive(batch, nothing(), async (request) =>
      request.id.includes("a00000") ? undefined : answered(model, request),
    );
    expect(late.state.log).not.toEqual(whole.state.log);
    for (const [id, answer] of whole.answers) if (late.asked.has(id)) late.answers.set(id, answer);
    const after = await drive(batch, late);
    expect(JSON.stringify(after.state.log)).toBe(JSON.stringify(whole.state.log));
  });

  it("keeps a round that is over as it was, though a lost answer of it comes back", async () => {
    const batch = await batchOf("hoc", progen, 20);
    const lost = "b-r0-a000001-t1";
    const first = await drive(batch, nothing(), async (request) => (request.id === lost ? undefined : answered(model, request)));
    const isLate = lateNames(first.asked.keys());
    expect([isLate(lost), isLate([...first.asked.keys()].at(-1) as string)]).toEqual([true, false]);
    expect(first.state.end).toBe("whole");
  });

  it("waits for the answers that lack where these would suffice, and ends where nothing is accepted", async () => {
    const batch = await batchOf("bc5cdr-disease", clingen, 20);
    const half = await drive(batch, nothing(), async (request) =>
      Number(/a(\d+)/.exec(request.id)?.[1]) % 2 ? undefined : answered(model, request),
    );
    expect(half.state.open.length).toBeGreaterThan(10);
    expect(half.state.end).toBe("waiting");
    expect(half.turns).toHaveLength(1);
    const unasked = await drive(batch, nothing(), async () => undefined);
    expect(unasked.state).toMatchObject({ end: "waiting", accepted: 0 });
    const empty = openScripted({ script: () => "" });
    const none = await drive(batch, nothing(), (request) => answered(empty, request));
    expect(none.state).toMatchObject({ end: "stalled", accepted: 0 });
    expect(none.turns).toHaveLength(1);
    const begun = await drive(batch, nothing(), async (request) =>
      request.id.includes("a00000") ? answered(empty, request) : undefined,
    );
    expect(begun.state).toMatchObject({ end: "waiting", accepted: 0 });
    expect(begun.turns).toHaveLength(1);
  });

  it("asks no more than as many again, however little was accepted", async () => {
    const rare = openScripted({ script: (prompt, stream) => (stream.int(9) === 0 ? tourScript(prompt, stream) : "") });
    const { turns, state } = await drive(await batchOf("bc5cdr-disease", clingen, 8), nothing(), (request) =>
      answered(rare, request),
    );
    const asked = turns.map((turn) => turn.length);
    expect(asked[0]).toBe(16);
    expect(asked.length).toBeGreaterThan(2);
    let before = 0;
    for (const count of asked) {
      if (before > 0) expect(count).toBeLessThanOrEqual(before);
      before += count;
    }
    expect(state.end).toBe("whole");
  });

  it("asks a shorter question where the answer was that the prompt is too long", async () => {
    const batch = await batchOf("mqp", inContext, 3);
    const tooLong: Answer = { kind: "failed", why: "maximum context length is 512", tooLong: true };
    const { turns, state } = await drive(batch, nothing(), async (request) =>
      /-t[12]$/.test(request.id) ? tooLong : answered(model, request),
    );
    const [long = [], , shorter = []] = turns.map((turn) => turn.map(({ request }) => request.messages[0]?.content.length ?? 0));
    expect(shorter).toHaveLength(3);
    expect(shorter.every((length, i) => length < (long[i] ?? 0))).toBe(true);
    expect(state.log.every((entry) => entry.type !== "rejected" || entry.reason !== "unanswered")).toBe(true);
  });

  it("refuses a folder whose requests were changed", async () => {
    const batch = await batchOf("bc5cdr-disease", clingen, 2);
    const { asked, answers } = await drive(batch);
    const [id] = [...asked.keys()];
    asked.set(id as string, [{ role: "user", content: "something else" }]);
    await expect(advance(batch, { asked, answers }, never)).rejects.toMatchObject({
      code: "file-malformed",
      place: { what: id },
    });
  });
});
