// The figure of coverage: what was drawn, beside what could be.

import { expect, it } from "vitest";
import type { Synthetic } from "../../../src/generate/log.ts";
import type { KnowledgeData, Topic } from "../../../src/knowledge/topic.ts";
import { coverageFigure } from "../../../src/report/coverage-figure.ts";

const topic = (name: string): Topic => ({ entities: [{ name, type: "Disease" }], source: "llm" });
const knowledge: KnowledgeData = {
  topics: { d: [topic("asthma"), topic("gout")] },
  styles: [
    { name: "news", source: "paper" },
    { name: "notes", source: "paper" },
  ],
  lexicon: [],
};
const entry = (index: number, name?: string, style?: string) =>
  ({
    type: "accepted",
    index,
    label: "d",
    origin: { kind: "prompted", turns: [], ...(name ? { topic: topic(name) } : {}), ...(style ? { style } : {}) },
  }) as unknown as Synthetic;
const labels = [{ id: "d", name: "Disease", description: "a disease" }] as never;

it("shows the share of pairs that were used, by the label's name", () => {
  const figure = coverageFigure(
    knowledge,
    [entry(0, "asthma", "news"), entry(1, "asthma", "notes"), entry(2, "gout", "news")],
    labels,
  );
  expect(figure?.marks[0]?.points).toEqual([{ x: 0.75, y: 1 }]);
  expect(figure?.axes.y.ticks).toEqual([{ at: 1, text: "Disease" }]);
  expect(figure?.table.rows[0]?.slice(0, 5)).toEqual(["Disease", "3", "2 of 2", "2 of 2", "3 of 4"]);
});

it("leaves out what no prompt drew: styles of a source without them, and knowledge of another source", () => {
  const figure = coverageFigure(knowledge, [entry(0, "asthma")], labels);
  expect(figure?.table.rows[0]?.slice(0, 5)).toEqual(["Disease", "1", "1 of 2", "–", "1 of 2"]);
  expect(coverageFigure(knowledge, [entry(0)], labels)).toBeUndefined();
  expect(coverageFigure(undefined, [], labels)).toBeUndefined();
});
