import { expect, it } from "vitest";
import { slotParts } from "../../../src/ui/run/generate/prompt-slots.ts";

const prompt = "Write a sentence on Asthma (asthma attack, not asthmatic) in the style of case reports.";

it("cuts a prompt at its slots' words, whole and whatever their case, and loses none of it", () => {
  const parts = slotParts(prompt, [
    { slot: "topic", words: "asthma" },
    { slot: "style", words: "case reports" },
  ]);
  expect(parts.map(({ text }) => text).join("")).toBe(prompt);
  expect(parts.filter(({ slot }) => slot !== undefined)).toEqual([
    { text: "Asthma", slot: "topic" },
    { text: "asthma", slot: "topic" },
    { text: "case reports", slot: "style" },
  ]);
});

it("takes the longest where words of two slots begin alike", () => {
  const parts = slotParts(prompt, [
    { slot: "style", words: "asthma" },
    { slot: "topic", words: "asthma attack" },
  ]);
  expect(parts.filter(({ slot }) => slot)).toEqual([
    { text: "Asthma", slot: "style" },
    { text: "asthma attack", slot: "topic" },
  ]);
});

it("reads signs of regular expressions as they are written, and words that are not there as none", () => {
  const text = "On IL-2 (p.V600E) + C++?";
  expect(slotParts(text, [{ slot: "topic", words: "(p.V600E) + C++" }])).toEqual([
    { text: "On IL-2 " },
    { text: "(p.V600E) + C++", slot: "topic" },
    { text: "?" },
  ]);
  expect(
    slotParts(text, [
      { slot: "style", words: "" },
      { slot: "topic", words: "stroke" },
    ]),
  ).toEqual([{ text }]);
});
