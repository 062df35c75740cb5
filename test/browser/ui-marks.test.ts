// Marked texts as they are drawn: right-to-left writing in its order, one colour for a label, long labels on a narrow screen.

import { beforeEach, expect, it } from "vitest";
import { page } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import "../../src/ui/app.css";
import type { Example, Span } from "../../src/tasks/example.ts";
import { readTaskJson } from "../../src/tasks/task-file.ts";
import ExampleText from "../../src/ui/examples/ExampleText.svelte";
import MarkedText from "../../src/ui/examples/MarkedText.svelte";
import TokenLabelling from "../../src/ui/tasks/TokenLabelling.svelte";

beforeEach(async () => {
  await page.viewport(700, 500);
});

const spanOf = (text: string, part: string, label: string): Span => {
  const start = text.indexOf(part);
  return { start, end: start + part.length, label };
};

const labellingOf = (names: readonly string[], text: string, spans: readonly Span[]) => ({
  task: readTaskJson({ name: "Own", family: "ner", labels: names.map((name) => ({ name })) }, "t").task,
  texts: [text],
  example: { kind: "token", text, spans },
  change: () => undefined,
  keep: () => undefined,
});

/** Left edge of each part where it is drawn; a part lies in one node of the text. */
function leftOf(root: Element, parts: readonly string[]): readonly number[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes: Node[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return parts.map((part) => {
    const node = nodes.find((of) => of.textContent?.includes(part));
    if (!node) throw new Error(`“${part}” is not drawn`);
    const range = document.createRange();
    const start = node.textContent?.indexOf(part) ?? 0;
    range.setStart(node, start);
    range.setEnd(node, start + part.length);
    return range.getBoundingClientRect().left;
  });
}

const arabic = "يعاني المريض من صداع شديد وحمى مستمرة منذ أمس 😀.";
const arabicSpans = [spanOf(arabic, "صداع شديد", "symptom"), spanOf(arabic, "وحمى مستمرة", "sign")];
const arabicParts = ["يعاني", "المريض", "صداع", "شديد", "وحمى", "مستمرة", "أمس", "😀", "."];

it.each([
  ["alone", arabic, arabicParts],
  ["after a line in English", `The note says:\n${arabic}`, arabicParts],
])("draws a right-to-left text with marks from right to left, %s", async (_, text, parts) => {
  const spans = arabicSpans.map(({ label }, i) => spanOf(text, ["صداع شديد", "وحمى مستمرة"][i] ?? "", label));
  const { container } = await render(MarkedText, { text, spans, order: [] });
  const lefts = leftOf(container, parts);
  expect(lefts).toEqual([...lefts].sort((a, b) => b - a));
});

it("lays the marks of a right-to-left text under its words while it is labelled", async () => {
  const { container } = await render(TokenLabelling, labellingOf(["symptom", "sign"], arabic, arabicSpans) as never);
  const area = page.getByLabelText("Text to mark").element();
  const mirror = container.querySelector(".mirror");
  for (const element of [area, mirror]) expect(element && getComputedStyle(element).direction).toBe("rtl");
  const lefts = leftOf(mirror as Element, arabicParts);
  expect(lefts).toEqual([...lefts].sort((a, b) => b - a));
});

it("gives a label the colour of its key, whichever other labels are marked", async () => {
  const text = "Aspirin eased the fever.";
  const props = labellingOf(["symptom", "drug"], text, [spanOf(text, "Aspirin", "drug")]);
  const { container } = await render(TokenLabelling, props as never);
  const hues = ["button.kind:nth-child(2)", "ruby"].map((of) => {
    const element = container.querySelector(of);
    return element && getComputedStyle(element).getPropertyValue("--hue");
  });
  expect(hues[0]).toBeTruthy();
  expect(hues[1]).toBe(hues[0]);
});

it("gives a label the same colour in every example of a list", async () => {
  const { task } = labellingOf(["symptom", "drug"], "", []);
  const text = "Aspirin eased the fever.";
  const spans = [spanOf(text, "Aspirin", "drug"), spanOf(text, "fever", "symptom")];
  const hues = [];
  for (const marked of [spans, spans.slice(0, 1)]) {
    const { container } = await render(ExampleText, { task, example: { kind: "token", text, spans: marked } });
    const mark = container.querySelector("ruby") as Element;
    hues.push(getComputedStyle(mark).getPropertyValue("--hue"));
  }
  expect(hues[0]).toBeTruthy();
  expect(hues[1]).toBe(hues[0]);
});

const hebrew = "לחולה יש חום.";

it.each<Example>([
  { kind: "sentence", text: hebrew, labels: [] },
  { kind: "pair", first: hebrew, second: hebrew, label: "a" },
  { kind: "token", text: hebrew, spans: [] },
])("shows a text of right-to-left writing from right to left: $kind", async (example) => {
  const { task } = labellingOf(["a"], "", []);
  const { container } = await render(ExampleText, { task, example });
  const shown = [...container.querySelectorAll("*")].filter((of) => of.children.length === 0 && of.textContent === hebrew);
  expect(shown.length).toBeGreaterThan(0);
  for (const one of shown) expect(getComputedStyle(one).direction).toBe("rtl");
});

it("cuts a long label on a narrow screen, and tells the whole of it", async () => {
  await page.viewport(360, 640);
  const label = "an entity type of eighty characters ".repeat(3).slice(0, 80);
  const text = "Aspirin eased the fever.";
  await render(TokenLabelling, labellingOf([label], text, [spanOf(text, "fever", label)]) as never);
  await expect.element(page.getByTitle(label)).toBeVisible();
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
});
