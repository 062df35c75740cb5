// Places of names in texts: whole words before parts of words, the name's own case before another.

import { expect, it } from "vitest";
import { namedPlace } from "../../../src/tasks/named-place.ts";

const around = (text: string, name: string, besides?: { start: number; end: number }) => {
  const found = namedPlace(text, name, besides);
  return found && `${text.slice(0, found.start)}<${text.slice(found.start, found.end)}>${text.slice(found.end)}`;
};

it.each([
  ["PLACEBO or an ACE inhibitor", "ACE", "PLACEBO or an <ACE> inhibitor"],
  ["PLACEBO or an ace inhibitor", "ACE", "PLACEBO or an <ace> inhibitor"],
  ["Painful joints, then pain", "pain", "Painful joints, then <pain>"],
  ["Painful joints, then Pain", "pain", "Painful joints, then <Pain>"],
  ["IL-10 after IL-1", "IL-1", "IL-10 after <IL-1>"],
  ["émail, mail", "mail", "émail, <mail>"],
  ["e\u0301mail, mail", "mail", "e\u0301mail, <mail>"],
  ["anti-TNF and TNFs", "TNF", "anti-<TNF> and TNFs"],
  ["in PLACES, two ACEs", "ACE", "in PLACES, two <ACE>s"],
  ["hyperkalaemia", "kalaemia", "hyper<kalaemia>"],
  ["p53(+) and (+)", "(+)", "p53<(+)> and (+)"],
  ["患者有咳嗽和发热", "咳嗽", "患者有<咳嗽>和发热"],
] as const)("in %j of %j", (text, name, expected) => {
  expect(around(text, name)).toBe(expected);
});

it("passes over the other name's place, and finds none where it lies there alone", () => {
  expect(around("lung cancer and cancer", "cancer", { start: 0, end: 11 })).toBe("lung cancer and <cancer>");
  expect(around("lung cancer", "cancer", { start: 0, end: 11 })).toBeUndefined();
  expect(around("no such name", "asthma")).toBeUndefined();
  expect(around("a text", "")).toBeUndefined();
});
