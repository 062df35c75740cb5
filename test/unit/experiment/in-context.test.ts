// In-context inference in the driver: scores without a training, by a scripted model; failures are wrong; killed anywhere it ends the same.

import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { rng } from "../../../src/base/rng.ts";
import type { CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import { drive } from "../../../src/experiment/drive.ts";
import type { CellResult, DriveEvent } from "../../../src/experiment/drive-cell.ts";
import type { NotebookData } from "../../../src/experiment/notebook.ts";
import { planOfOne } from "../../../src/experiment/plan.ts";
import type { ExperimentPorts } from "../../../src/experiment/ports.ts";
import { presetConfig, presetSource } from "../../../src/experiment/presets.ts";
import { inContext } from "../../../src/generate/in-context.ts";
import { generate } from "../../../src/generate/run.ts";
import { sourceOf } from "../../../src/generate/sources.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import { questionOf, readAnswered } from "../../../src/prompts/in-context.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Example, TokenExample } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import { blankOf } from "../../../src/tasks/shapes.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { answering, fewShot } from "../generate/asked.ts";
import { memoryRunStore } from "../generate/memory-run-store.ts";
import { fakeDisk, fakePorts } from "./fake-plan.ts";
import { memoryProducts } from "./memory-products.ts";

const never = new AbortController().signal;
const ofEachFamily = [...new Map(tasks.map((task) => [task.family, task])).values()];
const taskOf = (shape: Task["shape"]) => tasks.find((task) => task.shape === shape) as Task;

/** Test items with names of their own; labels in turn. */
const testOf = (task: Task): Example[] => JSON.parse(JSON.stringify(fewShot(task)).replaceAll("row ", "item "));

function world(task: Task, answer: (request: CompletionRequest) => string) {
  const runs = memoryRunStore();
  const { model, asked } = answering(answer);
  const data: NotebookData = { source: "toy", remarks: [], train: fewShot(task), validation: [], test: testOf(task) };
  const fake = fakePorts(fakeDisk());
  const ports: ExperimentPorts = {
    ...fake,
    data: async () => data,
    pipeline: {
      ...fake.pipeline,
      async *generate({ config, demonstrations, knowledge, items }, signal = never) {
        const given = { task, source: sourceOf(config.source), tools: { model }, store: runs, demonstrations, gold: [] };
        yield* generate(config, { ...given, knowledge: knowledgeOf(knowledge), ...(items ? { items } : {}) }, signal);
      },
      readRun: ({ id }) => runs.read(id) as never,
    },
    trainer: {
      ...fake.trainer,
      // biome-ignore lint/correctness/useYield: it only fails
      async *train() {
        throw new Error("nothing is to be trained");
      },
    },
  };
  return { runs, ports, products: memoryProducts(), asked, data, model };
}

async function driven(task: Task, of: ReturnType<typeof world>, stop = Number.POSITIVE_INFINITY): Promise<DriveEvent[]> {
  const config = presetConfig("small", { task: task.id, source: presetSource("small", "in-context", "m") });
  const work = drive(planOfOne(config, "place"), of.products, of.ports, never);
  const events: DriveEvent[] = [];
  while (events.length < stop) {
    const next = await work.next();
    if (next.done) break;
    events.push(next.value);
  }
  return events;
}

const resultOf = (events: readonly DriveEvent[]) =>
  events.flatMap((e): CellResult[] => (e.type === "result" ? [e.result] : [])).at(-1);

describe.each(ofEachFamily.map((task) => [task.family, task] as const))("%s", (_, task) => {
  const items = testOf(task);
  /** The answer that the item's own labels are: what a perfect model says. */
  const rightAnswer = (example: Example) => {
    const { content } = questionOf(task, blankOf(example) as never, [example] as never);
    return /\nAnswer: (.*)\n/.exec(content)?.[1] ?? "";
  };
  const perfect = ({ messages }: CompletionRequest) => {
    const asked = messages[0]?.content.split("\n").slice(-4).join("\n") ?? "";
    const name = /item \d+ \d/.exec(asked)?.[0] ?? "";
    return rightAnswer(items.find((e) => JSON.stringify(e).includes(name)) as Example);
  };

  it("a model that knows every answer scores 1, and nothing is trained", async () => {
    const of = world(task, perfect);
    const result = resultOf(await driven(task, of));
    expect(Object.values(result?.answered?.scores.values ?? {})).toEqual(task.metrics.map(() => 1));
    expect(result?.training).toBeUndefined();
  });

  it("a model that answers nothing of use scores 0, item by item, and is asked all of them", async () => {
    const of = world(task, () => "I would rather not say.");
    const result = resultOf(await driven(task, of));
    expect(Object.values(result?.answered?.scores.values ?? {})).toEqual(task.metrics.map(() => 0));
    expect(of.asked).toHaveLength(items.length);
    expect(result?.answered?.predicted).toHaveLength(items.length);
  });

  it("asks greedily, held to a grammar, with every few-shot row and without the item's own labels", async () => {
    const of = world(task, perfect);
    await driven(task, of);
    for (const { sampling, grammar, messages } of of.asked) {
      expect(sampling.temperature).toBe(0);
      expect(grammar).toContain("root ::=");
      const content = messages[0]?.content ?? "";
      for (const row of of.data.train) expect(content).toContain(/row \d+ \d/.exec(JSON.stringify(row))?.[0]);
      expect(content.match(/item \d+ \d/g)?.every((name, _, all) => name === all[0])).toBe(true);
      expect(content.endsWith("\nAnswer:")).toBe(true);
    }
    const [one, two] = [of.asked[0], of.asked[1]].map((r) => r?.messages[0]?.content.slice(0, r.shared?.characters));
    expect(one).toBe(two);
  });

  it("killed after any event it ends with the same bytes and scores, and asks no item twice that it has an answer to", async () => {
    const whole = world(task, perfect);
    const events = await driven(task, whole);
    const run = resultOf(events)?.made?.run as string;
    for (let stop = 2; stop < events.length; stop += 4) {
      const broken = world(task, perfect);
      await driven(task, broken, stop);
      const result = resultOf(await driven(task, broken));
      expect(broken.runs.lines(run)).toEqual(whole.runs.lines(run));
      expect(result?.answered?.scores).toEqual(resultOf(events)?.answered?.scores);
    }
  }, 60_000);
});

it("a model that always says the same label scores that label's share exactly", async () => {
  const task = taskOf("pair");
  const of = world(task, () => task.labels[1]?.name as string);
  const result = resultOf(await driven(task, of));
  expect(result?.answered?.scores.values.accuracy).toBeCloseTo(1 / task.labels.length, 12);
});

it("shows fewer rows of each label where all do not fit, and then asks the same again", async () => {
  const task = taskOf("pair");
  const of = world(task, () => task.labels[0]?.name as string);
  const { complete } = of.model;
  of.model.complete = async (request, signal) => {
    const rows = request.messages[0]?.content.match(/question of row/g)?.length ?? 0;
    if (rows > 3 * task.labels.length) throw new ClinfuseError("context-overflow", "too long", {});
    return complete(request, signal);
  };
  await driven(task, of);
  for (const { messages } of of.asked)
    expect(messages[0]?.content.match(/question of row/g)).toHaveLength(3 * task.labels.length);
});

it("tries all rows, then 5, 3 and 1 of each label, then none", async () => {
  const task = taskOf("pair");
  const rows = task.labels.flatMap(({ id }, of) =>
    Array.from({ length: 8 }, (_, i): Example => ({ kind: "pair", first: `row ${of} ${i}`, second: "Is it?", label: id })),
  );
  const tried: number[] = [];
  const model: LanguageModel = {
    id: "m",
    contextTokens: 4096,
    slots: 1,
    deterministic: true,
    async complete({ messages }) {
      tried.push((messages[0]?.content.match(/row \d \d/g)?.length ?? 0) / task.labels.length);
      throw new ClinfuseError("context-overflow", "too long", {});
    },
    close: async () => undefined,
  };
  const context = {
    config: presetSource("paper", "in-context"),
    task,
    demonstrations: rows,
    gold: [],
    knowledge: knowledgeOf(noKnowledge),
    items: [{ kind: "pair", first: "Is gout painful?", second: "Does gout hurt?", label: "" }],
    feedback: [],
  } as const;
  const asked = inContext.attempt(0, context, { model }, rng("in context"), new AbortController().signal);
  await expect(asked).rejects.toMatchObject({ code: "context-overflow" });
  expect(tried).toEqual([8, 5, 3, 1, 0]);
});

describe("answers", () => {
  const ner = taskOf("token");
  const item: TokenExample = { kind: "token", text: "No [old] gout, nor asthma .", spans: [] };
  const read = (answer: string) => readAnswered(ner, item as never, answer);

  it("of NER put spans where the item's own text has them", () => {
    const found = read(" No (old) [gout], nor [asthma] .\n");
    if (!found.ok || found.value.kind !== "token") throw new Error("expected spans");
    expect(found.value.text).toBe(item.text);
    expect(found.value.spans.map((s) => item.text.slice(s.start, s.end))).toEqual(["gout", "asthma"]);
    expect(read("No (old) gout, nor asthma .")).toMatchObject({ ok: true, value: { spans: [] } });
    for (const answer of ['Text: "No (old) [gout], nor asthma ."', "<think>\nhm\n</think>\nNo (old) [gout], nor asthma ."])
      expect(read(answer), answer).toMatchObject({ ok: true, value: { spans: [{ start: 9, end: 13 }] } });
  });

  it.each(["No gout", "No (old) [gout, nor asthma .", "No (old) []gout, nor asthma .", "", "No (old) gout, nor asthma . More."])(
    "of NER that are no copy are thrown away: %s",
    (answer) => expect(read(answer).ok).toBe(false),
  );

  it("of several labels are read as a list, and a label that there is not spoils it", () => {
    const task = taskOf("sentence");
    const text: Example = { kind: "sentence", text: "a", labels: [] };
    const reading = (carries: "any" | "some") => ({ ...task, carries }) as Task;
    const [one, two] = task.labels.map((l) => l.name) as [string, string];
    const labels = (answer: string, carries: "any" | "some" = "any") => {
      const found = readAnswered(reading(carries), text as never, answer);
      return found.ok && found.value.kind === "sentence" ? found.value.labels : undefined;
    };
    expect(labels(`${one}; ${two.toUpperCase()}`)).toEqual([task.labels[0]?.id, task.labels[1]?.id]);
    expect(labels("none")).toEqual([]);
    expect(labels("none", "some")).toBeUndefined(); // one of them at least
    expect(questionOf(reading("some"), text as never, []).grammar).not.toContain("none");
    expect(questionOf(reading("any"), text as never, []).grammar).toContain("none");
    expect(labels(`${one}; nonsense`)).toBeUndefined();
    expect(labels("")).toBeUndefined();
    for (const answer of [`1. ${one}\n2. ${two}`, `Labels: ${one}, ${two}.`, `["${one}", "${two}"]`, `**${one}** and **${two}**`])
      expect(labels(answer), answer).toEqual([task.labels[0]?.id, task.labels[1]?.id]);
    expect(labels("**None.**")).toEqual([]);
  });

  it.each([
    ["<think>not equivalent?</think>equivalent<|im_end|>", "equivalent"],
    ["The answer is: **not_equivalent**", "not_equivalent"],
    ["Not equivalent, because only one asks of doses", "not_equivalent"],
    ["```\nequivalent.\n```", "equivalent"],
    ["equivalent (both ask for the dose)", "equivalent"],
    ["The label that fits is: not equivalent.", "not_equivalent"],
    ["I think the answer is **equivalent**", "equivalent"],
    ["So the label is not equivalent.", "not_equivalent"],
    ["Final answer: equivalent", "equivalent"],
    ["Not equivalent: only one asks of doses", "not_equivalent"],
    ["[not equivalent]", "not_equivalent"],
    ["1. equivalent", "equivalent"],
    ['The label is not "equivalent".', undefined],
    ["equivalent or not equivalent", undefined],
    ["it is unclear whether they are equivalent", undefined],
  ])("of pairs, by a model that no grammar holds: %s", (answer, label) => {
    const pair = { kind: "pair", first: "a", second: "b", label: "equivalent" } as const;
    const found = readAnswered(mqp, pair, answer);
    expect(found.ok ? found.value.label : undefined).toBe(label);
  });

  it.each([
    ["a b", "a b"],
    ["a_b", "a_b"],
    ["c", "c"],
    ["c.", "c."],
    ["-1", "-1"],
    ["1.", "1"],
    ["- **1**", undefined],
    ["**A_B**", undefined],
  ])("name the label that has the very word, and none of two that are alike: %s", (answer, label) => {
    const labels = ["a_b", "a b", "c.", "c", "-1", "1"].map((name) => ({ id: name, name, description: name }));
    const found = readAnswered({ ...mqp, labels }, { kind: "pair", first: "a", second: "b", label: "c" }, answer);
    expect(found.ok ? found.value.label : undefined).toBe(label);
  });
});
