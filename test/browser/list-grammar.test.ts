// The grammar of lists as XGrammar reads it, and its answers as the list reader does.

import "@mlc-ai/web-xgrammar";
import { afterAll, describe, expect, it } from "vitest";
import { listGrammar, listItems } from "../../src/knowledge/list-answer.ts";

const { Grammar, Testings } = (globalThis as unknown as { xgrammar: typeof import("@mlc-ai/web-xgrammar") }).xgrammar;

const grammar = await Grammar.fromEBNF(listGrammar({ from: 2, to: 3, words: 3 }), "root");

describe("a list of two to three items of at most three words", () => {
  afterAll(() => grammar.dispose());

  it.each([
    ["1. Gout\n2. Crohn's disease\n", ["Gout", "Crohn's disease"]],
    ["1. Acute renal failure\n2. B-cell lymphoma\n10. Anxiety\n", ["Acute renal failure", "B-cell lymphoma", "Anxiety"]],
  ])("lets %j through, and it is read back", async (text, items) => {
    expect(await Testings.isGrammarAcceptString(grammar, text)).toBe(true);
    expect(listItems(text)).toEqual(items);
  });

  it.each([
    "",
    "1. Gout\n",
    "1. Gout\n2. Asthma\n3. Pain\n4. Fever\n",
    "Sure! 1. Gout\n2. Asthma\n",
    "1. Acute on chronic renal failure\n2. Gout\n",
    "1.  Gout\n2. Asthma\n",
    "1. Gout (tophi)\n2. Asthma\n",
    "0. Gout\n1. Asthma\n",
  ])("stops %j", async (text) => {
    expect(await Testings.isGrammarAcceptString(grammar, text)).toBe(false);
  });
});
