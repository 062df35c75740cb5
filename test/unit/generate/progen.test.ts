// ProGen's prompts: few-shot rows before feedback, half of them the feedback after it, of the prompt's own label; copies are thrown away.

import { describe, expect, it } from "vitest";
import { overlap, progen, roundEnds } from "../../../src/generate/progen.ts";
import type { ConfigOf } from "../../../src/generate/source.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Example, PairExample, SentenceExample } from "../../../src/tasks/example.ts";
import { hoc } from "../../../src/tasks/hoc.ts";
import { labelsOf } from "../../../src/tasks/shapes.ts";
import { attempted, fewShot, writerOf } from "./asked.ts";

const config: ConfigOf<"progen"> = {
  kind: "progen",
  round: 100,
  influenceFrom: 2000,
  validation: "synthetic-rce",
  writer: writerOf("shuffled"),
};
const renamed = (example: Example): Example => JSON.parse(JSON.stringify(example).replaceAll("row ", "fed "));
const ofEachFamily = [...new Map(tasks.map((task) => [task.family, task])).values()];

it("has the original's rounds", () => {
  expect(roundEnds(100).slice(0, 8)).toEqual([100, 400, 1200, 3200, 8000, 19_200, 44_800, 102_400]);
  expect(progen.rounds({ ...config, round: 10 }).slice(0, 4)).toEqual([10, 40, 120, 320]);
});

describe.each(ofEachFamily.map((task) => [task.family, task] as const))("%s", (_, task) => {
  const feedback = [{ after: 100, demonstrations: fewShot(task).map(renamed) }];

  it("shows few-shot rows alone before there is feedback", async () => {
    for (let i = 0; i < 20; i++) {
      const { prompts } = await attempted(i, { task, config });
      for (const prompt of prompts) expect(prompt).toMatch(/row \d \d/);
    }
  });

  it("shows feedback to about half of the prompts after it, and never both", async () => {
    const all = await Promise.all(Array.from({ length: 200 }, (_, i) => attempted(i, { task, config, feedback })));
    const firsts = all.map(({ prompts }) => prompts.join("\n"));
    const fed = firsts.filter((prompt) => /fed \d+ \d/.test(prompt));
    expect(fed.length).toBeGreaterThan(70);
    expect(fed.length).toBeLessThan(130);
    for (const prompt of fed) expect(prompt).not.toMatch(/row \d+ \d/);
  }, 60_000);

  it("shows rows of the prompt's own label alone, and of the last round alone", async () => {
    const old = { after: 20, demonstrations: fewShot(task).map((e) => JSON.parse(JSON.stringify(e).replaceAll("row ", "old "))) };
    for (let i = 0; i < 30; i++) {
      const { prompts, made } = await attempted(i, { task, config, feedback: [old, ...feedback] });
      const label = task.labels.findIndex(({ id }) => id === made?.label);
      for (const [, of] of prompts.join("\n").matchAll(/(?:row|fed) (\d+) \d/g)) expect(Number(of)).toBe(label);
      expect(prompts.join()).not.toContain("old ");
    }
  });

  it("shows few-shot rows where the feedback has none of the label", async () => {
    const other = feedback.map(({ after, demonstrations }) => ({
      after,
      demonstrations: demonstrations.filter((e) => !labelsOf(e).includes(task.labels[0]?.id ?? "")),
    }));
    for (let i = 0; i < 10; i++) {
      const { prompts } = await attempted(i * task.labels.length, { task, config, feedback: other });
      expect(prompts[0]).toMatch(/row \d \d/);
    }
  });
});

describe("a copy", () => {
  const sentence = (text: string): SentenceExample => ({ kind: "sentence", text, labels: ["cellular energetics"] });

  it("is told by the share of the demonstration's words", () => {
    expect(overlap(sentence("the patient has severe asthma today"), sentence("the patient has severe asthma"))).toBe(1);
    expect(overlap(sentence("The Patient, has asthma."), sentence("the patient has severe asthma"))).toBeCloseTo(0.8, 10);
  });

  it("is told of one text of a pair, but for a short one", () => {
    const pair = (first: string, second: string): PairExample => ({ kind: "pair", first, second, label: "equivalent" });
    const shown = pair("Is gout painful at night?", "Does gout hurt when I sleep in my bed?");
    expect(overlap(pair("What is a cold?", "does gout hurt, when I sleep in my bed"), shown)).toBe(1);
    expect(overlap(pair("Does gout hurt when I sleep in my bed?", "What is a cold?"), shown)).toBe(1);
    expect(overlap(pair("What is a cold?", "Can I sleep with gout in my hand?"), shown)).toBeLessThan(0.9);
    expect(overlap(pair("Is it so?", "It is."), pair("Is it so?", "Whatever you may call it today, doctor."))).toBeLessThan(0.9);
  });

  it("is thrown away, and what shares fewer words is kept", async () => {
    const label = hoc.labels[0]?.id as string;
    const demonstrations = [{ kind: "sentence", text: "the patient has severe asthma", labels: [label] }] as const;
    const made = async (text: string) =>
      (await attempted(0, { task: hoc, config, demonstrations, answer: () => text })).made?.parsed;
    expect(await made("the patient has severe asthma today")).toEqual({ ok: false, reason: "copies-demonstration" });
    expect(await made("the patient has asthma today")).toMatchObject({ ok: true });
  });

  it("holds nine of ten words of a demonstration, and of one that its prompt shows", async () => {
    const labels = [hoc.labels[0]?.id as string];
    const ten = (name: string) => Array.from({ length: 10 }, (_, k) => `${name}${k}`);
    const demonstrations = ["a", "b", "c", "d", "e"].map(
      (name) => ({ kind: "sentence", text: ten(name).join(" "), labels }) as const,
    );
    const made = (i: number, words: number) => {
      const answer = () => [...ten("a").slice(0, words), "instead"].join(" ");
      return attempted(i * hoc.labels.length, { task: hoc, config, demonstrations, answer });
    };
    const all = await Promise.all(Array.from({ length: 40 }, (_, i) => made(i, 9)));
    for (const { prompts, made: own } of all) {
      const shown = demonstrations.filter(({ text }) => prompts[0]?.includes(text));
      expect(shown).toHaveLength(3);
      expect(own?.parsed.ok).toBe(!shown.includes(demonstrations[0] as (typeof demonstrations)[number]));
    }
    expect(new Set(all.map(({ made: own }) => own?.parsed.ok))).toEqual(new Set([true, false]));
    expect((await made(0, 8)).made?.parsed.ok).toBe(true);
  });
});
