// The listings against golden files that a script takes from the paper's own text (test/fixtures/listings/make.py).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  listing2,
  listing4,
  listing5,
  listing6,
  listing7,
  listing8,
  listing10,
  listing11,
  listing12,
  listing13,
  whole,
} from "../../../src/prompts/listings.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import { hoc } from "../../../src/tasks/hoc.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import { labelOf } from "../../../src/tasks/task.ts";

const golden = (name: string) => readFileSync(join(import.meta.dirname, `../../fixtures/listings/${name}.txt`), "utf8").trimEnd();

const { domain } = bc5cdrDisease;
const equivalent = labelOf(mqp, "equivalent");
const second = {
  domain: mqp.domain,
  className: equivalent.name,
  content: mqp.secondContent,
  firstSentence: "Is my cough asthma?",
  labelDescription: equivalent.description,
};

const ofCdr = (id: string) => {
  const { name, description } = labelOf(cdr, id);
  const entities = [cdr.head.word, cdr.tail.word] as const;
  return { domain: cdr.domain, className: name, entities, labelDescription: description };
};
const energetics = { domain: hoc.domain, className: labelOf(hoc, "cellular energetics").name };

const cases: [golden: string, ours: string][] = [
  ["ner-clingen", whole(listing2({ domain, style: "medical literature", topic: "stroke" }))],
  ["ner-baseline", whole(listing8({ domain }))],
  ["classification-clingen", whole(listing4({ ...energetics, topic: "glycolysis", style: "medical literature" }))],
  ["classification-baseline", whole(listing10(energetics))],
  ["relation-clingen", whole(listing5({ ...ofCdr("not_induce"), topics: ["aspirin", "stroke"], style: "medical literature" }))],
  ["relation-baseline", whole(listing11(ofCdr("induce")))],
  ["pair-clingen-first", whole(listing6({ content: mqp.firstContent, topic: "asthma", style: "patient-doctor dialogues" }))],
  ["pair-clingen-second", listing7({ ...second, topic: "asthma" })],
  ["pair-baseline-first", whole(listing12({ content: mqp.firstContent }))],
  ["pair-baseline-second", listing13(second)],
];

describe("the listings of Appendix F, with the tasks' own slots", () => {
  it.each(cases)("%s is the paper's text", (name, ours) => {
    expect(ours).toBe(golden(name));
  });
});
