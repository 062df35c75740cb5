// A writer's choices for small models: demonstrations by label, no copying, ranked candidates.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { CompletionRequest, LanguageModel, ScoreRequest } from "../../../src/engines/language-model.ts";
import { runId } from "../../../src/generate/run-config.ts";
import type { SourceConfig, Writer } from "../../../src/generate/source.ts";
import { sourceOf } from "../../../src/generate/sources.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import { taskOf } from "../../../src/tasks/catalogue.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { answering, attempted, fewShot, writerOf } from "./asked.ts";

const mqp = taskOf("mqp");
const healthver = taskOf("healthver");
const hoc = taskOf("hoc");
const cdr = taskOf("cdr");

const by = (more: Partial<Writer>, mode: Writer["demonstrations"] = "fixed"): SourceConfig => ({
  kind: "demogen",
  writer: { ...writerOf(mode), ...more },
});

const contents = ({ messages }: { readonly messages: CompletionRequest["messages"] }) =>
  messages.map((m) => m.content).join("\n");

describe("demonstrations of the label alone", () => {
  it.each(["fixed", "shuffled"] as const)("shows no other label's texts, %s", async (mode) => {
    for (const task of [mqp, hoc, cdr]) {
      const shown = (await attempted(1, { task, config: by({ shown: "label" }, mode) })).prompts.at(-1) ?? "";
      expect(shown, task.id).toMatch(/row 1 \d/);
      expect(shown, task.id).not.toMatch(/row [02-9] \d/);
    }
  });

  it("shows as many as there were of all labels, as far as the few-shot set goes", async () => {
    const count = async (more: Partial<Writer>) => {
      const { prompts } = await attempted(0, { task: cdr, config: by(more) });
      return new Set(prompts[0]?.match(/row \d \d/g)).size;
    };
    expect(await count({})).toBe(6);
    expect(await count({ shown: "label" })).toBe(5);
  });
});

describe("contrasted demonstrations", () => {
  const named = (first: string, second: string, label: string): Example => ({ kind: "pair", first, second, label });
  const demonstrations = [
    named("Can gout cause fever?", "Does gout bring fever?", "equivalent"),
    named("Is asthma inherited by children?", "Do children inherit asthma?", "equivalent"),
    named("How is asthma in children treated?", "Which children die of asthma?", "not_equivalent"),
    named("Is fever with gout dangerous?", "Is fever normal in winter?", "not_equivalent"),
  ];

  it("stand each after the one of another label that is nearest in its words, and both are named", async () => {
    const { asked } = await attempted(1, { task: mqp, config: by({ shown: "contrast" }), demonstrations });
    const turns = asked.at(-1)?.messages.slice(1) ?? [];
    const asks = turns.filter((m, i) => m.role === "user" && i % 4 === 2).map((m) => m.content.split("\n")[0]);
    const seconds = turns.filter((_, i) => i % 4 === 3).map((m) => m.content);
    expect(seconds).toEqual([
      "Is fever normal in winter?",
      "Does gout bring fever?",
      "Which children die of asthma?",
      "Do children inherit asthma?",
    ]);
    expect(asks.slice(0, 4)).toEqual([
      'Not what is asked for, but "not equivalent":',
      'In contrast, what is asked for, "equivalent":',
      'Not what is asked for, but "not equivalent":',
      'In contrast, what is asked for, "equivalent":',
    ]);
    expect(asks[4]).not.toContain("asked for");
  });

  it("turn about with the label", async () => {
    const { asked } = await attempted(0, { task: mqp, config: by({ shown: "contrast" }), demonstrations });
    expect(contents(asked.at(-1) as CompletionRequest)).toContain('In contrast, what is asked for, "not equivalent":');
  });

  it("are named before their lines where they are shuffled", async () => {
    const { prompts } = await attempted(1, { task: hoc, config: by({ shown: "contrast" }, "shuffled") });
    const lines = prompts[0]?.split("\n") ?? [];
    const at = lines.findIndex((line) => line.startsWith("Not what is asked for"));
    expect(lines[at + 1]).toMatch(/row [^1] \d/);
    expect(lines[at + 2]).toMatch(/^In contrast/);
    expect(lines[at + 3]).toMatch(/row 1 \d/);
  });
});

describe("a second text that may not copy", () => {
  const answer = (second: string) => (request: CompletionRequest) =>
    request.messages
      .filter((m) => m.role === "user")
      .at(-1)
      ?.content.includes("Is gout a disease of the rich?")
      ? second
      : "Is gout a disease of the rich?";

  it("is asked for with the first, and thrown away where it takes over a run all the same", async () => {
    const config = by({ uncopied: 4 });
    const copied = await attempted(0, { task: mqp, config, answer: answer("Why is gout a disease of kings?") });
    expect(copied.asked.map((request) => request.uncopied)).toEqual([
      undefined,
      { texts: ["Is gout a disease of the rich?"], words: 4 },
    ]);
    expect(copied.made?.parsed).toEqual({ ok: false, reason: "copies-first" });
    const free = await attempted(0, { task: mqp, config, answer: answer("Do kings get gout more often?") });
    expect(free.made?.parsed).toMatchObject({ ok: true, value: { second: "Do kings get gout more often?" } });
  });

  it("may name the topic again, however long its name", async () => {
    const name = "chronic obstructive pulmonary disease";
    const topics = { [mqp.labels[0]?.id as string]: [{ entities: [{ name, type: "Disease" }], source: "kg" as const }] };
    const config: SourceConfig = {
      kind: "clingen",
      topics: "kg",
      styles: "none",
      marks: "model",
      writer: { ...writerOf("fixed"), uncopied: 4 },
    };
    const answers =
      (second: string) =>
      ({ messages }: CompletionRequest) =>
        messages.at(-1)?.content.includes("Can I live")
          ? second
          : `Can I live long with Chronic obstructive pulmonary disease at all?`;
    const knowledge = { topics, styles: [], lexicon: [] };
    const of = async (second: string) =>
      (await attempted(0, { task: mqp, config, knowledge, answer: answers(second) })).made?.parsed;
    expect(await of("Does chronic obstructive pulmonary disease shorten lives?")).toMatchObject({ ok: true });
    expect(await of("With COPD, can I live long with it?")).toEqual({ ok: false, reason: "copies-first" });
  });

  it("may copy where the writer says nothing, or 0", async () => {
    for (const config of [by({}), by({ uncopied: 0 })]) {
      const { made, asked } = await attempted(0, { task: mqp, config, answer: answer("Why is gout a disease of kings?") });
      expect(made?.parsed).toMatchObject({ ok: true });
      expect(asked.every((request) => !("uncopied" in request))).toBe(true);
    }
  });
});

/** Attempt 1 with a model that scores by the table: text to its log-likelihood under prompts that hold the name, and under others. */
async function ranked(
  task: typeof mqp,
  candidates: number,
  answer: (request: CompletionRequest) => string,
  score: (request: ScoreRequest) => number,
) {
  const { model, asked } = answering(answer);
  const scored: ScoreRequest[] = [];
  const scoring: LanguageModel = {
    ...model,
    score: async (request) => {
      scored.push(request);
      return score(request);
    },
  };
  const config = by({ candidates });
  const context = { config, task, demonstrations: fewShot(task), gold: [], knowledge: knowledgeOf(noKnowledge), feedback: [] };
  const source = sourceOf(config);
  const made = await source.attempt(1, context, { model: scoring }, rng("generate", 1, 1), new AbortController().signal);
  return { made, asked, scored };
}

describe("ranked candidates", () => {
  const seconds = ["Do kings get gout more often?", "Is gout common among kings?", "Who gets gout?", "too short"];
  const isSecond = ({ messages }: Pick<CompletionRequest, "messages">) =>
    messages.at(-1)?.content.includes("Is gout new?") ?? false;
  /** The first text, then each candidate in turn. */
  const inTurn = () => {
    let i = 0;
    return (request: CompletionRequest) => (isSecond(request) ? (seconds[i++] as string) : "Is gout new?  It is new to me.");
  };
  const asks = (request: ScoreRequest, name: string) => request.messages.at(-1)?.content.includes(name) ?? false;

  it("are drawn for the turn that names the label alone, and the one stays that the label explains best", async () => {
    const likelihoods: Record<string, readonly [own: number, other: number]> = {
      "Do kings get gout more often?": [-10, -11],
      "Is gout common among kings?": [-30, -34],
      "Who gets gout?": [-5, -5],
    };
    const { made, asked, scored } = await ranked(mqp, 4, inTurn(), (request) => {
      const of = likelihoods[request.text] as readonly [number, number];
      return of[asks(request, "not equivalent") ? 1 : 0];
    });
    expect(asked.map(isSecond)).toEqual([false, true, true, true, true]);
    expect(new Set(asked.map(({ seed }) => seed)).size).toBe(5);
    expect(made).toMatchObject({ label: "equivalent", parsed: { ok: true, value: { second: "Is gout common among kings?" } } });
    expect(scored.map(({ text }) => text)).not.toContain("too short");
    expect(made?.origin).toMatchObject({ turns: [{ completionTokens: 4 }, { completionTokens: 16, candidates: 4 }] });
  });

  it("are weighed against the mean of the other labels", async () => {
    const p: Record<string, Record<string, number>> = {
      "Do kings get gout more often?": { own: 0.5, a: 0.5, b: 0.1 },
      "Is gout common among kings?": { own: 0.5, a: 0.35, b: 0.35 },
    };
    const names = healthver.labels.map(({ name }) => name);
    const own = names[1] as string;
    const { made } = await ranked(healthver as typeof mqp, 2, inTurn(), ({ messages, text }) => {
      const said = messages.at(-1)?.content ?? "";
      const which = names.find((name) => said.includes(name)) as string;
      return Math.log(p[text]?.[which === own ? "own" : which === names[0] ? "a" : "b"] as number);
    });
    expect(made?.parsed).toMatchObject({ ok: true, value: { second: "Do kings get gout more often?" } });
  });

  it("begin with the text that would be written without them", async () => {
    const alone = await attempted(1, { task: mqp, config: by({}) });
    const several = await ranked(
      mqp,
      3,
      ({ seed }) => `Patient ${seed} had a stroke at noon`,
      () => 0,
    );
    expect(several.asked.slice(0, 2).map(({ seed }) => seed)).toEqual(alone.asked.map(({ seed }) => seed));
  });

  it("are rejected as the first is where none can be read", async () => {
    const { made, scored } = await ranked(
      mqp,
      3,
      (r) => (isSecond(r) ? "no" : "Is gout new?  It is new to me."),
      () => 0,
    );
    expect(made?.parsed).toEqual({ ok: false, reason: "too-short" });
    expect(scored).toEqual([]);
  });

  it("say so where the engine gives no likelihoods", async () => {
    await expect(attempted(1, { task: mqp, config: by({ candidates: 2 }) })).rejects.toMatchObject({ code: "engine-failed" });
  });
});

describe("the run's id", () => {
  const idOf = (more: Partial<Writer>, kind: "demogen" | "clingen" = "clingen") => {
    const writer = { ...writerOf("fixed"), ...more };
    const source: SourceConfig =
      kind === "clingen" ? { kind, topics: "kg", styles: "paper", marks: "graph", writer } : { kind, writer };
    return runId({ task: "mqp", source, seed: 1, size: 60, examples: "e", knowledge: "k" });
  };

  it("tells each choice from its absence", async () => {
    for (const kind of ["clingen", "demogen"] as const) {
      const choices: Partial<Writer>[] = [{}, { shown: "label" }, { shown: "contrast" }, { uncopied: 4 }, { candidates: 3 }];
      expect(new Set(await Promise.all(choices.map((choice) => idOf(choice, kind)))).size).toBe(5);
    }
  });
});
