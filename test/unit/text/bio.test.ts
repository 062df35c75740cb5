// Spans to tags to pieces and back; what seqeval reads from tags (test/fixtures/scores/golden.py).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { Span } from "../../../src/tasks/example.ts";
import { bioTags, ignoredLabel, labelsOfPieces, spansOfTags, tagsOfPieces, tagsOfSpans } from "../../../src/text/bio.ts";
import { encodeText, encodeWindows } from "../../../src/text/encoding.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const tokenizer = readTokenizer(
  new Map([["vocab.txt", readFileSync(join(fixtures, "wordpiece/vocab-uncased.txt"), "utf8")]]),
).tokenizer;

interface TokenCase {
  gold: string[][];
  goldEntities: [number, number, string][][];
}
const golden = JSON.parse(readFileSync(join(fixtures, "scores/golden.json"), "utf8")) as { token: TokenCase[] };

/** The spans of the text that are marked with [ and ], and the text without the marks. */
function marked(text: string, label = "D"): { text: string; spans: Span[] } {
  const spans: { start: number; end: number; label: string }[] = [];
  let plain = "";
  for (const char of text) {
    if (char === "[") spans.push({ start: plain.length, end: -1, label });
    else if (char === "]") spans[spans.length - 1]!.end = plain.length;
    else plain += char;
  }
  return { text: plain, spans };
}

describe("spansOfTags", () => {
  it("reads the entities that seqeval's default mode reads, I without B included", () => {
    const cases = golden.token.flatMap((c) => c.gold.map((tags, i) => ({ tags, entities: c.goldEntities[i]! })));
    expect(cases.length).toBeGreaterThan(100);
    for (const { tags, entities } of cases) {
      // Words one character long, so that a span's offsets are word indices.
      const words = tags.map((_, i) => ({ start: i, end: i + 1 }));
      const got = spansOfTags(words, tags).map((s) => [s.start, s.end - 1, s.label]);
      expect({ tags, got }).toEqual({ tags, got: entities });
    }
  });
});

describe("tagsOfSpans", () => {
  const tagsOf = (text: string) => {
    const m = marked(text);
    return tagsOfSpans(tokenizer.words(m.text), m.spans).join(" ");
  };

  it.each([
    ["no disease here", "O O O"],
    ["[renal failure] was treated", "B-D I-D O O"],
    ["[fever][cough]", "B-D"], // one word; the earlier span has it
    ["[fever] [cough]", "B-D B-D"],
    ["[non-small cell]", "B-D I-D I-D I-D"],
    ["drug[-induced]", "O B-D I-D"],
    ["hyper[tension] and", "B-D O"], // an edge inside a word is rounded outwards
    ["[hyper]tension and", "B-D O"],
    ["[]fever", "O"],
  ])("%s -> %s", (text, expected) => {
    expect(tagsOf(text)).toBe(expected);
  });
});

describe("a round through word pieces", () => {
  const names = bioTags(["D", "C"]);

  it("names O first, then B and I of each label", () => {
    expect(names).toEqual(["O", "B-D", "I-D", "B-C", "I-C"]);
  });

  it("labels the first piece of each word and nothing else", () => {
    const text = "Cardiomyopathy, fever";
    const encoding = encodeText(tokenizer, text, 32);
    const labels = labelsOfPieces(encoding, tagsOfSpans(encoding.text, [{ start: 0, end: 14, label: "D" }]), names);
    const pieces = encoding.ids.map((id) => tokenizer.vocabulary[id]);
    expect(pieces).toEqual(["[CLS]", "cardio", "##myo", "##pathy", ",", "fever", "[SEP]"]);
    expect(labels).toEqual([ignoredLabel, 1, ignoredLabel, ignoredLabel, 0, 0, ignoredLabel]);
  });

  it.each([
    "[renal failure] was treated, no [nausea] or [vomiting].",
    "Nai\u0308ve [cafe\u0301] patient", // the span keeps the accent that normalisation strips
    "😀 [中文病] 😀 fever",
    "[α-1 hyper\u200btension]!",
    "a\u0000b [fever]",
  ])("gives the spans back: %s", (source) => {
    const { text, spans } = marked(source);
    const encoding = encodeText(tokenizer, text, 64);
    const labels = labelsOfPieces(encoding, tagsOfSpans(encoding.text, spans), names);
    const predicted = labels.map((l) => (l === ignoredLabel ? 4 : l)); // what a head says of ignored pieces must not count
    expect(spansOfTags(encoding.text, tagsOfPieces([encoding], [predicted], names, encoding.text.length))).toEqual(spans);
  });

  it("gives random spans of whole words back", () => {
    const stream = rng("bio");
    for (let round = 0; round < 200; round++) {
      const words = Array.from({ length: 1 + stream.int(20) }, () =>
        stream.pick(["fever", "x", "cardiomyopathy", "é", "😀", "-"]),
      );
      const text = words.join(" ");
      const extents = tokenizer.words(text);
      const spans: Span[] = [];
      for (let i = 0; i < extents.length; i += 1 + stream.int(4)) {
        const last = Math.min(extents.length - 1, i + stream.int(3));
        spans.push({ start: extents[i]!.start, end: extents[last]!.end, label: stream.pick(["D", "C"]) });
        i = last;
      }
      const encoding = encodeText(tokenizer, text, 512);
      const labels = labelsOfPieces(encoding, tagsOfSpans(encoding.text, spans), names);
      const back = spansOfTags(encoding.text, tagsOfPieces([encoding], [labels], names, encoding.text.length));
      expect(back).toEqual(spans);
    }
  });

  it("predicts nothing for words that were cut off", () => {
    const text = "fever fever fever fever";
    const encoding = encodeText(tokenizer, text, 4);
    const tags = tagsOfPieces([encoding], [[1, 1, 1, 1]], names, encoding.text.length);
    expect(tags).toEqual(["B-D", "B-D", "O", "O"]);
  });

  it("gives the spans of a long text back from windows, those over a border too", () => {
    const stream = rng("windows");
    for (let round = 0; round < 100; round++) {
      const words = Array.from({ length: 1 + stream.int(80) }, () => stream.pick(["fever", "x", "cardiomyopathy", "é", "-"]));
      const text = words.join(" ");
      const extents = tokenizer.words(text);
      const spans = extents.flatMap(({ start }, i): Span[] =>
        i % 3 === 0 ? [{ start, end: extents[Math.min(i + 1, extents.length - 1)]!.end, label: "D" }] : [],
      );
      const most = 8 + stream.int(24);
      const windows = encodeWindows(tokenizer, text, most);
      const tags = tagsOfSpans(extents, spans);
      const labels = windows.map((window) => labelsOfPieces(window, tags, names));
      expect(spansOfTags(extents, tagsOfPieces(windows, labels, names, extents.length))).toEqual(spans);
      for (const { ids, words: at } of windows) {
        expect(ids.length).toBeLessThanOrEqual(most);
        expect(at[1]).not.toBe(-1);
      }
      // A text that fits is one input, the same as without windows.
      expect(encodeWindows(tokenizer, text, 1000)).toEqual([encodeText(tokenizer, text, 1000)]);
    }
  });

  it("takes a word's tag from the window that has most around it", () => {
    const text = Array.from({ length: 10 }, () => "fever").join(" ");
    const [first, second] = encodeWindows(tokenizer, text, 10); // words 0 to 7, and 6 to 9
    expect([first!.words.at(-2), second!.words[1]]).toEqual([7, 6]);
    const sick = (n: number, label: number) => new Array<number>(n).fill(label);
    const tags = tagsOfPieces([first!, second!], [sick(10, 0), sick(6, 1)], names, 10);
    expect(tags.slice(5)).toEqual(["O", "O", "B-D", "B-D", "B-D"]);
  });
});
