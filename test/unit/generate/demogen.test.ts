// DemoGen: ZeroGen's prompt and the demonstration block, each few-shot row shown about as often, never a row of another set.

import { describe, expect, it } from "vitest";
import { tasks } from "../../../src/tasks/catalogue.ts";
import { textsOf } from "../../../src/tasks/shapes.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { attempted, fewShot, writerOf } from "./asked.ts";

const shuffled = { kind: "demogen", writer: writerOf("shuffled") } as const;
const zerogen = { kind: "zerogen", writer: writerOf("none") } as const;
/** One task of each family: the prompts differ by family alone. */
const ofEachFamily = [...new Map(tasks.map((task) => [task.family, task])).values()];

describe.each(ofEachFamily.map((task) => [task.family, task] as const))("DemoGen, %s", (_, task) => {
  it("asks ZeroGen's prompt and then shows three rows", async () => {
    for (let i = 0; i < 4; i++) {
      const [plain, shown] = [await attempted(i, { task, config: zerogen }), await attempted(i, { task, config: shuffled })];
      expect(shown.prompts).toHaveLength(plain.prompts.length);
      for (const [turn, prompt] of shown.prompts.entries()) {
        // The second turn quotes the first answer, which the seed decides: equal in both.
        expect(prompt.startsWith(`${plain.prompts[turn]}\nHere are some examples:\n`)).toBe(true);
        const rows = prompt.split("\n").filter((line) => line.startsWith('{"sentence"'));
        expect(new Set(rows).size).toBe(3);
      }
    }
  });

  it("shows each row of a label as often as the others: 600 times of 1,000, give or take 50", async () => {
    const rows = fewShot(task);
    const prompts = 1000;
    const last = Array.from({ length: prompts }, async (_, i) =>
      (await attempted(i * task.labels.length, { task, config: shuffled })).prompts.at(-1),
    );
    const seen = await Promise.all(last);
    const name = (row: (typeof rows)[number]) => /row \d+ \d+/.exec(textsOf(row).join(" "))?.[0] as string;
    const counts = rows.map(
      (row) => seen.filter((prompt) => prompt?.includes(`${name(row)} `) || prompt?.includes(`${name(row)}?`)).length,
    );
    const own = counts.filter((n) => n > 0);
    const pool = task.family === "attribute" ? rows.length : 5; // one prompt asks for all attributes
    expect(own).toHaveLength(pool);
    for (const n of own) expect(Math.abs(n - (3 * prompts) / pool)).toBeLessThanOrEqual(50);
  }, 60_000);

  it("holds no topic, no style and no name of a lexicon, though there are some", async () => {
    const topic = {
      entities: [
        { name: "zirconitis", type: "X" },
        { name: "hafnitis", type: "Y" },
      ],
      source: "kg",
    } as const;
    const topics = Object.fromEntries(task.labels.map(({ id }) => [id, [topic]]));
    const knowledge = { topics, styles: [{ name: "ship's log", source: "user" }], lexicon: ["yttrosis"] } as const;
    for (const config of [shuffled, { kind: "demogen", writer: writerOf("fixed") } as const]) {
      const { prompts, made } = await attempted(0, { task, config, knowledge });
      expect(prompts.join()).not.toMatch(/zirconitis|hafnitis|ship's log|yttrosis|style/);
      expect(made?.origin).not.toHaveProperty("topic");
    }
  });

  it("shows the same rows to every prompt where they are fixed", async () => {
    const config = { kind: "demogen", writer: writerOf("fixed") } as const;
    const prefix = async (i: number) => {
      const { asked } = await attempted(i, { task, config });
      return JSON.stringify(asked[0]?.messages.slice(0, asked[0].shared?.messages));
    };
    expect(await prefix(0)).toBe(await prefix(1));
    expect(await prefix(0)).toMatch(/row \d \d/);
  });

  it("gives ZeroGen's prompt where there is no row to show", async () => {
    const prompts = async (config: typeof shuffled | typeof zerogen) =>
      (await attempted(0, { task: task as Task, config, demonstrations: [] })).prompts;
    expect(await prompts(shuffled)).toEqual(await prompts(zerogen));
  });
});
