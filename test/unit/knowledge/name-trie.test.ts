import { describe, expect, it } from "vitest";
import { type Rng, rng } from "../../../src/base/rng.ts";
import { graphMentions } from "../../../src/knowledge/graph-mentions.ts";
import { lexiconOf, places } from "../../../src/knowledge/lexicon.ts";
import { wordsOf } from "../../../src/knowledge/name-words.ts";
import { hashOf, isKey, wordScanner } from "../../../src/knowledge/word-scan.ts";
import { slowLexicon, slowPlaces, slowWords } from "./slow-lexicon.ts";

/** Words that differ by what medicine's case rules, plurals, possessives and spellings are about. */
const words =
  "all ALL All alls ALLs AIDS aids Aids MS Ms ms Pb pb x I crohn crohn's Crohn’s crohns Graves' graves disease diseases Disease virus viruses s S type-2 type 2 β beta Α alpha µg naïve nai\u0308ve Ménière's ﬁbrosis fibrosis fibro\u00adsis (CA-125) NaCl 北京 头痛 COVID-19 covid 19 IL-1β ß STRASSE N/A constructor ' ` . , cold colds PATIENTS patients graft-versus-host graft - versus";
const list = [...words.split(" "), "as", "gas", "bus", "😀", "\u200bzero", "cell\ufeff"];
const joins = [" ", " ", " ", " ", "-", " - ", "", "'s ", "’ ", "\n", "/", "\u00a0"];

const phrase = (draws: Rng, most: number): string => {
  let text = "";
  for (let i = 1 + draws.int(most); i > 0; i--) text += draws.pick(list) + draws.pick(joins);
  return draws.next() < 0.1 ? text.toUpperCase() : text;
};

describe("wordScanner", () => {
  it("gives the words that one expression finds, in columns", () => {
    const scan = wordScanner();
    for (let seed = 0; seed < 400; seed++) {
      const text = phrase(rng("scan", seed), 12);
      const scanned = scan(text);
      const expected = slowWords(text);
      expect(wordsOf(text)).toEqual(expected);
      const got = expected.map(({ key }, i) => {
        const codes = Uint16Array.from({ length: key.length }, (_, k) => key.charCodeAt(k));
        expect(isKey(scanned, i, codes, 0, codes.length, false), `${key} in ${JSON.stringify(text)}`).toBe(true);
        expect(isKey(scanned, i, codes, 0, codes.length - 1, true)).toBe(true);
        expect([scanned.hash[i], scanned.singularHash[i]]).toEqual([hashOf(key), hashOf(key.slice(0, -1))]);
        return scanned.plural[i] === 1;
      });
      expect(scanned.count, JSON.stringify(text)).toBe(expected.length);
      expect(got).toEqual(expected.map(({ key }) => key.endsWith("s")));
    }
  });
});

describe("the compiled lexicon", () => {
  it("finds what trying each name at each word finds", () => {
    let found = 0;
    for (let seed = 0; seed < 250; seed++) {
      const draws = rng("trie", seed);
      const sets = Array.from({ length: 1 + draws.int(2) }, () =>
        Array.from({ length: 1 + draws.int(60) }, () => phrase(draws, 3)),
      );
      const [fast, slow] = [sets.map(lexiconOf), sets.map(slowLexicon)];
      for (let i = 0; i < 4; i++) {
        const names = sets.flat();
        const text = Array.from({ length: 1 + draws.int(6) }, () =>
          draws.next() < 0.5 ? draws.pick(names) : phrase(draws, 4),
        ).join(draws.pick(joins));
        const expected = slowPlaces(text, slow);
        expect(places(text, fast), JSON.stringify({ text, sets })).toEqual(expected);
        found += expected.length;
      }
    }
    expect(found).toBeGreaterThan(800);
  });

  it("gives a graph's mentions as they are written", async () => {
    const graph = {
      async *names() {
        yield [["acute myeloid leukemia", "AML"], ["leukemia"], ["NaN", ""]];
      },
    };
    const mentions = await graphMentions(graph);
    expect(mentions("Acute  myeloid leukemias (AML), not aml or NaN; leukemia.")).toEqual([
      "Acute  myeloid leukemias",
      "AML",
      "leukemia",
    ]);
  });
});
