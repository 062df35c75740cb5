// Conversations in the released code's words: how many demonstrations, of which labels, and where the paper's listings stand instead.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import { converse } from "../../../src/prompts/families.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { fewShot } from "../generate/asked.ts";

const of = (...names: string[]) => ({ entities: names.map((name) => ({ name, type: "T" })), source: "kg" }) as const;
const dashes = "-".repeat(20);

/** Prompts of all turns. */
function promptsOf(task: Task, label: string, seed: number, drawn: Parameters<typeof converse>[2]): string[] {
  const config = { demonstrations: "shuffled", annotation: "model", fidelity: "released" } as const;
  const context = { label, demonstrations: fewShot(task) as never, knowledge: knowledgeOf(noKnowledge), config };
  const talk = converse(task, context, drawn, rng("talk", seed));
  const prompts: string[] = [];
  for (let step = talk.next(""); !step.done; step = talk.next(`Does gout run in families?\n${dashes}`))
    prompts.push(step.value.messages.map(({ content }) => content).join("\n"));
  return prompts;
}

/** Labels, by position, and numbers of the rows that a prompt shows. */
const shownIn = (prompt: string | undefined) =>
  [...(prompt ?? "").matchAll(/row (\d+) (\d)/g)].map(([, label, row]) => [label, row]);

const steered = { topic: of("gout", "heparin"), style: "case reports" };
const ofEachFamily = [...new Map(tasks.map((task) => [task.family, task])).values()];
/** By turn: whether a demonstration may have another label than the prompt's. */
const anyLabel = {
  ner: [true],
  attribute: [true],
  classification: [false],
  relation: [false],
  pair: [true, false],
} as const satisfies Record<Task["family"], readonly boolean[]>;

describe.each(ofEachFamily.map((task) => [task.family, task] as const))("%s", (family, task) => {
  const last = task.labels.length - 1;
  const label = task.labels[last]?.id as string;
  const prompts = Array.from({ length: 60 }, (_, seed) => promptsOf(task, label, seed, steered));

  it("shows three rows in each turn, drawn anew for each prompt", () => {
    for (const turns of prompts) {
      expect(turns).toHaveLength(anyLabel[family].length);
      for (const prompt of turns) expect(new Set(shownIn(prompt).map(String)).size).toBe(3);
    }
    for (const turn of anyLabel[family].keys())
      expect(new Set(prompts.map((turns) => String(shownIn(turns[turn])))).size).toBeGreaterThan(10);
  });

  it.each(anyLabel[family].map((any, turn) => [turn, any] as const))("turn %i: of any label, %s", (turn, any) => {
    const labels = new Set(prompts.flatMap((turns) => shownIn(turns[turn]).map(([at]) => Number(at))));
    expect(labels).toEqual(new Set(any ? task.labels.keys() : [last]));
  });

  it("is the paper's listing where there is no style, or no topic", () => {
    for (const drawn of [{ topic: steered.topic }, { style: steered.style }])
      expect(promptsOf(task, label, 0, drawn)[0]).not.toContain("Some examples");
    expect(prompts[0]?.[0]).toContain("Some examples");
  });
});

it("numbers a second sentence's row by its label's place in label.txt", () => {
  const task = tasks.find(({ id }) => id === "healthver") as Task;
  for (const [i, { id }] of task.labels.entries())
    expect(promptsOf(task, id, 0, steered)[1]).toContain(
      `{"_id": ${i}, "label": "${id}", "sent_a": "Does gout run in families?", "sent_b": ""}`,
    );
});
