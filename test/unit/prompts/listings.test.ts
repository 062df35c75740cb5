// The listings against golden files that a script takes from the paper's own text (test/fixtures/listings/make.py), for each task and label.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stylesPrompt } from "../../../src/knowledge/styles.ts";
import { listingsOf } from "../../../src/prompts/families.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Example, Shape } from "../../../src/tasks/example.ts";
import { families } from "../../../src/tasks/families.ts";

const folder = join(import.meta.dirname, "../../fixtures/listings");

/** Listings of a golden file by their number. */
function golden(task: string, label: string): Map<number, string> {
  const text = readFileSync(join(folder, task, `${label}.txt`), "utf8");
  const parts = text.split(/^== Listing (\d+)\n/m).slice(1);
  return new Map(parts.flatMap((part, i) => (i % 2 === 0 ? [[Number(part), (parts[i + 1] as string).trimEnd()] as const] : [])));
}

/** Examples that Listing 1 shows as "The first example." and "The second example.". */
const shown: { readonly [S in Shape]: (text: string) => Example } = {
  token: (text) => ({ kind: "token", text, spans: [] }),
  sentence: (text) => ({ kind: "sentence", text, labels: [] }),
  relation: (text) => {
    const end = { start: 0, end: 3, label: "x" };
    return { kind: "relation", text, head: end, tail: end, label: "x" };
  },
  pair: (text) => ({ kind: "pair", first: text, second: "", label: "x" }),
};

const cases = tasks.flatMap((task) => task.labels.map(({ id }) => ({ name: `${task.id} ${id}`, task, label: id })));

describe("the listings of Appendix F", () => {
  it.each(cases)("$name are the paper's text", ({ task, label }) => {
    const expected = golden(task.id, label);
    expect([...expected.keys()]).toEqual(families[task.family].listings);
    const topics = families[task.family].topic === "pair" ? ["stroke", "aspirin"] : ["stroke"];
    const first = "Is my cough asthma?";
    const clingen = listingsOf(task, { label, topics, style: "medical literature", first });
    const given = [...clingen, ...listingsOf(task, { label, first })].map(({ number, text }) => [number, text] as const);
    expect(new Map(given)).toEqual(new Map([...expected].filter(([number]) => number !== 1)));
  });

  it.each(tasks.filter((task) => task.shape !== "pair"))("$id asks for styles with Listing 1", (task) => {
    const examples = ["The first example.", "The second example."].map(shown[task.shape]);
    const [prompt] = stylesPrompt(task, examples);
    expect(prompt?.content).toBe(golden(task.id, task.labels[0]?.id as string).get(1));
  });

  it.each(tasks.filter((task) => task.shape === "pair"))("$id asks for styles with Listing 1, both texts on a line", (task) => {
    const [prompt] = stylesPrompt(task, ["The first example.", "The second example."].map(shown.pair));
    expect(prompt?.content.replaceAll(" / ", "")).toBe(golden(task.id, task.labels[0]?.id as string).get(1));
  });

  it("have a golden file for each label of each task, and no other", () => {
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const found = files.flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name} ${file.slice(0, -4)}`));
    expect(found.sort()).toEqual(cases.map(({ name }) => name).sort());
  });
});
