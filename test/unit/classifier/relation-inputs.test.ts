// Relations as an encoder reads them: markers around both entities, which no cut takes away.

import { describe, expect, it } from "vitest";
import { inputOf, markersOf } from "../../../src/classifier/task-head.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import type { RelationExample } from "../../../src/tasks/example.ts";
import { addTokens } from "../../../src/text/added-tokens.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";
import { tokenizerFiles, vocabulary } from "../train/toy.ts";

const { tokenizer } = addTokens(readTokenizer(tokenizerFiles).tokenizer, tokenizerFiles, markersOf(cdr));
const words = [...vocabulary, ...markersOf(cdr)];
const read = (example: RelationExample, maxTokens: number) =>
  inputOf(cdr, tokenizer, example, maxTokens).encoding.ids.map((id) => words[id]);

function relation(text: string, head: string, tail: string): RelationExample {
  const at = (name: string) => ({ start: text.indexOf(name), end: text.indexOf(name) + name.length });
  return {
    kind: "relation",
    text,
    head: { ...at(head), label: "Chemical" },
    tail: { ...at(tail), label: "Disease" },
    label: "induce",
  };
}

const marks = ["[CHEMICAL]", "[/CHEMICAL]", "[DISEASE]", "[/DISEASE]"];

describe("the input of a relation", () => {
  it("has each entity between the markers of its type, whichever comes first, and the text as it was", () => {
    const text = "the fever was with flu .";
    expect(read(relation(text, "flu", "fever"), 32).join(" ")).toBe(
      "[CLS] the [DISEASE] fever [/DISEASE] was with [CHEMICAL] flu [/CHEMICAL] . [SEP]",
    );
    expect(read(relation(text, "fever", "flu"), 32).join(" ")).toBe(
      "[CLS] the [CHEMICAL] fever [/CHEMICAL] was with [DISEASE] flu [/DISEASE] . [SEP]",
    );
  });

  it("nests the markers of an entity within the other", () => {
    const text = "a fever with cough was seen";
    const inner = { start: 13, end: 18, label: "Chemical" };
    const outer = { start: 2, end: 18, label: "Disease" };
    const example: RelationExample = { kind: "relation", text, head: inner, tail: outer, label: "induce" };
    expect(read(example, 32).join(" ")).toBe(
      "[CLS] a [DISEASE] fever with [CHEMICAL] cough [/CHEMICAL] [/DISEASE] was seen [SEP]",
    );
  });

  it("keeps both entities of a text that is too long, wherever they stand and however far apart", () => {
    const filler = (n: number) => Array.from({ length: n }, () => "today").join(" ");
    const texts = [
      `${filler(90)} flu and fever today`, // at the end
      `${filler(40)} flu and fever ${filler(40)}`, // in the middle
      `flu ${filler(90)} fever`, // at both ends
      `${filler(30)} flu ${filler(60)} fever ${filler(30)}`,
    ];
    for (const text of texts) {
      const tokens = read(relation(text, "flu", "fever"), 24);
      expect(tokens.length).toBeLessThanOrEqual(24);
      for (const token of [...marks, "flu", "fever"]) expect(tokens).toContain(token);
      expect([tokens[0], tokens.at(-1)]).toEqual(["[CLS]", "[SEP]"]);
    }
  });
});
