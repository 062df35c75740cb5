// Words and spans over them agree with the tokenizer's words and the tags that a model learns, for every odd text.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { itemsOf, sameItems } from "../../../src/tasks/shapes.ts";
import { wordSpans, wordsOf } from "../../../src/tasks/words.ts";
import { spansOfTags, tagsOfSpans } from "../../../src/text/bio.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";
import { oddTexts } from "../formats/tasks.ts";

const vocabulary = (name: string) =>
  readFileSync(join(import.meta.dirname, `../../fixtures/wordpiece/vocab-${name}.txt`), "utf8");
const config = (lowercase: boolean) => JSON.stringify({ do_lower_case: lowercase });
const tokenizers = {
  uncased: readTokenizer(new Map([["vocab.txt", vocabulary("uncased")]])),
  cased: readTokenizer(
    new Map([
      ["vocab.txt", vocabulary("cased")],
      ["tokenizer_config.json", config(false)],
    ]),
  ),
};
const texts = [
  ...oddTexts,
  "5±3 µg/m², 20°C → α-blocker’s €5",
  "naïve e\u0301te\u0301 Ångström",
  "a\u200bb\u00adc\ufeffd",
  "x\u0085y\u3000z",
];

describe.each(Object.entries(tokenizers))("%s", (_, { tokenizer }) => {
  it.each(texts.map((text) => [JSON.stringify(text), text]))(
    "every span of %s is what a model of the words can answer",
    (_, text) => {
      const words = tokenizer.words(text);
      for (let start = 0; start < text.length; start++) {
        for (let end = start + 1; end <= text.length; end++) {
          const spans = [{ start, end, label: "D" }];
          const answer = spansOfTags(words, tagsOfSpans(words, spans));
          const gold = { kind: "token", text, spans } as const;
          expect([start, end, sameItems(gold, { kind: "token", text, spans: answer })]).toEqual([start, end, true]);
        }
      }
    },
  );
});

it("cuts words where BERT does, without what cannot be seen", () => {
  const text = "\ufeffNon-small 5±3 \u200e 咳嗽\u200d, \u0301";
  expect(wordsOf(text).map((w) => text.slice(w.start, w.end))).toEqual(["Non", "-", "small", "5±3", "咳", "嗽", ","]);
});

it("gives a word to the earlier of two spans, and rounds edges inside words outwards", () => {
  const text = "hypertension fever";
  const spans = [
    { start: 5, end: 9, label: "a" },
    { start: 9, end: 15, label: "b" },
    { start: 16, end: 18, label: "c" },
  ];
  expect(wordSpans(text, spans).map(({ start, end, span }) => [text.slice(start, end), span.label])).toEqual([
    ["hypertension", "a"],
    ["fever", "b"],
  ]);
});

it("counts a span once, and none that covers nothing", () => {
  const span = (start: number, end: number) => ({ start, end, label: "D" });
  expect(itemsOf({ kind: "token", text: "fever \u200b .", spans: [span(0, 5), span(0, 6), span(5, 7)] })).toEqual([
    { key: "0 5 D", label: "D" },
  ]);
});
