// ProGen in the driver: rounds with a real head, real influences and the real run; killed at any event it writes the same bytes.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { HeadData } from "../../../src/classifier/head-data.ts";
import type { LanguageModel } from "../../../src/engines/language-model.ts";
import { drive } from "../../../src/experiment/drive.ts";
import type { DriveEvent } from "../../../src/experiment/drive-cell.ts";
import type { ExperimentConfig } from "../../../src/experiment/experiment-config.ts";
import { planOfOne } from "../../../src/experiment/plan.ts";
import type { ExperimentPorts } from "../../../src/experiment/ports.ts";
import { presetConfig, presetSource } from "../../../src/experiment/presets.ts";
import { generate } from "../../../src/generate/run.ts";
import { sourceOf } from "../../../src/generate/sources.ts";
import { knowledgeOf } from "../../../src/knowledge/topic.ts";
import { markedText } from "../../../src/prompts/marked.ts";
import { taskOf } from "../../../src/tasks/catalogue.ts";
import type { Example, TokenExample } from "../../../src/tasks/example.ts";
import { type MemoryRunStore, memoryRunStore } from "../generate/memory-run-store.ts";
import { tokenExamples, vocabulary } from "../train/toy.ts";
import { data, fakeDisk, fakePorts } from "./fake-plan.ts";
import { memoryProducts } from "./memory-products.ts";

const never = new AbortController().signal;

/** Toy sentences; a fifth of them have one mark forgotten, and what a prompt shows is the seed of its answer. */
const toyModel: LanguageModel = {
  id: "toy",
  contextTokens: 4096,
  slots: 3,
  deterministic: true,
  async complete({ messages, seed }) {
    const stream = rng("toy answer", seed, ...messages.map((m) => m.content));
    const example = tokenExamples(1, stream.int(1_000_000))[0] as TokenExample;
    const spans = stream.next() < 0.2 ? example.spans.slice(1) : example.spans;
    return { text: markedText({ ...example, spans }), finish: "stop", promptTokens: 3, completionTokens: 3 };
  },
  close: async () => undefined,
};

/** Words as one-hot features, a site for each: what a frozen encoder of single words would give. */
function wordFeatures(examples: readonly Example[]): HeadData {
  const width = vocabulary.length + 1;
  const sites = examples.flatMap((example, of) => {
    const { text, spans } = example as TokenExample;
    return [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => {
      const ill = spans.some(({ start, end }) => start <= index && index < end);
      return { of, word: vocabulary.indexOf(word.replace(/s$/, "")), ill };
    });
  });
  const x = new Float32Array(sites.length * width);
  const y = new Float32Array(sites.length * 2);
  for (const [i, { word, ill }] of sites.entries()) {
    x[i * width + Math.max(0, word)] = 1;
    x[i * width + width - 1] = 1;
    y[i * 2 + Number(ill)] = 1;
  }
  return { link: "softmax", outputs: 2, width, examples: examples.length, x, y, of: Int32Array.from(sites, ({ of }) => of) };
}

interface World {
  readonly runs: MemoryRunStore;
  readonly products: ReturnType<typeof memoryProducts>;
  readonly asked: { few: number; examples: number; stageOne: string | undefined }[];
}

function portsOf({ runs, asked }: World): ExperimentPorts {
  const fake = fakePorts(fakeDisk());
  return {
    ...fake,
    pipeline: {
      ...fake.pipeline,
      async *generate({ config, demonstrations, gold = [], knowledge, feedback }, signal = never) {
        const given = {
          task: taskOf(config.task),
          source: sourceOf(config.source),
          tools: { model: toyModel },
          store: runs,
          demonstrations,
          gold,
          knowledge: knowledgeOf(knowledge),
          ...(feedback ? { feedback } : {}),
        };
        yield* generate(config, given, signal);
      },
      readRun: ({ id }) => runs.read(id) as never,
    },
    trainer: {
      ...fake.trainer,
      async *features({ stage, examples }) {
        asked.push({ few: stage.few.length, examples: examples.length, stageOne: stage.stageOne });
        yield { type: "device", device: "wasm", reason: "fake" };
        yield { type: "head-data", data: wordFeatures(examples) };
      },
    },
  };
}

const world = (): World => ({ runs: memoryRunStore(), products: memoryProducts(), asked: [] });
const source = { ...presetSource("small", "progen", "toy"), round: 5, influenceFrom: 20 };
const configOf = (over: Partial<ExperimentConfig> = {}): ExperimentConfig =>
  presetConfig("small", { task: "bc5cdr-disease", source, size: 30, ...over });

async function driven(of: World, config = configOf(), stop = Number.POSITIVE_INFINITY): Promise<DriveEvent[]> {
  const events: DriveEvent[] = [];
  const work = drive(planOfOne(config, "place"), of.products, portsOf(of), never, { until: "made" });
  while (events.length < stop) {
    const next = await work.next();
    if (next.done) break;
    events.push(next.value); // and where it stops, a kill: no clean-up is run
  }
  return events;
}

const runOf = (events: readonly DriveEvent[]) =>
  events.flatMap((e) => (e.type === "generate" && e.event.type === "opened" ? [e.event.run] : []))[0] as string;

const whole = world();
const events = await driven(whole);
const run = runOf(events);
const entries = whole.runs.lines(run).map((line) => JSON.parse(line));
const feedbacks = entries.filter((e) => e.type === "feedback");

describe("ProGen, driven", () => {
  it("asks for feedback at each barrier below its size: by chance first, by influence from the set size on", () => {
    expect(feedbacks.map((f) => f.after)).toEqual([5, 20]);
    expect(entries.filter((e) => e.type === "accepted")).toHaveLength(30);
    expect(whole.asked).toEqual([{ few: 5, examples: 20, stageOne: undefined }]);
  });

  it("feeds back accepted examples of the log, none twice, and by influence only some of them", () => {
    const texts = (of: readonly { example?: Example }[]) => of.map((e) => JSON.stringify(e.example));
    for (const { after, demonstrations } of feedbacks) {
      const before = new Set(texts(entries.filter((e) => e.type === "accepted").slice(0, after)));
      const own = demonstrations.map((d: Example) => JSON.stringify(d));
      expect(own.length).toBeGreaterThan(0);
      expect(new Set(own).size).toBe(own.length);
      for (const text of own) expect(before).toContain(text);
    }
    expect(feedbacks[1].demonstrations.length).toBeLessThan(16); // 20 less 4 held out, and those that harm
  });

  it("killed after any event it goes on to the same bytes", async () => {
    const expected = whole.runs.lines(run);
    for (let stop = 1; stop < events.length; stop += 3) {
      const broken = world();
      await driven(broken, configOf(), stop);
      await driven(broken);
      expect(broken.runs.lines(run), `killed after event ${stop}`).toEqual(expected);
    }
  }, 60_000);

  it("killed while the features are read it asks for them again and ends the same", async () => {
    const broken = world();
    const at = events.findIndex((e) => e.type === "train");
    expect(at).toBeGreaterThan(0);
    await driven(broken, configOf(), at + 1);
    await driven(broken);
    expect(broken.asked).toHaveLength(2);
    expect(broken.runs.lines(run)).toEqual(whole.runs.lines(run));
  });

  it("measures on the few-shot validation set where it is told to", async () => {
    const other = world();
    await driven(other, configOf({ source: { ...source, validation: "few-shot-ce" } }));
    expect(other.asked[0]?.examples).toBe(20 + data.validation.length);
  });

  it("is another run with another encoder, which another feedback comes from; other sources are not", async () => {
    const other = world();
    const second = runOf(await driven(other, configOf({ encoder: "another" })));
    expect(second).not.toBe(run);
    const plain = presetSource("small", "demogen", "toy");
    const ids = await Promise.all(
      ["one", "two"].map(async (encoder) => runOf(await driven(world(), configOf({ source: plain, encoder })))),
    );
    expect(ids[0]).toBe(ids[1]);
  });

  it("shares stage I with the cells that begin with it, under their key", async () => {
    const both = world();
    const cells = ["a", "b"].flatMap((place) => planOfOne(configOf(), place).cells);
    for await (const _ of drive({ cells }, both.products, portsOf(both), never, { until: "made" }));
    expect(both.asked).toHaveLength(1); // the second finds what the first made
    expect(both.asked[0]?.stageOne).toMatch(/^[0-9a-f]{16}$/);
  });

  it("needs no barrier where the size comes before the first", async () => {
    const small = world();
    const ended = await driven(small, configOf({ size: 5 }));
    expect(ended.some((e) => e.type === "generate" && e.event.type === "wants-feedback")).toBe(false);
    expect(small.asked).toEqual([]);
  });
});

it("sentences with a forgotten mark are fed back less often than the others", async () => {
  const big = world();
  const of = { ...source, round: 60, influenceFrom: 60 };
  const id = runOf(await driven(big, configOf({ source: of, size: 61 })));
  const log = big.runs.lines(id).map((line) => JSON.parse(line));
  const sick = /\b(fever|cough|asthma|gout|lupus|flu)s?\b/g;
  const forgets = ({ text, spans }: TokenExample) => (text.match(sick)?.length ?? 0) > spans.length;
  const share = (of: readonly TokenExample[]) => of.filter(forgets).length / of.length;
  const accepted = log.filter((e) => e.type === "accepted").slice(0, 60);
  const [feedback] = log.filter((e) => e.type === "feedback");
  expect(share(accepted.map((e) => e.example))).toBeGreaterThan(0.05);
  expect(share(feedback.demonstrations)).toBeLessThan(share(accepted.map((e) => e.example)));
});
