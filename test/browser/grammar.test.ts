// The tasks' grammars as XGrammar reads them (llama.cpp reads the same text in engine-contract.test.ts): what they let through and what they stop.

import "@mlc-ai/web-xgrammar";
import { describe, expect, it } from "vitest";
import { answerField } from "../../src/prompts/demonstrations.ts";
import { asJson, markedSentence, markedSentenceWithMark, oneLine } from "../../src/prompts/grammar.ts";
import { questionOf } from "../../src/prompts/in-context.ts";
import { taskById } from "../../src/tasks/catalogue.ts";

const { Grammar, Testings } = (globalThis as unknown as { xgrammar: typeof import("@mlc-ai/web-xgrammar") }).xgrammar;

async function accepts(ebnf: string, text: string): Promise<boolean> {
  const grammar = await Grammar.fromEBNF(ebnf, "root");
  try {
    return await Testings.isGrammarAcceptString(grammar, text);
  } finally {
    grammar.dispose();
  }
}

/** A text of HoC, answered by labels: ten there are. */
const severalLabels = questionOf(taskById("hoc"), { kind: "sentence", text: "A tumour.", labels: [] }, []).grammar;
const hallmarks = (count: number) => Array.from({ length: count }, () => "inducing angiogenesis").join("; ");

const cases: [grammar: string, name: string, yes: string[], no: string[]][] = [
  [
    markedSentence,
    "a marked sentence",
    [
      "Acute [confusion] induced by a high-dose infusion.",
      "[Gout] and [renal failure] at 5 mg (n = 3; P<05).",
      "He had gout.",
      "Ménière's [vertigo] was worse in summer.",
    ],
    [
      "",
      "No full stop",
      "Two sentences. They are not one.",
      "An [open mark.",
      "A [nested [mark]] here.",
      "An empty [] mark.",
      "A second. [mark].",
      "Over\ntwo lines.",
      "At 0.5 mg.",
    ],
  ],
  [
    markedSentenceWithMark,
    "a marked sentence that must hold a mark",
    ["Acute [confusion] induced by an infusion.", "One two three four five six seven eight [gout] came.", "[Gout] hurts."],
    ["He had gout.", "One two three four five six seven eight nine [gout] came."],
  ],
  [
    severalLabels,
    "labels of a text",
    ["inducing angiogenesis", "cellular energetics; inducing angiogenesis", hallmarks(10)],
    ["", "angiogenesis", "inducing angiogenesis;", "inducing angiogenesis, cellular energetics", hallmarks(11)],
  ],
  [
    oneLine,
    "one line",
    ["Is my cough asthma?", "I am 40. My knee hurts! What now?"],
    ["", "Is my cough", "One is. Two is. Three is. Four is.", "Over\ntwo lines?", 'He said "so" to me.'],
  ],
  [
    asJson(markedSentence, answerField),
    "a marked sentence in JSON",
    ['{"sentence":"He had [gout]."}'],
    ["He had [gout].", '{"sentence": "He had [gout]."}', '{"sentence":"He had [gout]"}', '{"sentence":"He had "gout"."}'],
  ],
  [asJson(oneLine, answerField), "one line in JSON", ['{"sentence":"Is it asthma?"}'], ['{"text":"Is it asthma?"}']],
];

describe.each(cases)("%#", (grammar, name, yes, no) => {
  it.each(yes)(`${name} may be %j`, async (text) => expect(await accepts(grammar, text)).toBe(true));
  it.each(no)(`${name} may not be %j`, async (text) => expect(await accepts(grammar, text)).toBe(false));
});
